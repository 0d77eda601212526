"""The command `qualify backtest`: its figures, the wins of each order, and the lists."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from tests.world import TABLES, call


@pytest.fixture(scope="module")
def copied(world, tmp_path_factory):
    """The world without its models, to leave a run in."""
    folder = tmp_path_factory.mktemp("backtest")
    for name in [*(f"{table}.parquet" for table in TABLES), "qualify.yaml", "scorecard.yaml"]:
        shutil.copy(world.folder / name, folder)
    return folder


def test_the_command_prints_one_object_and_logs_one_run(copied: Path):
    called = call("backtest", "--origins", 2, "--json", "--out", "lists.parquet", folder=copied)
    assert called.code == 0, called.err
    found = called.json
    check_lists(pd.read_parquet(copied / "lists.parquet"), found)
    assert set(found) == {"run_id", "target", "origins", "wins", "skipped", "seconds"}
    assert [set(origin["scorers"]) for origin in found["origins"]] == [
        {"model", "rules", "bayes", "linear", "arrival", "newest"}
    ] * 2
    for origin in found["origins"]:
        assert 0 < origin["positives"] < origin["rows"]
        auc = origin["scorers"]["model"]["auc"]
        assert 0.5 < auc["low"] <= auc["value"] <= auc["high"] <= 1
        check_orders(origin)
    check_wins(found)
    history = mlflow.MlflowClient().get_metric_history(found["run_id"], "rules/log_loss")
    assert [metric.step for metric in history] == [0, 1]
    assert history[1].value == found["origins"][1]["scorers"]["rules"]["log_loss"]["value"]
    run = mlflow.get_run(found["run_id"])
    assert run.data.tags["kind"] == "backtest"
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/backtest.json") == found | {
        "seconds": pytest.approx(found["seconds"])
    }
    text = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/backtest.txt")
    (counted,) = re.findall("of 2 origins the model had the lower log-loss at (.*)", text)
    assert re.sub(r"\d+", "N", counted) == "N against rules, N against bayes, N against linear"
    check_text(text, found)
    pictures = {file.path for file in mlflow.MlflowClient().list_artifacts(found["run_id"])}
    assert pictures == {"backtest.json", "backtest.txt", "wins.png"}
    won = mlflow.MlflowClient().get_metric_history(found["run_id"], "wins/arrival")
    assert [each.value for each in won] == [o["wins"]["found"]["arrival"] for o in found["origins"]]


def check_lists(lists, found):
    """The lists hold every lead that was scored, and calling down them finds the wins that are told."""
    for origin in found["origins"]:
        rows = lists[lists["origin"] == origin["origin"]]
        assert (len(rows), int(rows["outcome"].sum())) == (origin["rows"], origin["positives"])
        assert rows["lead_id"].is_unique
        assert rows["rank"].is_monotonic_increasing
        assert (rows["probability"].diff().dropna() <= 0).all()
        called = rows["arrival_rank"] <= origin["wins"]["called"]
        assert abs(rows.loc[called, "outcome"].sum() - origin["wins"]["found"]["arrival"]) < 1
        assert (rows["outcome_week"].notna() == (rows["outcome"] == 1)).all()
        weeks = rows["outcome_week"].dropna()
        assert (weeks.min() >= 1, weeks.max() <= 9) == (True, True)


@pytest.mark.parametrize(
    ("out", "said"), [("lists.xlsx", "as CSV or Parquet"), ("nowhere/lists.csv", "no such folder")]
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(copied, out, said):
    called = call("backtest", "--out", out, folder=copied)
    assert called.code == 2
    assert said in called.err


def check_orders(origin):
    """Orders without probabilities have figures of ranking only, and one is the other turned round."""
    arrival, newest = (origin["scorers"][name] for name in ("arrival", "newest"))
    for figures in (arrival, newest):
        assert {name for name, each in figures.items() if each["value"] is None} == {
            "log_loss", "brier", "ece"
        }  # fmt: skip
    assert arrival["auc"]["value"] == pytest.approx(1 - newest["auc"]["value"])


def check_wins(found):
    """The wins of all origins are the sums, and those of an origin follow from its hits at capacity."""
    for origin in found["origins"]:
        wins = origin["wins"]
        assert wins["called"] == pytest.approx(0.1 * origin["rows"])
        assert wins["possible"] == origin["positives"]
        for name, count in wins["found"].items():
            hits = origin["scorers"][name]["precision_at_capacity"]["value"]
            assert count == pytest.approx(hits * wins["called"])
            assert len(wins["by_week"][name]) == 9
            assert (np.diff(wins["by_week"][name]) >= 0).all()
            assert wins["by_week"][name][-1] == pytest.approx(count)
    total = found["wins"]
    for name in total["found"]:
        assert total["found"][name] == pytest.approx(sum(o["wins"]["found"][name] for o in found["origins"]))
    for name in ("rules", "arrival", "newest"):
        ahead = total["model_minus"][name]
        assert ahead["value"] == pytest.approx(total["found"]["model"] - total["found"][name])
        assert ahead["low"] <= ahead["value"] <= ahead["high"]


def check_text(text, found):
    assert re.search(r"^ +arrival +0\.\d{4} \([^)]*\) +– +0\.\d{4}", text, flags=re.MULTILINE)
    (whole,) = re.findall(r"^ +all origins +(.*)$", text, flags=re.MULTILINE)
    wins = found["wins"]
    counts = [wins["found"][name] for name in ("model", "rules", "arrival", "newest")]
    assert [float(each) for each in whole.split()[2:6]] == [pytest.approx(each, abs=0.051) for each in counts]
    assert len(re.findall(r"^ +week \d", text, flags=re.MULTILINE)) == 9


def test_where_nothing_can_be_tried_it_is_said(tmp_path):
    rows = "".join(f"{i},{i % 7},{int(i < 40)}\n" for i in range(120))
    (tmp_path / "leads.csv").write_text("id,visits,won\n" + rows)
    words = ("init", "--leads", "leads.csv", "--id", "id", "--target", "won", "--positive", "1")
    assert call(*words, folder=tmp_path).code == 0
    called = call("backtest", "--origins", 2, folder=tmp_path)
    assert called.code == 2
    assert "at no point in the past could a model be learned and judged" in called.err
    assert "all outcomes are alike" in called.err
    assert not (tmp_path / "mlflow.db").exists()
