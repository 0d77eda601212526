"""A model is swapped while requests go on; a broken one is refused."""

from __future__ import annotations

import shutil
import threading

import pytest

from qualify.errors import ModelError
from qualify.scorer import Scorer
from serving.api.warm_up import warm_up
from serving.model_slot import ModelSlot
from serving.model_source import ChampionSource, FixedSource


class Source:
    """Versions by name; `now` is the one that ought to be in use."""

    def __init__(self, **versions):
        self.versions, self.now, self.loads = versions, "1", 0

    def current(self):
        if self.now is None:
            raise OSError("the registry is away")
        return self.now

    def load(self, name):
        self.loads += 1
        found = self.versions[name]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture(scope="module")
def scorers(world):
    parts = world.scorer.parts
    return Scorer(parts, "first"), Scorer(parts, "second")


def test_a_new_version_is_warmed_up_and_taken(scorers):
    warm, source = [], Source(**{"1": scorers[0], "2": scorers[1]})
    slot = ModelSlot(source, lambda scorer: warm.append(scorer.version))
    assert (slot.version, slot.name, slot.refresh()) == ("first", "1", False)
    source.now = "2"
    assert slot.refresh()
    assert (slot.version, slot.name, slot.swaps, warm) == ("second", "2", 1, ["first", "second"])


@pytest.mark.parametrize("broken", [ModelError("a changed byte"), ValueError("odd"), MemoryError()])
def test_a_broken_version_is_refused_and_told(scorers, broken):
    source = Source(**{"1": scorers[0], "2": broken, "3": scorers[1]})
    slot = ModelSlot(source, lambda _: None)
    source.now = "2"
    assert not slot.refresh()
    assert not slot.refresh()
    assert (slot.version, slot.refused.name, slot.refusals, source.loads) == ("first", "2", 1, 2)
    source.now = "3"
    assert slot.refresh()
    assert (slot.version, slot.refused) == ("second", None)


def test_a_version_that_fails_to_warm_up_is_refused(scorers):
    def fails(scorer):
        if scorer.version == "second":
            raise ModelError("no score")

    source = Source(**{"1": scorers[0], "2": scorers[1]})
    slot = ModelSlot(source, fails)
    source.now = "2"
    assert not slot.refresh()
    assert slot.refused.reason == "no score"


def test_a_registry_that_is_away_changes_nothing(scorers):
    source = Source(**{"1": scorers[0]})
    slot = ModelSlot(source, lambda _: None)
    source.now = None
    assert not slot.refresh()
    assert (slot.version, slot.refused) == ("first", None)


def test_without_a_model_there_is_no_start():
    with pytest.raises(ModelError, match="gone"):
        ModelSlot(Source(**{"1": ModelError("gone")}), lambda _: None)


def test_no_request_fails_during_swaps(client, runtime, documents, scorers):
    real, versions, answers = runtime.models, set(), []
    source = Source(**{"1": scorers[0], "2": scorers[1]})
    runtime.models = ModelSlot(source, warm_up)
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            source.now = "2" if source.now == "1" else "1"
            runtime.models.refresh()

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(150):
            answers.append(client.post("/v1/score", json=documents[0]))
    finally:
        stop.set()
        thread.join()
        runtime.models = real
    assert {answer.status_code for answer in answers} == {200}
    versions = {answer.json()["model_version"] for answer in answers}
    assert versions == {"first", "second"}
    assert len({answer.json()["probability"] for answer in answers}) == 1


def test_a_refused_model_is_told(client, runtime, scorers):
    real, source = runtime.models, Source(**{"1": scorers[0], "2": ModelError("a changed byte")})
    runtime.models = ModelSlot(source, lambda _: None)
    source.now = "2"
    runtime.models.refresh()
    try:
        ready, figures = client.get("/readyz"), client.get("/metrics").text
    finally:
        runtime.models = real
    assert ready.status_code == 200
    assert ready.json()["model"]["version"] == "first"
    assert ready.json()["model"]["refused"]["reason"] == "a changed byte"
    assert "qualify_model_refused 1.0" in figures


def test_the_champion_of_the_registry(world):
    source = ChampionSource(world.config, world.folder)
    assert source.current() == str(world.trained["model_version"])
    assert source.load(source.current()).version == world.scorer.version


def test_a_bundle_that_was_changed_is_refused_by_name(world, tmp_path):
    bundle = tmp_path / "bundle"
    shutil.copytree(world.bundle, bundle)
    (bundle / "bands.json").write_text("{}")
    with pytest.raises(ModelError, match=r"bands\.json"):
        ModelSlot(FixedSource(str(bundle), None, tmp_path), warm_up)


def test_no_model_and_no_configuration(tmp_path):
    with pytest.raises(ModelError, match="no model is named"):
        FixedSource(None, None, tmp_path)
