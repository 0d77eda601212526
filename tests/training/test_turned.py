"""What a training run says of a source that has turned, and what the bundle makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qualify.scorer import Scorer
from tests.training.projects import CONFIG, make_project
from tests.training.test_recalibrate import bundle_of
from tests.world import call

ROWS, TURN = 800, 400


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One lead an hour; by partners one in twenty converted, and since the 400th lead nine in ten."""
    folder = tmp_path_factory.mktemp("turned")
    make_project(folder, rows=ROWS, signal=1.0, rate=0.3)
    leads = pd.read_csv(folder / "leads.csv", dtype=str)
    late = np.arange(ROWS) >= TURN
    luck = np.random.default_rng(5).random(ROWS) < np.where(late, 0.9, 0.05)
    leads["won"] = np.where(leads.source == "partner", np.where(luck, "yes", "no"), leads.won)
    leads["created"] = pd.date_range("2026-01-01", periods=ROWS, freq="h", tz="UTC").astype(str)
    leads.to_csv(folder / "leads.csv", index=False)
    text = CONFIG.replace("lead_id: id", "lead_id: id, created_at: created")
    (folder / "qualify.yaml").write_text(text, encoding="utf-8")
    called = call("train", "--budget", 0, "--force", "--json", folder=folder)
    assert called.code == 0, called.err
    return folder, called


def test_the_source_is_named_with_the_day_and_by_how_much(trained):
    _, called = trained
    [told] = called.json["turned"]
    assert (told["field"], told["value"]) == ("column:source", "partner")
    # The 400th hour of the year is on the 17th of January; borders lie 20 leads apart.
    turn = pd.Timestamp("2026-01-17T16:00")
    assert abs(pd.Timestamp(told["since"]) - turn) <= pd.Timedelta(hours=20)
    assert told["odds_ratio"] > 20
    assert told["standard_errors"] > 6
    assert f"\nsource: 'partner' has turned about {told['since'][:10]}, and its past" in called.err


def test_the_bundle_believes_the_new_outcomes(trained):
    folder, _ = trained
    leads = pd.read_csv(folder / "leads.csv", dtype=str)
    scores = Scorer.load(bundle_of(folder)).score(leads.tail(200), as_of="2026-03-01T00:00Z")
    by_source = scores.set_index("lead_id").probability.groupby(leads.set_index("id").source).mean()
    assert by_source["partner"] > 0.75
    assert by_source["partner"] > 2 * by_source["google"]


def test_where_nothing_turned_nothing_is_said(world):
    assert world.trained["turned"] == []


def test_a_table_without_dates_has_no_day(tmp_path: Path):
    make_project(tmp_path, rows=ROWS, signal=1.0, rate=0.3)
    leads = pd.read_csv(tmp_path / "leads.csv", dtype=str)
    partner, late = leads.source == "partner", np.arange(ROWS) >= TURN
    leads["won"] = np.where(partner, np.where(late == (np.arange(ROWS) % 10 > 0), "yes", "no"), leads.won)
    leads.to_csv(tmp_path / "leads.csv", index=False)
    called = call("train", "--budget", 0, "--force", "--json", folder=tmp_path)
    assert [(each["value"], each["since"]) for each in called.json["turned"]] == [("partner", "")]
    assert "'partner' has turned, and its past" in called.err
