"""The largest drivers on the model's page, in words; and what is said where a run kept none."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace

import mlflow
import pytest

from serving.pages.driver_record import DriverRecord, read_drivers
from serving.pages.kept import Kept
from serving.pages.run_record import find_run
from serving.pages.words import words_for

ONE = {
    "field": "stage",
    "strength": 0.31,
    "label": {"en": "<b>Stage</b>", "ja": "ステージ"},
    "effect": {"en": "Raises most: SAL (+1.60).", "ja": "最も上げる：SAL (+1.60)。"},
}
KEPT = {"target": "sql", "rows": 2_000, "drivers": [ONE, ONE | {"strength": 0.004}]}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A tracking store with an experiment; made once, since that takes seconds."""
    folder = tmp_path_factory.mktemp("drivers")
    store = f"sqlite:///{folder / 'mlflow.db'}"
    place = (folder / "artifacts").as_uri()
    mlflow.MlflowClient(tracking_uri=store).create_experiment("drivers", artifact_location=place)
    return store


@pytest.fixture
def run_with(store):
    """Log a run with this text as its drivers, and return its store and id."""

    def make(text):
        client = mlflow.MlflowClient(tracking_uri=store)
        run = client.create_run(client.get_experiment_by_name("drivers").experiment_id)
        if text is not None:
            client.log_text(run.info.run_id, text, "drivers.json")
        return store, run.info.run_id

    return make


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_model_page_names_the_largest_drivers_in_words(live, language):
    record = find_run(live.runtime).drivers
    with live.client(language) as client:
        page = client.get("/model").text
    shown = re.search(r'<ol class="drivers">(.*?)</ol>', page, re.S)[1]
    names = re.findall(r"<b>(.*?)</b>", shown)
    assert names == [getattr(driver.label, language) for driver in record.drivers][: len(names)]
    assert len(names) >= 5
    assert f"{record.drivers[0].strength:.2f}" in shown
    words = {"en": ("Raises most:", "The higher, the"), "ja": ("最も上げる：", "大きいほど見込みが")}
    assert all(said in shown for said in words[language])


def test_a_run_without_drivers_gets_a_quiet_note(run_with):
    assert read_drivers(*run_with(None)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        json.dumps(KEPT | {"drivers": [ONE | {"strength": -1}]}),
        json.dumps(KEPT | {"drivers": [ONE | {"label": {"en": "Stage"}}]}),
        json.dumps(KEPT | {"drivers": [ONE | {"effect": None}]}),
        json.dumps(KEPT | {"drivers": [ONE | {"strength": float("nan")}]}),
    ],
)
def test_what_cannot_be_read_is_none_and_the_log_says_so(run_with, text, caplog):
    with caplog.at_level(logging.WARNING, logger="serving.pages.driver_record"):
        assert read_drivers(*run_with(text)) is None
    (said,) = (record for record in caplog.records if record.name == "serving.pages.driver_record")
    assert said.message == "the drivers of the training run cannot be read"
    assert said.error == "ValidationError"


def test_a_run_that_is_not_there_is_none(store, caplog):
    assert read_drivers(store, "0" * 32) is None
    assert caplog.records[-1].error == "MlflowException"


def test_what_a_run_kept_is_read_back(run_with):
    found = read_drivers(*run_with(json.dumps(KEPT)))
    assert found == DriverRecord.model_validate(KEPT)
    assert (found.drivers[0].label.ja, found.drivers[0].effect.en) == (
        "ステージ",
        "Raises most: SAL (+1.60).",
    )


def test_the_page_escapes_names_leaves_out_what_moves_nothing_and_notes_none(live, monkeypatch):
    record = DriverRecord.model_validate(KEPT)
    monkeypatch.setattr(Kept, "get", lambda self, key, make: replace(make(), drivers=record))
    with live.client() as client:
        page = client.get("/model").text
    assert page.count('<p class="driver">') == 1
    assert "&lt;b&gt;Stage&lt;/b&gt;" in page
    assert "±0.31 on average" in page
    monkeypatch.setattr(Kept, "get", lambda self, key, make: replace(make(), drivers=None))
    with live.client("ja") as client:
        page = client.get("/model").text
    assert '<ol class="drivers">' not in page
    assert words_for("ja").text("model.drivers_none") in page
