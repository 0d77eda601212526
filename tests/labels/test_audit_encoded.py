"""L009 and L010: averages of the outcome, and counts to the end of the history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qualify.labels.audit import audit_columns
from qualify.leads.tables import Activities
from tests.labels.audit_tables import DAY, category, creation_times, draw_label, lead_tables, number

N = 4_000
Y = draw_label(N, 0.2, seed=4)


def codes(columns, tables=None):
    found = audit_columns(tables or lead_tables(columns), Y, {})
    return {(s.column, s.code) for s in found if s.exclude}


def averages(group, drawn):
    ones, rows = np.bincount(group, weights=Y), np.bincount(group)
    return ((ones + drawn * Y.mean()) / (rows + drawn))[group]


@pytest.mark.parametrize("drawn", [0.0, 2.0, 10.0, 50.0])
@pytest.mark.parametrize("groups", [12, 150])
def test_averages_of_their_own_outcomes(drawn, groups):
    group = np.random.default_rng(groups).integers(0, groups, N)
    assert ("x", "L009") in codes({"x": number(averages(group, drawn))})


def test_averages_in_percent_and_rounded():
    group = np.random.default_rng(0).integers(0, 60, N)
    assert ("x", "L009") in codes({"x": number((100 * averages(group, 5.0)).round(1))})


@pytest.mark.parametrize("offset", [0.0, -np.log(Y.mean() / (1 - Y.mean()))])
def test_averages_as_log_odds(offset):
    share = averages(np.random.default_rng(0).integers(0, 60, N), 3.0)
    assert ("x", "L009") in codes({"x": number(np.log(share / (1 - share)) + offset)})


@pytest.mark.parametrize("scale", [lambda p: p, lambda p: np.log(p / (1 - p))])
@pytest.mark.parametrize("seed", range(8))
def test_averages_of_others_are_honest(seed, scale):
    """A forecast by group that was learned from other leads misses as luck has it."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 40, N)
    truth = rng.beta(2, 6, 40)
    before, now = (rng.random(N) < truth[group] for _ in range(2))
    shares = ((np.bincount(group, weights=before) + 1) / (np.bincount(group) + 2))[group]
    found = audit_columns(lead_tables({"x": number(scale(shares))}), now.astype(float), {})
    assert [s for s in found if s.exclude] == []


@pytest.mark.parametrize("seed", range(8))
def test_rare_outcomes_in_small_groups_are_honest(seed):
    """Of three rows and a rare outcome, groups that hold it hold one: alike, whatever the number says."""
    rng = np.random.default_rng(seed)
    group = np.arange(N) % (N // 3)
    chance = rng.beta(1, 19, N // 3)
    now = (rng.random(N) < chance[group]).astype(float)
    found = audit_columns(lead_tables({"x": number(chance[group])}), now, {})
    assert [s for s in found if s.exclude] == []


def test_averages_that_leave_the_row_out():
    group = np.random.default_rng(0).integers(0, 160, N)
    ones, rows = np.bincount(group, weights=Y), np.bincount(group)
    share = (ones[group] - Y) / (rows[group] - 1)
    assert ("x", "L009") in codes({"x": number(share), "team": category(group)})


def test_numbers_that_are_names():
    # Each batch is pure, and batches of both kinds take turns: as an amount the number tells nothing.
    batch = np.random.default_rng(0).integers(0, 100, N) * 2 + Y.astype(int)
    assert ("x", "L001") in codes({"x": number(batch)})


def with_activities(leads_acts):
    """Activities of one type at these days after the creation."""
    created = creation_times(N)
    lead = np.repeat(np.arange(N), [len(days) for days in leads_acts])
    at = created[lead] + (np.concatenate([np.sort(days) for days in leads_acts]) * DAY).astype(np.int64)
    acts = Activities(
        offsets=np.searchsorted(lead, np.arange(N + 1)), type=np.zeros(len(lead), np.int32), types=("visit",),
        occurred_at=at, known_at=at, topic=np.full(len(lead), -1, np.int32), value=np.full(len(lead), np.nan),
    )  # fmt: skip
    return created, acts


def test_counts_to_the_end_and_counts_of_the_first_day():
    rng = np.random.default_rng(0)
    acts = [rng.exponential(9, rng.poisson(4)) for _ in range(N)]
    created, table = with_activities(acts)
    whole, first = (np.array([np.sum(d < end) for d in acts]) for end in (1e9, 1.0))
    columns = {"visits": number(whole + rng.poisson(0.5, N)), "first day": number(first)}
    tables = replace(lead_tables(columns, created_at=created), activities=table)
    assert codes(columns, tables) == {("visits", "L010")}
