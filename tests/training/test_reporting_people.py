"""What a run tells of people: which leads have an outcome, what the audit found, and the segments."""

from __future__ import annotations

import html
import re
from dataclasses import asdict
from types import SimpleNamespace

import mlflow
import numpy as np
import pandas as pd
import pytest

from qualify.config import load_config
from qualify.evaluate import compute_metrics
from qualify.explain.catalogue import read_catalogue
from tests.training.projects import make_project
from training.audit import audit
from training.check import find
from training.checks import Finding
from training.checks.codes import EXPLAINED
from training.checks.personal import load_personal
from training.checks.told import say_finding
from training.data import load_tables
from training.in_use import open_registry
from training.initial.label import outcome_of
from training.population import describe_population
from training.reporting import report_of
from training.segments import WHOLE, describe_segments
from training.verdict import decide


@pytest.fixture(scope="module")
def run(world):
    open_registry(world.config, world.folder)
    return mlflow.get_run(world.trained["run_id"])


@pytest.fixture(scope="module")
def report(run):
    return mlflow.artifacts.load_text(f"{run.info.artifact_uri}/report.html")


def test_the_population_adds_up_to_the_leads_of_the_tables(world, run, trained):
    found = describe_population(trained.data.loaded)
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/population.json") == found.as_json()
    assert found.leads == found.of_leads == len(world.tables)
    assert found.known + found.young + found.unworked + found.untold == found.leads
    assert found.unworked == 0
    worked, untouched = found.worked
    assert (worked.leads + untouched.leads, worked.known + untouched.known) == (found.leads, found.known)
    assert worked.positives / worked.known > untouched.positives / untouched.known
    # By the tables themselves: leads whose sixty days were over, and who was in the stage by then.
    leads, stages = (world.arrow[name].to_pandas() for name in ("leads", "stages"))
    clocks = {"leads": "created_at", "activities": "recorded_at", "stages": "recorded_at"}
    end = max(world.arrow[name][clock].to_pandas().max() for name, clock in clocks.items())
    horizon = pd.Timedelta(days=60)
    assert found.young == int((leads["created_at"] + horizon > end).sum())
    old = leads[leads["created_at"] + horizon <= end].set_index("lead_id")["created_at"]
    entered = stages[(stages["stage"] == "SQL") & stages["lead_id"].isin(old.index)]
    inside = entered[entered["entered_at"] <= entered["lead_id"].map(old) + horizon]
    assert found.positives == inside["lead_id"].nunique()


def test_a_flat_table_says_whose_label_is_empty(tmp_path):
    make_project(tmp_path, rows=300, signal=1.0)
    frame = pd.read_csv(tmp_path / "leads.csv")
    frame.loc[:9, "won"] = None
    frame.to_csv(tmp_path / "leads.csv", index=False)
    found = describe_population(load_tables(load_config(tmp_path / "qualify.yaml"), tmp_path))
    won = int((frame["won"] == "yes").sum())
    assert (found.positives, found.negatives, found.young, found.untold) == (won, 290 - won, 0, 10)
    assert found.worked == ()


def test_a_run_keeps_what_the_audit_found(world, run, report):
    kept = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/findings.json")["findings"]
    loaded = load_tables(world.config, world.folder)
    assert kept == [asdict(each) for each in audit(loaded, world.folder, seed=world.config.training.seed)]
    checked = world.call("check", "--json").json["findings"]
    assert {each["code"] for each in kept} == {each["code"] for each in checked}
    text = html.unescape(re.sub(r"<[^>]+>", " ", report))
    assert kept
    for each in kept:
        assert each["code"] in text
        assert each["text"] in text


def test_what_is_kept_of_rejected_rows_are_counts(tmp_path):
    make_project(tmp_path, rows=300, signal=1.0)
    frame = pd.read_csv(tmp_path / "leads.csv").astype({"visits": object})
    frame.loc[3, "visits"] = "call taro@example.co.jp"
    frame.loc[5, "id"] = "L4"
    frame.to_csv(tmp_path / "leads.csv", index=False)
    loaded = load_tables(load_config(tmp_path / "qualify.yaml"), tmp_path)
    found = [each for each in audit(loaded, tmp_path, seed=0) if each.code == "Q001"]
    assert [(each.level, each.text.split(":")[0]) for each in found] == [
        ("warning", "1 rows were left out (duplicate id)"), ("note", "1 times"),
    ]  # fmt: skip
    told = find(loaded, outcome_of(loaded.tables, loaded.config.targets[0]), {})
    assert any("taro@example.co.jp" in each.text for each in told)
    assert not [each for each in found if "taro" in each.text or re.search(r"row \d", each.text)]


