"""Promotions that are killed or meet: there is a way back, and nobody slips past the gate."""

from __future__ import annotations

import shutil
import threading

import mlflow
import pytest

from qualify.config import load_config
from qualify.errors import GateRefused, UserError
from tests.training.test_promotion import add_version, aliases_of, make_store
from tests.world import shared_folder
from training import registry
from training.decision import Decision
from training.in_use import open_registry
from training.promotion import promote, rollback, take_over

WRITES = (
    "set_registered_model_tag", "delete_registered_model_tag", "set_registered_model_alias",
    "set_model_version_tag",
)  # fmt: skip
FORCED = {"force": True, "reason": "a trial"}


class Killed(BaseException):
    """What no handler expects, as nobody expects SIGKILL."""


def make_three(folder):
    """Three versions: 2 is in use, 1 was before."""
    make_store(folder)
    config = load_config(folder / "qualify.yaml")
    for _ in range(3):
        add_version(config, folder)
    promote(config, folder, "2")


@pytest.fixture(scope="session")
def three(tmp_path_factory):
    return shared_folder(tmp_path_factory, "three", make_three, ["mlflow.db"])


@pytest.fixture
def project(three, tmp_path):
    return shutil.copytree(three, tmp_path / "project")


@pytest.fixture
def config(project):
    return load_config(project / "qualify.yaml")


@pytest.fixture
def kill_at(monkeypatch):
    """Kill just after the n-th write to the store; returns the writes."""
    seen = []

    def install(number):
        seen.clear()
        for name in WRITES:
            monkeypatch.setattr(mlflow.MlflowClient, name, killing(name, real[name], number))
        return seen

    def killing(name, write, number):
        def called(self, *words, **named):
            seen.append(name)
            write(self, *words, **named)
            if len(seen) == number:
                raise Killed

        return called

    real = {name: getattr(mlflow.MlflowClient, name) for name in WRITES}
    return install


@pytest.mark.parametrize("number", range(1, 8))
def test_a_promotion_that_is_killed_leaves_a_way_back(config, project, kill_at, number):
    kill_at(number)
    with pytest.raises(Killed, match=r"^$"):
        promote(config, project, "3", **FORCED)
    kill_at(None)
    used = aliases_of(config, project)["champion"]
    assert used == ("3" if number >= 5 else "2")
    assert rollback(config, project).version == {"3": "2", "2": "1"}[used]
    assert aliases_of(config, project)["previous"] == used
    assert promote(config, project, "3", **FORCED).changed
    assert aliases_of(config, project)["previous"] == {"3": "2", "2": "1"}[used]


def test_a_promotion_has_as_many_writes_as_it_is_killed_at(config, project, kill_at):
    writes = kill_at(None)
    promote(config, project, "3", **FORCED)
    assert writes == [
        *["set_model_version_tag"] * 3, "set_registered_model_tag", *["set_registered_model_alias"] * 2,
        "delete_registered_model_tag",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_rollback_that_is_killed_can_be_made_again(config, project, kill_at, number):
    kill_at(number)
    with pytest.raises(Killed, match=r"^$"):
        rollback(config, project)
    kill_at(None)
    moved = aliases_of(config, project)["champion"] == "1"
    assert moved == (number >= 2)
    assert rollback(config, project).version == ("2" if moved else "1")


def test_what_an_older_kill_left_leads_nowhere_and_is_told(config, project):
    open_registry(config, project).set_registered_model_alias("qualify", "previous", "2")
    with pytest.raises(UserError, match="there is no previous champion to go back to"):
        rollback(config, project)
    assert promote(config, project, "3", **FORCED).previous == "2"
    assert rollback(config, project).version == "2"


@pytest.mark.parametrize("note", ["", "7 2", "a b c"])
def test_a_note_that_makes_no_sense_is_let_go(config, project, note):
    client = open_registry(config, project)
    client.set_registered_model_tag("qualify", registry.MOVE, note)
    assert rollback(config, project).version == "1"
    assert registry.MOVE not in client.get_registered_model("qualify").tags


def test_a_promotion_waits_for_another_and_meets_what_that_one_left(config, project):
    client = open_registry(config, project)
    registry.promote(client, "qualify", "1")
    said = []

    def second():
        try:
            promote(config, project, "3")
        except GateRefused as refusal:
            said.append(str(refusal))

    other = threading.Thread(target=second)
    with registry.alone("qualify"):
        other.start()
        other.join(0.5)
        assert other.is_alive()
        registry.promote(client, "qualify", "2")
    other.join(30)
    assert "compared only with version 1, and version 2 is in use" in said[0]
    assert aliases_of(config, project)["champion"] == "2"


def test_what_was_compared_with_another_champion_does_not_take_over(config, project):
    open_registry(config, project)
    decision = Decision(())
    with pytest.raises(GateRefused, match="compared with version 1, and version 2 is in use now"):
        take_over(config, "3", decision, "1")
    assert aliases_of(config, project)["champion"] == "2"
    take_over(config, "3", decision, "2")
    assert aliases_of(config, project)["champion"] == "3"
