"""What a training run keeps of the audit of its data: nothing that only a few leads have."""

from __future__ import annotations

import re
import time
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from qualify.config import load_config
from tests.training.projects import make_project
from tests.world import call
from training.audit import audit
from training.data import load_tables
from training.train import attempt

REMARK = "not interested, Ms Sato of Kobe moves away"
NOTE = "will call back Mr Kato on his mobile phone next week"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A column in which sales write, with one remark about one lead, and one about four."""
    folder = tmp_path_factory.mktemp("remarks")
    make_project(folder, rows=400, signal=1.0)
    frame = pd.read_csv(folder / "leads.csv")
    won = frame["won"] == "yes"
    rng = np.random.default_rng(4)
    status = pd.Series(np.where(rng.random(400) < np.where(won, 0.85, 0.25), "open", "ringing"))
    won_late, lost_late = (np.flatnonzero(each)[-20:] for each in (won, ~won))
    status[lost_late[:4]], status[lost_late[5]] = NOTE, REMARK
    status[won_late[:4]] = "already a customer, " + "x" * 60
    frame.assign(source=status).to_csv(folder / "leads.csv", index=False)
    return folder


def test_evidence_quotes_no_value_of_a_few_leads(project):
    loaded = load_tables(load_config(project / "qualify.yaml"), project)
    (found,) = (each for each in audit(loaded, project, seed=0) if each.code == "L007")
    assert found.subject == "source"
    assert '("ringing" and ' in found.text
    assert not re.search("Sato|Kato|xxx", found.text)


def test_what_few_leads_have_stands_in_no_file_of_a_run(project):
    called = call("train", "--budget", 0, "--json", "--force", folder=project)
    assert called.code == 0, called.err
    _, _, warned = called.err.partition("warnings about the data; `qualify check` tells more:\n")
    assert warned.startswith("  warning  L007  source: ")
    files = [path for path in project.rglob("*") if path.is_file() and path.name != "leads.csv"]
    assert {"findings.json", "report.html", "config.json", "mlflow.db"} <= {path.name for path in files}
    assert [path.name for path in files if b"ringing" in path.read_bytes()]
    assert not [path for path in files if b"Ms Sato" in path.read_bytes()]
    shown = [path for path in files if path.name in ("findings.json", "report.html")]
    assert not [path.name for path in shown if b"Kato" in path.read_bytes()]


def test_a_source_that_is_gone_costs_the_audit_and_not_the_run(tmp_path, capsys):
    """As a database that is down by then: persons are looked for in a second reading of the leads."""
    config = make_project(tmp_path, rows=300, signal=1.0)
    loaded = load_tables(config, tmp_path)
    (tmp_path / "leads.csv").unlink()
    done = attempt(loaded, tmp_path, budget=0, seed=0, force=True, began=time.monotonic())
    assert "the data were not audited" in capsys.readouterr().err
    run = mlflow.get_run(done.run_id)
    kept = {path.name for path in Path(run.info.artifact_uri.removeprefix("file://")).iterdir()}
    assert "report.html" in kept
    assert "findings.json" not in kept
