"""Which leads are compared, and which outcomes count."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.leads.tables import MICROSECONDS_A_DAY as DAY
from tests.world import World
from training.data import load_tables
from training.monitor.moments import AGES, matured_rows, periods, span_of


def micros(moment: str) -> int:
    return int(np.datetime64(moment, "us").astype(np.int64))


def test_both_periods_are_seen_at_the_same_ages(world: World) -> None:
    loaded, schema = load_tables(world.config, world.folder), world.scorer.parts.schema
    span = span_of("2025-01-01", "2026-02-01", loaded.tables)
    assert span is not None
    before, after = periods(loaded, schema, span)
    assert before.as_of.max() <= micros("2026-02-01") < after.as_of.min()
    mixes = []
    for side in (before, after):
        age = (side.as_of - loaded.tables.created_at[side.lead]) / DAY
        assert set(age.tolist()) <= set(AGES)
        mixes.append([side.weight[age == k].sum() / side.weight.sum() for k in AGES])
    assert mixes[0] == pytest.approx(mixes[1])


def test_outcomes_count_for_new_leads_whose_horizon_has_passed(world: World) -> None:
    loaded, schema = load_tables(world.config, world.folder), world.scorer.parts.schema
    span = span_of("2025-01-01", "2026-02-01", loaded.tables)
    assert span is not None
    found = matured_rows(loaded, schema, span)
    assert len(found.lead) > 100
    assert loaded.tables.created_at[found.lead].min() > micros("2026-02-01")
    assert found.as_of.max() <= span.data_ends - 60 * DAY
    assert set(found.label.tolist()) == {0.0, 1.0}


def test_without_dates_there_are_no_periods(world: World) -> None:
    assert span_of("", "", world.tables) is None
    loaded = load_tables(world.config, world.folder)
    before, after = periods(loaded, world.scorer.parts.schema, None)
    assert (len(before), len(after)) == (0, len(loaded.tables))
