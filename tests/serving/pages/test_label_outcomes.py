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
    with pytest.raises(DataError):
        label_outcomes(config(), folder, first("a"), "")


@pytest.mark.parametrize(
    ("ends", "told_by", "said"),
    [
        ("2025-01-01T00:00:00", "label", {"en": "did not learn from", "ja": "学習していないリード"}),
        ("", "undated", {"en": "this flatters the model", "ja": "モデルに有利な比較"}),
    ],
)
def test_the_page_shows_the_outcomes_and_what_they_rest_on(filled, tmp_path, ends, told_by, said):
    folder = tmp_path / "project"
    shutil.copytree(filled, folder)
    with running(folder) as service:
        runtime = service.runtime
        ids = runtime.ledger.first_scores()["lead_id"].to_pylist()
        rows = [(lead, "2026-02-01", "yes" if n % 3 == 0 else "no") for n, lead in enumerate(ids)]
        with (folder / "leads.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("id", "created", "bought"), *rows])
        flat = config()
        runtime.config = flat.model_copy(update={"service": runtime.config.service})
        scorer = runtime.models.scorer
        scorer.parts = replace(scorer.parts, window=replace(scorer.parts.window, ends=ends))
        found = compare(runtime, NOW)
        assert found.told_by == told_by
        assert found.past.leads == len(ids)
        assert sum(each.denominator for each in found.past.outcomes.values()) == len(ids)
        assert sum(each.numerator for each in found.past.outcomes.values()) == len(rows[::3])
        for language in ("en", "ja"):
            with service.client(language) as client:
                page = client.get("/agreement").text
            assert said[language] in page
            assert page.count('<div class="outcome">') == 3
