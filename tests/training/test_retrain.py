"""The loop on small flat tables: first model, nothing new, promoted, refused, busy, and with answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mlflow
import numpy as np
import pytest

from qualify.config import load_config
from qualify.leads.build import build_tables
from qualify.leads.read import read_table
from qualify.ledger import LeadFacts, Ledger
from qualify.scorer import Scorer
from tests.training.projects import make_project
from tests.world import Called, call, shared_folder
from training.in_use import open_registry
from training.lock import only_one
from training.record import LEARNED_FROM
from training.registry import finished_run

ROWS = 500


def retrain(folder: Path) -> Called:
    return call("retrain", "--budget", 0, "--json", folder=folder)


def make_first(folder: Path) -> None:
    """A project whose first model has learned that visits are bad."""
    make_project(folder, rows=ROWS, signal=-2.0)
    called = retrain(folder)
    assert called.code == 0, called.err
    (folder / "first.json").write_text(called.out, encoding="utf-8")


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "loop", make_first, ["first.json"])


@pytest.fixture
def project(first: Path, tmp_path: Path) -> Path:
    shutil.copytree(first, tmp_path / "project")
    return tmp_path / "project"


def test_where_there_is_no_model_the_first_one_comes_into_use(first: Path) -> None:
    told = json.loads((first / "first.json").read_text(encoding="utf-8"))
    assert (told["status"], told["version"], told["previous"], told["gate"]) == ("first", "1", None, None)
    assert set(told["metrics"]) == {"challenger", "rules", "bayes", "linear"}


def test_nothing_new_is_nothing_done(project: Path) -> None:
    again = retrain(project)
    assert again.code == 0
    assert again.json["status"] == "unchanged"
    assert "has learned from the same data" in again.json["reasons"][0]
    assert again.json["run_id"] is None


def test_a_better_model_takes_over_and_says_why(project: Path) -> None:
    config = make_project(project, rows=ROWS, signal=2.0, seed=1)
    done = retrain(project)
    assert done.code == 0, done.err
    told = done.json
    assert (told["status"], told["version"], told["previous"]) == ("promoted", "2", "1")
    assert {"champion", "rules", "bayes", "linear"} == set(told["gate"]["differences"])
    assert told["gate"]["differences"]["champion"]["log_loss"]["high"] < 0
    assert {check["name"] for check in told["gate"]["checks"]} >= {
        "verdict",
        "champion",
        "calibration",
        "parity",
    }
    client = open_registry(config, project)
    run = client.get_run(told["run_id"])
    assert (run.data.tags["gate"], run.data.tags["gate_against"]) == ("passed", "1")
    by_name = json.loads(run.data.tags["gate_checks"])
    assert by_name == dict.fromkeys(
        ("verdict", "champion", "rules", "segment", "calibration", "parity", "noise"), True
    ) | {name: True for name in by_name if name == "recalibrated"}
    assert run.data.metrics["against/champion/log_loss"] < 0
    assert {"gate.html", "gate.json"} <= {each.path for each in client.list_artifacts(told["run_id"])}
    tags = client.get_model_version("qualify", "2").tags
    assert "better than the champion" in tags["promotion_reason"]
    assert retrain(project).json["status"] == "unchanged"


def test_a_model_that_is_no_better_is_refused_and_can_be_forced(project: Path) -> None:
    path = project / "leads.csv"
    kept = path.read_text(encoding="utf-8").splitlines()[:-5]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    refused = retrain(project)
    assert refused.code == 3
    assert refused.json["status"] == "refused"
    assert refused.json["promoted"] is False
    assert any("champion" in reason for reason in refused.json["reasons"])
    assert "flatters" in " ".join(refused.json["gate"]["notes"])
    assert "the gate said no; version 1 stays in use" in refused.err
    held = call("promote", "challenger", folder=project)
    assert held.code == 3
    assert "champion" in held.err
    forced = call("promote", "challenger", "--force", "--reason", "a trial", "--json", folder=project)
    assert forced.json["forced"] is True


def test_two_runs_do_not_mix(project: Path) -> None:
    with only_one(project) as free:
        assert free
        busy = retrain(project)
    assert busy.code == 0
    assert busy.json["status"] == "busy"
    assert retrain(project).json["status"] == "unchanged"


def test_answers_of_sales_are_learned_from(project: Path) -> None:
    config = make_project(project, rows=ROWS, signal=2.0, seed=2)
    path = project / "leads.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    # The outcome of twenty leads is not in the CRM.
    blank = [line.rsplit(",", 1)[0] + "," for line in lines[1:21]]
    path.write_text("\n".join([lines[0], *blank, *lines[21:]]) + "\n", encoding="utf-8")
    answer_all(project, [f"L{i}" for i in range(20)])
    done = retrain(project)
    assert done.code in (0, 3), done.err
    assert done.json["answers"]["used"] == 20
    assert "20 answers of sales: 20 added" in done.err
    tags = mlflow.MlflowClient().get_run(done.json["run_id"]).data.tags
    assert (tags["answers_given"], tags["answers_used"]) == ("20", "20")
    assert finished_run(config, LEARNED_FROM, tags["learned_from"]) == done.json["run_id"]
    _repeats_from_the_ledger_as_it_was(project, done.json["run_id"])


def _repeats_from_the_ledger_as_it_was(folder: Path, run_id: str) -> None:
    """Later answers, and answers taken back later, do not change what the run knew; a lost one does."""
    config = load_config(folder / "qualify.yaml")
    ledger = Ledger.open(config.service.ledger_url(folder))
    ledger.answer("L30", "won", actor="sato", reason=None, comment=None, key="later")
    given = ledger.lead("L3").last_answer
    assert given is not None
    ledger.undo("L3", given.id, actor="sato")
    ledger.close()
    again = call("train", "--reproduce", run_id, "--json", folder=folder)
    assert again.code == 0, again.err
    assert again.json["bundle"] == mlflow.MlflowClient().get_run(run_id).data.tags["bundle"]
    ledger = Ledger.open(config.service.ledger_url(folder))
    ledger.forget("L5", actor="sato")
    ledger.close()
    gone = call("train", "--reproduce", run_id, "--json", folder=folder)
    assert gone.code == 2
    assert "what was forgotten is gone" in gone.err


def answer_all(folder: Path, leads: list[str]) -> None:
    """Score the leads into the ledger, and answer for each of them."""
    bundle = next((folder / "mlartifacts").rglob("artifacts/bundle/manifest.json")).parent
    scorer, config = Scorer.load(bundle), load_config(folder / "qualify.yaml")
    schema = scorer.parts.schema
    tables, _ = build_tables(schema.data, schema.columns, read_table(str(folder / "leads.csv")))
    scores, _ = scorer.score_tables(tables, np.full(len(tables), 1_780_000_000_000_000))
    ledger = Ledger.open(config.service.ledger_url(folder))
    ledger.record_scores(scores, origin="batch", facts={lead: LeadFacts() for lead in leads})
    for k, lead in enumerate(leads):
        ledger.answer(lead, "won" if k % 2 else "lost", actor="sato", reason=None, comment=None, key=lead)
    ledger.close()


def test_a_wrong_configuration_is_told(tmp_path: Path) -> None:
    called = call("retrain", folder=tmp_path)
    assert called.code == 2
    assert "the configuration is missing" in called.err
