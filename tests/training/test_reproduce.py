"""A run repeated from its id: the same bytes, and what keeps that from being so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.training.projects import make_project
from tests.world import Called, call, shared_folder


def make_run(folder: Path) -> None:
    make_project(folder, rows=300, signal=2.0)
    done = call("train", "--trials", 1, "--seed", 5, "--json", folder=folder)
    assert done.code == 0, done.err
    (folder / "trained.json").write_text(done.out, encoding="utf-8")


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "ran", make_run, ["trained.json"])


@pytest.fixture
def project(ran: Path, tmp_path: Path) -> Path:
    shutil.copytree(ran, tmp_path / "project")
    return tmp_path / "project"


def repeat(folder: Path, *words: object) -> Called:
    run_id = json.loads((folder / "trained.json").read_text(encoding="utf-8"))["run_id"]
    return call("train", "--reproduce", run_id, "--json", *words, folder=folder)


def test_the_bundle_comes_out_the_same_byte_by_byte(project: Path) -> None:
    # What stands in the files beside the tables does not count any more: all settings are the run's.
    path = project / "qualify.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("bags: 2", "bags: 3"), encoding="utf-8")
    done = repeat(project, "--out", "again")
    assert done.code == 0, done.err
    trained = json.loads((project / "trained.json").read_text(encoding="utf-8"))
    assert (done.json["bundle"], done.json["seed"], done.json["trials"]) == (trained["bundle"], 5, 1)
    (manifest,) = (project / "mlartifacts").rglob("artifacts/bundle/manifest.json")
    first = {each.name: each.read_bytes() for each in manifest.parent.iterdir()}
    assert {each.name: each.read_bytes() for each in (project / "again").iterdir()} == first


def test_other_tables_are_refused_by_name(project: Path) -> None:
    path = project / "leads.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.rsplit("\n", 2)[0] + "\n", encoding="utf-8")
    done = repeat(project)
    assert done.code == 2
    assert "the tables are not those that the run learned from" in done.err
    assert "data_sha256" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--reproduce", "none"], "there is no such run"),
        (["--reproduce", "none", "--seed", "1"], "takes its settings from the run alone"),
        (["--out", "again"], "goes with --reproduce only"),
    ],
)
def test_what_is_wrong_is_told(ran: Path, words: list[str], said: str) -> None:
    done = call("train", *words, folder=ran)
    assert done.code == 2
    assert said in done.err
