"""Retrainings as real processes: two at once, and one that is killed while it registers its version."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from qualify.config import load_config
from serving.model_source import load_scorer
from tests.serving.api.test_serve import QUALIFY
from tests.training.projects import make_project
from tests.training.test_retrain import ROWS, make_first
from tests.world import call, shared_folder
from training.lock import in_turn

RETRAIN = [*QUALIFY, "retrain", "--budget", "0", "--json"]


@pytest.fixture
def project(tmp_path_factory, tmp_path):
    """A project with a model in use, and tables of which a better one is learned."""
    first = shared_folder(tmp_path_factory, "loop", make_first, ["first.json"])
    folder = Path(shutil.copytree(first, tmp_path / "project"))
    make_project(folder, rows=ROWS, signal=2.0, seed=1)
    return folder


def asked(folder: Path, question: str) -> list[tuple]:
    with closing(sqlite3.connect(folder / "mlflow.db", timeout=60)) as connection:
        return connection.execute(question).fetchall()


def aliases(folder: Path) -> dict[str, int]:
    return dict(asked(folder, "SELECT alias, version FROM registered_model_aliases"))


def versions(folder: Path) -> list[tuple]:
    return asked(folder, "SELECT version, status FROM model_versions ORDER BY version")


def test_of_two_at_once_one_steps_back_and_what_a_kill_leaves_is_made_again(project):
    both = [subprocess.Popen(RETRAIN, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            for _ in range(2)]  # fmt: skip
    try:
        # Nobody else may move aliases meanwhile: so the kill comes when the version is there, and not in use.
        with in_turn(project):
            while all(each.poll() is None for each in both):
                time.sleep(0.01)
            (back,) = [each for each in both if each.poll() is not None]
            assert (back.returncode, json.loads(back.stdout.read())["status"]) == (0, "busy")
            (left,) = [each for each in both if each is not back]
            while len(versions(project)) < 2:
                assert left.poll() is None
                time.sleep(0.05)
            left.kill()
            left.wait()
    finally:
        for each in both:
            each.kill()
            each.wait()
            each.stdout.close()
    assert asked(project, "PRAGMA integrity_check") == [("ok",)]
    assert versions(project) == [(1, "READY"), (2, "READY")]
    assert aliases(project) == {"challenger": 1, "champion": 1}
    assert load_scorer(None, load_config(project / "qualify.yaml"), project).version == in_use(project)
    again = call("retrain", "--budget", 0, "--json", folder=project)
    assert (again.code, again.json["status"], again.json["version"]) == (0, "promoted", "3")
    assert re.fullmatch(
        r"run \w+ learned from the same and did not end, .*; it made version 2", again.json["reasons"][-1]
    )
    assert aliases(project) == {"challenger": 3, "champion": 3, "previous": 1}
    assert load_scorer(None, load_config(project / "qualify.yaml"), project).version == in_use(project)


def in_use(folder: Path) -> str:
    """Return the bundle that the store's own tables call the champion's."""
    ((digest,),) = asked(
        folder,
        "SELECT tags.value FROM registered_model_aliases aliases JOIN model_versions versions"
        " ON versions.version = aliases.version JOIN tags ON tags.run_uuid = versions.run_id"
        " WHERE aliases.alias = 'champion' AND tags.key = 'bundle'",
    )
    return digest
