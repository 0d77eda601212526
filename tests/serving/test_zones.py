"""A project whose clock is not that of UTC: people see its times, programs those of UTC as before."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from serving.pages.model_page import _period
from serving.pages.words import words_for
from serving.runtime import Runtime
from tests.world import TABLES, call, sources

AS_OF = "2026-03-31T15:30:00Z"
SINCE = "2026-03-25T00:00:00Z"
SAID = {"Asia/Tokyo": "2026-04-01 00:30 JST", "Europe/Berlin": "2026-03-31 17:30 CEST"}


@pytest.fixture(scope="module", params=["Asia/Tokyo", "Europe/Berlin"])
def zoned(world, request, tmp_path_factory):
    """The same project with a time zone, and the name of it at that time."""
    folder = tmp_path_factory.mktemp("zoned")
    for name in (*(f"{name}.parquet" for name in TABLES), "scorecard.yaml"):
        shutil.copy(world.folder / name, folder)
    text = (world.folder / "qualify.yaml").read_text(encoding="utf-8")
    text = text.replace('"sqlite:///mlflow.db"', f'"sqlite:///{world.folder / "mlflow.db"}"')
    assert "timezone: UTC" in text
    text = text.replace("timezone: UTC", f"timezone: {request.param}")
    (folder / "qualify.yaml").write_text(text, encoding="utf-8")
    return folder, {"Asia/Tokyo": "2026-04-01 00:30 JST", "Europe/Berlin": "2026-03-31 17:30 CEST"}[
        request.param
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_explain_tells_times_of_the_zone_and_json_those_of_utc(world, zoned, tmp_path, language):
    folder, said = zoned
    lead = _a_lead(world)
    words = ("explain", lead, "--as-of", AS_OF, "--language", language)
    page = tmp_path / "lead.html"
    text = call(*words, "--html", page, folder=folder)
    assert text.code == 0, text.err
    assert said in text.out
    assert said in page.read_text(encoding="utf-8")
    assert "UTC" not in text.out
    plain = world.call(*words, "--json")
    assert call(*words, "--json", folder=folder).out == plain.out
    assert json.loads(plain.out)["as_of"] in ("2026-03-31T15:30:00+00:00", "2026-03-31T15:30:00Z")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_change_is_told_between_times_of_the_zone(world, zoned, language):
    folder, said = zoned
    words = (
        "explain",
        _a_lead(world),
        "--as-of",
        AS_OF,
        "--since",
        "2026-03-25T00:00:00Z",
        "--language",
        language,
    )
    told = call(*words, folder=folder)
    assert told.code == 0, told.err
    assert said in told.out
    assert call(*words, "--json", folder=folder).out == world.call(*words, "--json").out


def test_figures_are_told_as_of_a_time_of_the_zone(world, zoned):
    folder, said = zoned
    words = ("kpi", "--as-of", AS_OF)
    assert said in call(*words, folder=folder).out
    assert call(*words, "--json", folder=folder).out == world.call(*words, "--json").out


def test_lists_are_the_same_bytes(world, zoned, tmp_path):
    folder, _ = zoned
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "a.csv", tmp_path / "b.csv"]
    for out, place in zip(files, (world.folder, folder) * 2, strict=True):
        done = call("score", *sources(place), "--as-of", AS_OF, "--out", out, folder=place)
        assert done.code == 0, done.err
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[2].read_bytes() == files[3].read_bytes()


def test_the_period_of_a_model_is_in_utc_and_told_in_the_zone():
    window = SimpleNamespace(begins="2026-01-31T15:00:00", ends="2026-06-30T14:59:00")
    assert "1 Feb 2026" in _period(window, words_for("en", "Asia/Tokyo"))
    assert "2026年6月30日" in _period(window, words_for("ja", "Asia/Tokyo"))
    assert "31 Jan 2026" in _period(window, words_for("en"))


def test_pages_without_a_configuration_take_the_zone_of_the_model():
    data = SimpleNamespace(timezone="Asia/Tokyo")
    scorer = SimpleNamespace(parts=SimpleNamespace(schema=SimpleNamespace(data=data)))

    def zone(config, scorer):
        here = SimpleNamespace(config=config, models=SimpleNamespace(scorer=scorer))
        return Runtime.timezone.fget(here)

    assert zone(None, scorer) == "Asia/Tokyo"
    assert zone(None, None) == "UTC"
    assert zone(SimpleNamespace(data=SimpleNamespace(timezone="Europe/Berlin")), scorer) == "Europe/Berlin"


def test_pages_name_an_offset_where_a_zone_has_no_name():
    time = datetime(2026, 3, 2, 20, 5, tzinfo=UTC)
    assert words_for("en", "Asia/Dubai").moment(time) == "3 Mar 2026, 00:05 +04:00"
    assert words_for("ja", "Europe/Berlin").moment(time) == "2026年3月2日 21:05 CET"


def _a_lead(world) -> str:
    import pyarrow.parquet as pq

    return str(pq.read_table(world.folder / "leads.parquet", columns=["lead_id"])["lead_id"][0])