def test_persons_are_those_of_the_leads_that_were_kept(tmp_path):
    """A lead of the future is left out of the tables, and so of the columns that tell persons apart."""
    days = pd.date_range("2024-01-01", periods=300, freq="D").astype(str).tolist()
    days[7] = "2062-05-01"
    pd.DataFrame({
        "id": range(300), "day": days, "mail": [f"p{k // 2}@firm.co" for k in range(300)],
        "visits": range(300), "won": [k % 3 == 0 for k in range(300)],
    }).to_csv(tmp_path / "leads.csv", index=False)  # fmt: skip
    (tmp_path / "qualify.yaml").write_text(
        "version: 1\ndata: {leads: leads.csv, lead_id: id, created_at: day}\n"
        'targets: [{name: won, column: won, positive: "True"}]\n'
        "columns: {visits: {type: number}, mail: {type: email}}\n"
        "exclude: {mail: {code: L001, evidence: tells persons apart}}\n",
        encoding="utf-8",
    )
    loaded = load_tables(load_config(tmp_path / "qualify.yaml"), tmp_path)
    assert len(loaded.tables) == 299
    mail = load_personal(loaded.config, tmp_path, loaded.tables)["mail"]
    words = [mail.vocabulary[code] for code in mail.codes]
    assert words == [f"p{int(lead) // 2}@firm.co" for lead in loaded.tables.lead_id]
    codes = {each.code: each.text for each in audit(loaded, tmp_path, seed=0)}
    assert codes["R001"].startswith("298 leads")


def test_every_code_is_said_in_japanese():
    for code, told in EXPLAINED.items():
        finding = Finding(code, "note", "x", "text", "a mend of its own")
        assert say_finding(finding, "en") == (told.what, "a mend of its own")
        for said in say_finding(finding, "ja"):
            assert re.search(r"[ぁ-んァ-ヶ一-龠]", said), code
    texts = read_catalogue("training.checks", "texts", "ja").texts
    assert {key.split(".")[0] for key in texts} == set(EXPLAINED)


def judged_of(label, p, lead=None):
    label, p = np.asarray(label, dtype=float), np.asarray(p, dtype=float)
    return SimpleNamespace(label=label, weight=np.ones(len(label)), probabilities={"model": p},
                           lead=np.arange(len(label)) if lead is None else lead)  # fmt: skip


def test_segments_are_measured_as_the_rows_would_be_alone():
    rng = np.random.default_rng(8)
    p = rng.uniform(0.05, 0.95, 1_200)
    label = rng.random(1_200) < p
    form = np.array(["A", "B", None], dtype=object)[np.repeat([0, 1, 2], [700, 450, 50])]
    p[form == "B"] /= 3
    found = describe_segments(judged_of(label, p), {"form": form}, bootstrap=100, seed=2)
    whole, a, b, missing = found
    assert [(each.column, each.value, each.leads) for each in found] == [
        (WHOLE, None, 1_200), ("form", "A", 700), ("form", "B", 450), ("form", None, 50),
    ]  # fmt: skip
    rows = form == "B"
    alone = compute_metrics(label[rows], p[rows], bootstrap=100, seed=2)
    assert (b.auc, b.log_loss, b.positives) == (alone["auc"], alone["log_loss"], label[rows].sum())
    assert b.promised == pytest.approx(p[rows].mean())
    assert b.observed.value == pytest.approx(label[rows].mean())
    assert b.observed.low < b.observed.value < b.observed.high
    assert (a.kept, b.kept, whole.kept) == ("kept", "low", "low")
    assert (missing.enough, np.isnan(missing.auc.value)) == (False, True)


def test_segments_count_leads_and_not_rows():
    label, p = np.tile([0, 1], 300), np.tile([0.2, 0.8], 300)
    form = np.full(600, "A", dtype=object)
    found = describe_segments(judged_of(label, p, np.arange(600) // 10), {"form": form}, bootstrap=5, seed=0)
    assert [(each.leads, each.positives, each.enough) for each in found] == [(60, 60, False)] * 2
    assert describe_segments(judged_of(label, p), {}, bootstrap=5, seed=0) == ()


def test_the_report_has_the_segments_of_the_judged_rows(trained):
    found = report_of(trained.seen, decide(trained.judged[0]), "abc", "f" * 64)
    assert found.findings is None
    whole, *named = found.segments
    assert (whole.column, whole.leads) == (WHOLE, found.later.leads)
    assert whole.auc.value == trained.judged[0].metrics["model"]["auc"].value
    columns = {each.column for each in named}
    assert "source" in columns
    for column in columns:
        assert sum(each.leads for each in named if each.column == column) == whole.leads


@pytest.fixture(scope="module")
def trained(world):
    """The same training once more, to look inside; quick, since nothing is judged anew or registered."""
    from training.pipeline import train_model

    config = world.config.model_copy(update={"targets": world.config.targets[:1]})
    return train_model(load_tables(config, world.folder), budget=0, seed=config.training.seed)
