"""Who was right, where the outcome is a column of the leads table."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from qualify.config import Config
from qualify.errors import DataError
from qualify.model.parts import Recalibrated
from serving.pages.comparison import compare
from serving.pages.label_outcomes import label_outcomes
from tests.serving.pages.desk import running

NOW = datetime(2026, 6, 20, tzinfo=UTC)
LEADS = [
    ("old", "2026-01-05", "yes"), ("a", "2026-02-01", "yes"), ("b", "2026-02-02", "no"),
    ("c", "2026-02-03", ""), ("d", "2026-02-04", "lost"), ("never scored", "2026-02-05", "yes"),
]  # fmt: skip


def config(*, dated=True) -> Config:
    data = {"leads": "leads.csv", "lead_id": "id"} | ({"created_at": "created"} if dated else {})
    return Config.model_validate(
        {"data": data, "targets": [{"name": "won", "column": "bought", "positive": "yes"}]}
    )


@pytest.fixture
def folder(tmp_path):
    with (tmp_path / "leads.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "created", "bought"), *LEADS])
    return tmp_path


def first(*ids):
    return pa.table({"lead_id": pa.array(ids, pa.string())})


def test_a_label_tells_what_became_of_leads_that_the_model_did_not_learn_from(folder):
    judged, known = label_outcomes(
        config(), folder, first("a", "b", "c", "d", "gone", "old"), "2026-01-31T00:00:00"
    )
    assert judged["lead_id"].to_pylist() == ["a", "b", "c", "d", "gone"]
    assert known == {"a": True, "b": False, "d": False}


def test_the_last_lead_that_was_learned_from_is_left_out(folder):
    judged, known = label_outcomes(config(), folder, first("a", "b"), "2026-02-01T00:00:00.000000")
    assert (judged["lead_id"].to_pylist(), known) == (["b"], {"b": False})


def test_without_dates_all_leads_are_counted(folder):
    judged, known = label_outcomes(config(dated=False), folder, first("old", "c"), "")
    assert (judged.num_rows, known) == (2, {"old": True})


def test_before_any_outcome_is_known_nothing_is(folder):
    (folder / "leads.csv").write_text("id,created,bought\na,2026-02-01,\n")
    assert label_outcomes(config(), folder, first("a"), "2026-01-31T00:00:00")[1] == {}


def test_a_table_that_is_gone_is_told(folder):
    (folder / "leads.csv").unlink()
    with pytest.raises(DataError, match=r"leads\.csv"):
        label_outcomes(config(), folder, first("a"), "")


@pytest.mark.parametrize(
    ("rows", "said"),
    [("", "a header but no rows"), (",2026-02-01,yes\nz,soon,no\n", "No lead can be used")],
)
def test_a_table_without_a_usable_row_is_told(folder, rows, said):
    (folder / "leads.csv").write_text(f"id,created,bought\n{rows}")
    with pytest.raises(DataError, match=said):
        label_outcomes(config(), folder, first("a"), "2026-01-31T00:00:00")


@pytest.fixture
def flat_desk(filled, tmp_path):
    """A service over a label of its leads, every third a yes, and the leads' ids."""
    folder = tmp_path / "project"
    shutil.copytree(filled, folder)
    with running(folder) as service:
        runtime = service.runtime
        ids = runtime.ledger.first_scores()["lead_id"].to_pylist()
        rows = [
            (lead, f"2026-02-0{1 if n % 2 else 3}", "no" if n % 3 else "yes") for n, lead in enumerate(ids)
        ]
        with (folder / "leads.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("id", "created", "bought"), *rows])
        runtime.config = config().model_copy(update={"service": runtime.config.service})
        yield service, ids


@pytest.mark.parametrize(
    ("ends", "told_by", "said"),
    [
        ("2025-01-01T00:00:00", "label", {"en": "did not learn from", "ja": "学習していないリード"}),
        ("", "undated", {"en": "this flatters the model", "ja": "モデルに有利な比較"}),
    ],
)
def test_the_page_shows_the_outcomes_and_what_they_rest_on(flat_desk, ends, told_by, said):
    service, ids = flat_desk
    learned(service, ends=ends)
    found = compare(service.runtime, NOW)
    assert found.told_by == told_by
    assert found.past.leads == len(ids)
    assert sum(each.denominator for each in found.past.outcomes.values()) == len(ids)
    assert sum(each.numerator for each in found.past.outcomes.values()) == len(ids[::3])
    for language in ("en", "ja"):
        with service.client(language) as client:
            page = client.get("/agreement").text
        assert said[language] in page
        assert page.count('<div class="outcome">') == 3


LEFT_OUT = {"en": "another version scored them first", "ja": "別のバージョン"}
LEARNED = {"en": "came in before the data ends", "ja": "学習期間が終わる前"}


def test_after_a_rollback_scores_of_the_version_that_was_in_use_do_not_count(flat_desk):
    """The newer version learned the labels up to 10 February; the one in use again, up to 1 January."""
    service, ids = flat_desk
    learned(service, ends="2026-01-01T00:00:00", version="older")
    found = compare(service.runtime, NOW)
    assert (found.past.leads, found.told_by) == (0, "label")
    assert (found.left_out.other_version, found.left_out.learned) == (len(ids), 0)
    said_in_both(service, LEFT_OUT)


def test_leads_that_the_calibration_learned_from_do_not_count(flat_desk):
    """Leads came in on the 1st (odd ones) and on the 3rd of February (even ones)."""
    service, ids = flat_desk
    learned(service, ends="2026-01-01T00:00:00", recalibrated="2026-02-02T00:00:00")
    found = compare(service.runtime, NOW)
    assert found.past.leads == len(ids[::2])
    assert (found.left_out.other_version, found.left_out.learned) == (0, len(ids[1::2]))
    said_in_both(service, LEARNED)


def test_a_table_that_is_gone_leaves_the_present_comparison(flat_desk):
    service, _ = flat_desk
    (service.runtime.folder / "leads.csv").unlink()
    found = compare(service.runtime, NOW)
    assert (found.past, found.told_by) == (None, "unread")
    assert found.now.leads > 0
    said_in_both(service, {"en": "tables cannot be read", "ja": "表を読み込めない"})


def learned(service, *, ends, recalibrated=None, version=None):
    scorer = service.runtime.models.scorer
    parts = replace(scorer.parts, window=replace(scorer.parts.window, ends=ends))
    if recalibrated is not None:
        parts = replace(parts, recalibrated=Recalibrated("fitted", {}, recalibrated, 9))
    scorer.parts, scorer.version = parts, version or scorer.version


def said_in_both(service, texts):
    for language, text in texts.items():
        with service.client(language) as client:
            page = client.get("/agreement")
        assert page.status_code == 200
        assert text in page.text
