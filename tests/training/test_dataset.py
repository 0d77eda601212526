"""The training set: rows, sides, and what no model may see."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.config import parse_config
from qualify.errors import DataError
from tests.training.projects import CONFIG, make_project
from training import dataset
from training.data import lead_time, load_tables
from training.dataset import build_training_set


@pytest.fixture(scope="module")
def staged(world):
    return build_training_set(load_tables(world.config, world.folder))


@pytest.fixture(scope="module")
def flat(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flat") / "project"
    return load_tables(make_project(folder, rows=300, signal=1.0), folder)


@pytest.mark.parametrize("place", [0, 1])
def test_no_lead_stands_on_both_sides_and_the_judges_are_the_last(staged, place):
    target = staged.loaded.config.targets[place]
    earlier, later = staged.sides_of(target)
    assert earlier.any()
    assert later.any()
    assert not set(staged.lead[earlier]) & set(staged.lead[later])
    assert staged.place[earlier].max() < staged.place[later].min()
    assert staged.open[later].all()
    assert not np.isnan(staged.labels[target.name][earlier | later]).any()


@pytest.mark.parametrize("place", [0, 1])
def test_outcomes_of_the_earlier_side_were_known_when_the_later_one_begins(staged, place):
    target = staged.loaded.config.targets[place]
    earlier, later = staged.sides_of(target)
    horizon = int(target.within_days * 86_400e6)
    assert staged.as_of[earlier].max() + horizon <= staged.as_of[later].min()


def test_each_target_is_judged_on_its_own_last_fifth(staged):
    for target in staged.loaded.config.targets:
        known = ~np.isnan(staged.labels[target.name])
        later = staged.sides_of(target)[1]
        share = len(np.unique(staged.lead[later])) / len(np.unique(staged.lead[known]))
        assert share == pytest.approx(0.2, abs=0.02)


def test_rows_of_a_target_are_those_with_an_outcome_in_order(staged):
    target = staged.loaded.config.targets[1]
    chosen = staged.place % 2 == 0
    rows, positions = staged.rows_of(target, chosen), staged.positions(target, chosen)
    assert len(rows.label) == len(positions) == rows.frame.rows
    np.testing.assert_array_equal(rows.label, staged.labels["win"][positions])
    np.testing.assert_array_equal(rows.as_of, staged.as_of[positions])
    assert set(np.unique(rows.weight)) <= {0.25, 1.0}
    assert rows.horizon == 120 * 86_400_000_000


def test_every_row_of_the_first_target_has_an_outcome(staged):
    assert not np.isnan(staged.labels["sql"]).any()


def test_a_flat_table_has_a_row_a_lead(flat):
    made = build_training_set(flat)
    np.testing.assert_array_equal(made.lead, np.arange(300))
    assert made.open.all()
    assert (made.as_of == 0).all()


def test_labels_and_excluded_columns_are_no_features(flat):
    assert set(flat.used) == {"visits", "minutes", "source"}
    assert "won" in flat.tables.columns
    names = {feature.name for feature in build_training_set(flat).frame.numeric}
    names |= {feature.name for feature in build_training_set(flat).frame.categorical}
    assert not any("won" in name or "secret" in name for name in names)


def test_without_a_date_the_row_tells_the_time(flat):
    np.testing.assert_array_equal(lead_time(flat.tables), np.arange(300))


def test_an_order_column_tells_the_time(tmp_path):
    make_project(tmp_path / "p", rows=300, signal=1.0)
    text = CONFIG.replace("lead_id: id", "lead_id: id, order_by: visits")
    loaded = load_tables(parse_config(text, where="here"), tmp_path / "p")
    made = build_training_set(loaded)
    visits = loaded.tables.columns["visits"].values
    later = made.sides_of(loaded.config.targets[0])[1]
    assert visits[later].min() >= visits[~later].max()


def test_of_very_many_rows_a_fixed_draw_is_taken(flat, monkeypatch):
    monkeypatch.setattr(dataset, "MAX_ROWS", 100)
    one, two = build_training_set(flat), build_training_set(flat)
    assert 60 < len(one.lead) < 140
    np.testing.assert_array_equal(one.lead, two.lead)


def test_a_horizon_longer_than_the_data_is_refused(world):
    target = world.config.targets[0].model_copy(update={"within_days": 9000.0})
    config = world.config.model_copy(update={"targets": (target,)})
    with pytest.raises(DataError, match=r"(?s)no outcome is known yet.*target sql.*within_days"):
        build_training_set(load_tables(config, world.folder))


def test_a_stage_that_nobody_reaches_is_refused(world):
    target = world.config.targets[0].model_copy(update={"stage": "Customer of the year"})
    config = world.config.model_copy(update={"targets": (target,)})
    with pytest.raises(DataError, match=r"(?s)outcomes are alike.*0 positives"):
        build_training_set(load_tables(config, world.folder))
