"""Weights by chance from the ledger to the report: who was to be worked, whose outcome is unknown."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pytest

from qualify.config import load_config, parse_config
from qualify.decide.exploration import in_lot
from qualify.errors import ConfigError
from qualify.ledger import Ledger
from qualify.model.parts import Lot
from qualify.scorer import Scorer
from tests.ledger.lists import T0, score_list, score_row
from tests.training.projects import make_project
from tests.training.reports import make_report
from tests.world import call, shared_folder
from training.data import load_tables
from training.dataset import build_training_set
from training.report import render_report
from training.selection import BandCount, Selection
from training.work import load_work

ROWS, SHARE = 400, 0.25
LOT = Lot(SHARE, "qualify")


def explored(folder: Path) -> None:
    """Let the configuration pick leads by lot."""
    path = folder / "qualify.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"exploration: {SHARE}\n", encoding="utf-8")


def make_loop(folder: Path) -> None:
    """A model with a lot, a batch of scores on the desk, and a second training that knows of both."""
    make_project(folder, rows=ROWS, signal=2.0)
    explored(folder)
    first = call("retrain", "--budget", 0, "--json", folder=folder)
    assert first.code == 0, first.err
    scored = call("score", "--leads", "leads.csv", "--out", "s.parquet", "--ledger", folder=folder)
    assert scored.code == 0, scored.err
    again = call("retrain", "--budget", 0, "--json", folder=folder)
    assert again.code in (0, 3), again.err
    (folder / "again.json").write_text(again.out, encoding="utf-8")


@pytest.fixture(scope="session")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "lot", make_loop, ["again.json"])


@pytest.fixture(scope="module")
def again(loop: Path):
    return json.loads((loop / "again.json").read_text(encoding="utf-8"))


def scores_of(loop: Path):
    import pyarrow.parquet as pq

    return pq.read_table(loop / "s.parquet").to_pandas()


def test_the_list_says_who_is_picked_and_with_which_chance(loop):
    scores = scores_of(loop)
    assert list(scores.columns[-2:]) == ["picked_by_lot", "work_probability"]
    np.testing.assert_array_equal(scores.picked_by_lot, in_lot(scores.lead_id.to_numpy(), LOT))
    np.testing.assert_array_equal(scores.work_probability, np.where(scores.band == "A", 1.0, SHARE))


def test_the_model_carries_the_lot_so_that_one_path_decides(loop):
    bundle = next((loop / "mlartifacts").rglob("artifacts/bundle/lot.json")).parent
    scorer = Scorer.load(bundle)
    assert scorer.parts.lot == LOT
    without = Scorer(replace(scorer.parts, lot=None), "x")
    tables = load_tables(load_config(loop / "qualify.yaml"), loop).tables
    as_of = np.full(len(tables), 1_780_000_000_000_000)
    with_lot, _ = scorer.score_tables(tables, as_of)
    plain, _ = without.score_tables(tables, as_of)
    assert set(with_lot.column_names) - set(plain.column_names) == {"picked_by_lot", "work_probability"}
    alone, _ = scorer.score_objects(tables, as_of, reasons=1, language="en")
    told = {row["lead_id"]: row["picked_by_lot"] for row in alone}
    listed = zip(with_lot["lead_id"].to_pylist(), with_lot["picked_by_lot"].to_pylist(), strict=True)
    assert told == dict(listed)


def test_leads_that_nobody_was_to_work_are_unknown_and_the_lot_stands_for_them(loop):
    config = load_config(loop / "qualify.yaml")
    loaded = replace(load_tables(config, loop), work=load_work(config, loop))
    data = build_training_set(loaded)
    scores = scores_of(loop).set_index("lead_id")
    worked = scores[(scores.band == "A") | scores.picked_by_lot].index
    assert set(loaded.tables.lead_id[data.lead]) == set(worked)
    rows = data.rows_of(config.targets[0], np.ones(len(data.lead), dtype=bool))
    chance = scores.work_probability[loaded.tables.lead_id[rows.lead]].to_numpy()
    np.testing.assert_allclose(rows.weight, 1 / chance)
    assert rows.clip == config.selection.clip == 5.0
    # The weights of the worked add up to about all leads.
    assert rows.weight.sum() == pytest.approx(ROWS, rel=0.15)


def test_retraining_tells_and_logs_whose_outcomes_it_learned_from(again, loop):
    told = again["selection"]
    scores = scores_of(loop)
    best = {each["band"]: each for each in told["bands"]}
    assert sum(each["leads"] for each in told["bands"]) == ROWS
    assert best["A"]["selected"] == best["A"]["with_outcome"] == int((scores.band == "A").sum())
    assert best["D"]["picked"] == int((scores.picked_by_lot & (scores.band == "D")).sum())
    assert (best["D"]["selected"], best["D"]["own"]) == (0, 0)
    assert told["rows"] > told["effective_rows"] > 0
    assert (told["largest_weight"], told["clipped_rows"]) == (1 / SHARE, 0)
    config = load_config(loop / "qualify.yaml")
    mlflow.set_tracking_uri(config.mlflow.store_uri(loop))
    run = mlflow.MlflowClient().get_run(again["run_id"])
    assert run.data.metrics["selection/effective_rows"] == pytest.approx(told["effective_rows"])
    assert len(run.data.tags["work_sha256"]) == 64


def test_new_scores_are_news_to_learn_from_and_the_same_are_none(loop, tmp_path):
    folder = shutil.copytree(loop, tmp_path / "copy")
    same = call("retrain", "--budget", 0, "--json", folder=folder)
    assert same.json["status"] == "unchanged"


def test_a_run_is_repeated_with_the_ledger_that_is_in_use_now(again, loop, tmp_path):
    folder = shutil.copytree(loop, tmp_path / "copy")
    (folder / "ledger.db").rename(folder / "moved.db")
    with (folder / "qualify.yaml").open("a", encoding="utf-8") as file:
        file.write('service: {ledger: "sqlite:///moved.db"}\n')
    done = call("train", "--reproduce", again["run_id"], "--json", folder=folder)
    assert done.code == 0, done.err
    assert done.json["run_id"] == again["run_id"]


def test_an_answer_of_sales_makes_a_lead_known_that_nobody_was_to_work(loop, tmp_path):
    folder = shutil.copytree(loop, tmp_path / "copy")
    config = load_config(folder / "qualify.yaml")
    scores = scores_of(loop)
    lead = scores[(scores.band == "D") & ~scores.picked_by_lot].lead_id.iloc[0]
    before = load_work(config, folder).digest()
    ledger = Ledger.open(config.service.ledger_url(folder))
    ledger.answer(lead, "rejected", actor="sato", reason=None, comment=None, key="k")
    ledger.close()
    loaded = replace(load_tables(config, folder), work=load_work(config, folder))
    data = build_training_set(loaded)
    (row,) = np.flatnonzero(loaded.tables.lead_id[data.lead] == lead)
    assert data.weights["won"][row] == 1.0
    assert loaded.work.digest() != before
    own = {each.band: each.own for each in data.selection().bands}
    assert own["D"] == 1


def test_without_a_lot_nothing_changes(tmp_path):
    config = make_project(tmp_path, rows=300, signal=1.0)
    assert load_work(config, tmp_path) is None
    ledger = Ledger.open(config.service.ledger_url(tmp_path))
    ledger.record_scores(score_list(score_row("L1", as_of=T0)), origin="batch")
    ledger.close()
    assert load_work(config, tmp_path) is None
    explored(tmp_path)
    assert load_work(load_config(tmp_path / "qualify.yaml"), tmp_path) is None, "no lot was drawn yet"
    data = build_training_set(load_tables(config, tmp_path))
    assert data.selection() is None
    assert len(data.lead) == 300


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_report_shows_whose_outcomes_are_known(language):
    bands = (BandCount("A", 40, 40, 0, 0, 40, 12), BandCount("D", 160, 0, 8, 1, 9, 1))
    found = Selection(0.05, 5.0, 49, 33.4, 12, 6.6, 20.0, 8, bands)
    page = render_report(make_report(language, selection=found))
    words = {
        "en": ("Whose outcomes are known", "much as 33 of equal weight", "By lot alone"),
        "ja": ("成果が分かっているリード", "33行に相当", "抽選のみ"),
    }
    assert all(text in page for text in words[language])
    assert "selection" not in render_report(make_report(language)).split("</style>")[1]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("exploration: 0.6", "less than or equal to 0.5"),
        ("exploration: -0.1", "greater than or equal to 0"),
        ("selection: {salt: ''}", "salt"),
        ("selection: {clip: 0.5}", "greater than or equal to 1"),
        ("selection: {share: 0.1}", "share"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path, line, told):
    make_project(tmp_path, rows=10, signal=1.0)
    text = (tmp_path / "qualify.yaml").read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        parse_config(text + line + "\n", where="here")


def test_init_writes_both_settings_with_what_changes(world):
    text = (world.folder / "qualify.yaml").read_text(encoding="utf-8")
    assert "\nexploration: 0 " in text
    assert "\nselection:\n  salt: qualify" in text
    assert "picked by lot" in text
    assert (world.config.exploration, world.config.selection.salt) == (0.0, "qualify")
