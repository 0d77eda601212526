"""Looking back: origins, what was known at them, and figures that later data cannot change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import load_config
from qualify.errors import DataError
from qualify.labels.snapshots import end_of_data
from qualify.leads.tables import MICROSECONDS_A_DAY as DAY
from qualify.leads.tables import NO_TIME
from tests.training.test_cut import alike
from tests.world import TABLES, call
from training.backtest import try_origin
from training.cut import known_at
from training.data import Loaded, load_tables
from training.origins import Origin, flat_blocks, horizon_of, moments_of, origins_of, redrafted, staged_origin


@pytest.fixture(scope="module")
def loaded(world):
    return load_tables(world.config, world.folder)


def test_origins_are_the_latest_months_whose_outcomes_have_matured(loaded):
    moments = [pd.Timestamp(moment, unit="us") for moment in moments_of(loaded, 3)]
    end = pd.Timestamp(end_of_data(loaded.tables), unit="us")
    assert all(moment == moment.normalize().replace(day=1) for moment in moments)
    assert [b - a for a, b in pairwise(m.to_period("M") for m in moments)] == [pd.offsets.MonthEnd(1)] * 2
    assert moments[-1] + pd.Timedelta(days=60) <= end < moments[-1] + pd.DateOffset(months=1, days=60)


def test_more_data_add_origins_and_change_none(loaded):
    shorter = replace(loaded, tables=known_at(loaded.tables, end_of_data(loaded.tables) - 70 * DAY))
    fewer, more = moments_of(shorter, 2), moments_of(loaded, 4)
    assert set(fewer) < set(more)


def test_short_histories_are_cut_by_weeks(loaded):
    target = loaded.config.targets[0].model_copy(update={"within_days": 230.0})
    config = loaded.config.model_copy(update={"targets": (target,)})
    moments = moments_of(replace(loaded, config=config), 6)
    assert [pd.Timestamp(moment, unit="us").day_of_week for moment in moments] == [0] * 6
    assert set(np.diff(moments)) == {7 * DAY}


def test_a_history_of_two_horizons_is_too_short(loaded):
    target = loaded.config.targets[0].model_copy(update={"within_days": 300.0})
    short = replace(loaded, config=loaded.config.model_copy(update={"targets": (target,)}))
    with pytest.raises(DataError, match="the history is too short to look back"):
        moments_of(short, 2)


def test_at_an_origin_nothing_later_is_known(loaded):
    for origin in origins_of(loaded, 3):
        moment = int(origin.as_of[0])
        assert end_of_data(origin.tables) <= moment
        assert origin.history.tables is origin.tables
        assert [target.name for target in origin.history.config.targets] == ["sql"]
        assert len(np.unique(origin.lead)) == len(origin.lead)
        assert set(np.unique(origin.label)) == {0.0, 1.0}


def test_the_outcomes_are_those_of_the_stages_table(world, loaded):
    origin = staged_origin(loaded, moments_of(loaded, 1)[0])
    day = pd.Timestamp(origin.name, tz="UTC")
    stages = world.arrow["stages"].to_pandas()
    inside = stages[
        (stages["stage"] == "SQL")
        & (stages["entered_at"] > day)
        & (stages["entered_at"] <= day + pd.Timedelta(days=60))
        & (stages["recorded_at"] <= day + pd.Timedelta(days=60))
    ]
    won = set(origin.tables.lead_id[origin.lead[origin.label == 1]])
    scored = set(origin.tables.lead_id[origin.lead])
    assert won == set(inside["lead_id"]) & scored
    told = stages[stages["recorded_at"] <= day]
    decided = set(told.loc[told["stage"].isin(["SQL", *world.config.stages.closed]), "lead_id"])
    assert not scored & decided
    first = inside.groupby("lead_id")["entered_at"].min()
    names = origin.tables.lead_id[origin.lead]
    times = pd.to_datetime(origin.outcome_at[origin.label == 1], unit="us", utc=True)
    assert dict(zip(names[origin.label == 1], times, strict=True)) == first[sorted(won)].to_dict()
    assert set(origin.outcome_at[origin.label == 0]) == {NO_TIME}


def test_a_cut_off_history_never_changes_a_past_figure(loaded):
    """Training is the same for the same tables: tables, rows and outcomes are all that can differ."""
    moment = moments_of(loaded, 2)[0]
    for later in (0, 1, 30):
        end = moment + horizon_of(loaded.config.targets[0]) + later * DAY
        shorter = replace(loaded, tables=known_at(loaded.tables, end))
        whole, cut = staged_origin(loaded, moment), staged_origin(shorter, moment)
        assert alike(whole.tables, cut.tables)
        assert np.array_equal(whole.lead, cut.lead)
        assert np.array_equal(whole.label, cut.label)
        assert np.array_equal(whole.outcome_at, cut.outcome_at)
        assert np.array_equal(whole.place, cut.place)


@pytest.fixture(scope="module")
def flat(flat_folder):
    return load_tables(load_config(flat_folder / "qualify.yaml"), flat_folder)


@pytest.fixture(scope="module")
def flat_folder(tmp_path_factory):
    """A flat table of 400 leads whose source decides nearly everything, with a drafted scorecard."""
    folder = tmp_path_factory.mktemp("flat")
    rng = np.random.default_rng(5)
    source = rng.choice(["ad", "fair", "web"], 400)
    visits = rng.poisson(3, 400)
    won = rng.random(400) < np.where(source == "fair", 0.7, 0.15) * np.minimum(visits / 3, 1.3)
    pd.DataFrame({"id": np.arange(400), "source": source, "visits": visits, "won": won.astype(int)}).to_csv(
        folder / "leads.csv", index=False
    )
    words = ("init", "--leads", "leads.csv", "--id", "id", "--target", "won", "--positive", "1")
    assert call(*words, folder=folder).code == 0
    return folder


def test_a_flat_table_is_cut_into_blocks_by_order(flat):
    origins = list(origins_of(flat, 4))
    assert [origin.name for origin in origins] == ["200 leads", "238 leads", "283 leads", "336 leads"]
    assert np.concatenate([origin.lead for origin in origins]).tolist() == list(range(200, 400))
    assert [len(origin.history.tables) for origin in origins] == [200, 238, 283, 336]
    assert [len(origin.tables) for origin in origins] == [238, 283, 336, 400]


@given(leads=st.integers(119, 100_000), more=st.integers(0, 50_000), count=st.integers(1, 60))
def test_where_flat_origins_lie_depends_on_nothing_later(leads, more, count):
    fewer, whole = flat_blocks(leads, 60), flat_blocks(leads + more, 60)
    assert [block for block in whole if block[1] <= leads] == fewer
    assert flat_blocks(leads, count) == fewer[-count:]
    assert all(end == begin for (_, end), (begin, _) in pairwise(fewer))


def test_too_few_leads_for_a_block_are_told():
    with pytest.raises(DataError, match="the history is too short to look back"):
        flat_blocks(118, 1)


def figures(origin: Origin) -> object:
    """Everything that is told of an origin but how long it took."""
    tried = try_origin(origin, budget=0, seed=3)
    told = {
        scorer: {name: metric.as_dict() for name, metric in metrics.items()}
        for scorer, metrics in tried.metrics.items()
    }
    return tried.origin, tried.learned_from, tried.rows, tried.positives, told, tried.wins.as_json()


@pytest.mark.parametrize("leads", [335])
def test_a_cut_off_flat_table_never_changes_a_past_figure(flat_folder, flat_figures, leads, tmp_path):
    """From the file on: reading, drafting, fitting and judging see nothing later."""
    shutil.copytree(flat_folder, tmp_path / "cut")
    path = tmp_path / "cut" / "leads.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: leads + 1]), encoding="utf-8")
    (last,) = origins_of(load_tables(load_config(path.parent / "qualify.yaml"), path.parent), 1)
    assert last.name == "238 leads"
    assert figures(last) == flat_figures


@pytest.fixture(scope="module")
def flat_figures(flat):
    return figures(next(origin for origin in origins_of(flat, 4) if origin.name == "238 leads"))


@pytest.mark.parametrize("days", [0])
def test_tables_exported_earlier_give_the_same_past_figures(world, loaded, whole_figures, days, tmp_path):
    """From the files on: an origin whose outcomes had matured by then, to the last digit."""
    moment = moments_of(loaded, 4)[0]
    end = pd.Timestamp(moment + horizon_of(loaded.config.targets[0]) + days * DAY, unit="us", tz="UTC")
    clock = {"leads": "created_at", "activities": "recorded_at", "stages": "recorded_at"}
    for name in TABLES:
        frame = pd.read_parquet(world.folder / f"{name}.parquet")
        frame[frame[clock[name]] <= end].to_parquet(tmp_path / f"{name}.parquet")
    for name in ("qualify.yaml", "scorecard.yaml"):
        shutil.copy(world.folder / name, tmp_path)
    shorter = load_tables(load_config(tmp_path / "qualify.yaml"), tmp_path)
    assert len(shorter.tables) < len(loaded.tables)
    assert staged_figures(shorter, moment) == whole_figures


@pytest.fixture(scope="module")
def whole_figures(loaded):
    return staged_figures(loaded, moments_of(loaded, 4)[0])


def staged_figures(loaded: Loaded, moment: int) -> object:
    config = loaded.config.model_copy(update={"targets": loaded.config.targets[:1]})
    return figures(staged_origin(replace(loaded, config=config), moment))


def test_a_drafted_scorecard_is_drafted_anew_from_what_was_known(flat):
    assert flat.scorecard.drafted_before is not None
    first = next(origins_of(flat, 4))
    drafted = redrafted(first.history).scorecard
    assert drafted.drafted_before == "159 in the order of the table"
    assert drafted.version != flat.scorecard.version


def test_a_written_scorecard_stays(loaded):
    assert redrafted(loaded) is loaded
