"""Whole projects of strangers: every command ends with an answer or with a message, never with a fault.

A few are tried on every run. Many more, others each time: ``QUALIFY_PROJECTS=200 pytest tests/contract``.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, event, given, note, settings

from qualify.config import load_config
from qualify.leads.build import build_tables
from qualify.leads.read import located, read_table
from qualify.scorer import Scorer
from serving.api.app import create_app
from serving.runtime import Runtime
from tests.contract.strategies import Project, projects
from tests.world import Called, call

MANY = int(os.environ.get("QUALIFY_PROJECTS", "0"))
HERE = "http://127.0.0.1"
# A project takes seconds: shrinking a failure would take hours, and its seed is printed anyway.
PROJECTS = settings(
    max_examples=MANY or 8,
    derandomize=not MANY,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def ended(called: Called) -> int:
    """Check that a command gave an answer, or one message that says what to do; return its exit code."""
    assert called.code in (0, 2, 3), called.err
    assert "Traceback" not in called.err
    if called.code == 2:
        assert re.search(r"^Error: .+", called.err, flags=re.MULTILINE), called.err
        assert len(called.err) < 6_000
    return called.code


def run(project: Project, folder: Path) -> str:
    """Drive a project from `init` to a score by HTTP; return how far it came."""
    for name, data in project.files.items():
        (folder / name).write_bytes(data)
    if ended(call("init", *project.init, folder=folder)):
        assert not (folder / "qualify.yaml").exists()
        return "init"
    edit(project, folder)
    if ended(call("check", "--json", folder=folder)) == 2:
        return "check"
    if ended(call("train", "--budget", 0, "--force", "--json", folder=folder)):
        return "train"
    events = [word for name in ("activities", "stages") if f"{name}.csv" in project.files
              for word in (f"--{name}", f"{name}.csv")]  # fmt: skip
    inputs = ["--leads", "leads.csv", *events]
    if ended(call("score", *inputs, *project.score, "--out", "scores.parquet", folder=folder)):
        assert not (folder / "scores.parquet").exists()
        return "score"
    scores = pd.read_parquet(folder / "scores.parquet")
    check_scores(project, folder, scores)
    if not len(scores):
        return "nobody"
    as_of = [word for word in project.score if "--as-of" in project.score][-2:]
    ended(call("explain", "--json", *inputs, *as_of, "--", scores["lead_id"].iloc[0], folder=folder))
    check_contributions(folder)
    check_service(folder, scores)
    return "all"


def edit(project: Project, folder: Path) -> None:
    path = folder / "qualify.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in project.edits.items():
        text = text.replace(old + " ", new + " ", 1)
    if project.scorecard is not None:
        from qualify.rules import Scorecard

        card = Scorecard.model_validate(project.scorecard)
        (folder / "own.yaml").write_text(card.to_text(), encoding="utf-8")
        text = re.sub(r"^scorecard: \S+", "scorecard: own.yaml", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


def check_scores(project: Project, folder: Path, scores: pd.DataFrame) -> None:
    """The score list keeps the contract, and every lead is in it or in the rejects."""
    rejects = folder / "scores.parquet.rejects.csv"
    refused = len(pd.read_csv(rejects)) if rejects.exists() else 0
    assert len(scores) + refused == project.rows
    assert scores["lead_id"].is_unique
    assert scores["rank"].tolist() == list(range(1, len(scores) + 1))
    probability = scores["probability"].to_numpy()
    assert np.isfinite(probability).all()
    assert ((probability >= 0) & (probability <= 1)).all()
    assert (np.diff(probability) <= 0).all()
    low, high = scores["probability_low"].to_numpy(), scores["probability_high"].to_numpy()
    assert ((low >= 0) & (low <= probability) & (probability <= high) & (high <= 1)).all()
    assert scores["score"].between(1, 100).all()
    assert set(scores["band"]) | set(scores["rule_band"]) <= set("ABCD")
    assert np.isfinite(scores["rule_points"]).all()
    most = int(project.score[project.score.index("--reasons") + 1])
    assert (scores["reasons"].map(len) <= most).all()


def check_contributions(folder: Path) -> None:
    """The base and all contributions are the uncalibrated log-odds."""
    (manifest,) = (folder / "mlartifacts").rglob("artifacts/bundle/manifest.json")
    scorer, config = Scorer.load(manifest.parent), load_config(folder / "qualify.yaml")
    data = config.data
    read = [
        None if source is None else read_table(located(source, folder), what=what)
        for what, source in (("leads", data.leads), ("activities", data.activities), ("stages", data.stages))
    ]
    tables, _ = build_tables(scorer.parts.schema.data, scorer.parts.schema.columns, *read)
    rows = np.arange(min(len(tables), 50))
    made = scorer.explain_rows(tables, rows, np.full(len(rows), 1_767_225_600_000_000))
    total = made.base + made.contributions.sum(axis=1)
    np.testing.assert_allclose(total, made.prediction.log_odds, rtol=0, atol=1e-6)


def check_service(folder: Path, scores: pd.DataFrame) -> None:
    """One lead by HTTP: an answer that keeps the contract, or a problem that says what is wrong."""
    config = load_config(folder / "qualify.yaml")
    table = read_table(located(config.data.leads, folder))
    given = {name: table.column(name)[0].as_py() for name in table.column_names}
    created = given.pop(config.data.created_at, None) if config.data.created_at else None
    document = {"lead_id": "lead 1", "attributes": given} | ({"created_at": created} if created else {})
    runtime = Runtime.open(config, folder, model=None, public_url=HERE)
    with TestClient(
        create_app(runtime, loopback=True), base_url=HERE, raise_server_exceptions=False
    ) as client:
        answer = client.post("/v1/score", json=document)
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code == 200:
        told = answer.json()
        assert 0 <= told["probability_low"] <= told["probability"] <= told["probability_high"] <= 1
        assert set(scores.columns) - set(told) <= {"rank"}


@PROJECTS
@given(project=projects(most_rows=260 if MANY else 160))
def test_every_project_ends_with_an_answer_or_a_message(project: Project) -> None:
    folder = Path(tempfile.mkdtemp(prefix="project-"))
    note(f"{folder}: qualify init {shlex.join(project.init)}; qualify score {shlex.join(project.score)}")
    event(run(project, folder))
    shutil.rmtree(folder)  # a project that fails is kept


def test_a_table_of_labels_alone_is_refused_in_words(tmp_path: Path) -> None:
    lines = [f"{k},{'yes' if k % 3 else 'no'}" for k in range(300)]
    (tmp_path / "leads.csv").write_text("k,won\n" + "\n".join(lines), encoding="utf-8")
    assert call("init", "--leads", "leads.csv", "--target", "won", "--id", "k", folder=tmp_path).code == 0
    called = call("train", "--budget", 0, "--force", folder=tmp_path)
    assert called.code == 2
    assert re.search(r"nothing to learn from[\s\S]*mend: add columns", called.err), called.err
