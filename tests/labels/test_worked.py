"""Observed outcomes and their weights: by hand for every case, and the laws for all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.labels.worked import NEVER, Worked, effective_size

UNTIL = 60
CASES = {  # scored, selected, picked, began -> observed, weight
    "before the lot": ((NEVER, NEVER, NEVER, NEVER), True, 1.0),
    "scored only after the outcome": ((61, 61, NEVER, NEVER), True, 1.0),
    "selected": ((0, 0, NEVER, NEVER), True, 1.0),
    "selected on the last moment": ((0, 60, NEVER, NEVER), True, 1.0),
    "selected too late to show it": ((0, 61, NEVER, NEVER), False, 1.0),
    "picked": ((0, NEVER, 0, NEVER), True, 20.0),
    "picked and selected": ((0, 5, 0, NEVER), True, 1.0),
    "picked, and selected later": ((0, 61, 0, NEVER), True, 20.0),
    "nobody's": ((0, NEVER, NEVER, NEVER), False, 1.0),
    "on sales' own initiative": ((0, NEVER, NEVER, 30), True, 1.0),
    "begun too late": ((0, NEVER, NEVER, 61), False, 1.0),
    "picked and begun": ((0, NEVER, 0, 1), True, 20.0),
}


def worked_of(*leads):
    times = np.array(leads, dtype=np.int64).T
    return Worked(*times, np.full(len(leads), 0.05))


@pytest.mark.parametrize("name", CASES)
def test_a_lead_alone(name):
    times, observed, weight = CASES[name]
    worked, row, until = worked_of(times), np.array([0]), np.array([UNTIL])
    assert worked.observed(row, until).tolist() == [observed]
    assert worked.weights(row, until).tolist() == [weight]


moments = st.sampled_from([0, 30, 60, 61, NEVER])


@given(st.lists(st.tuples(moments, moments, moments, moments), min_size=1, max_size=20), st.integers(0, 100))
def test_more_time_never_hides_an_outcome_of_a_lead_that_was_scored(leads, more):
    scored = [(0, *rest) for _, *rest in leads]
    worked, rows = worked_of(*scored), np.arange(len(scored))
    early = worked.observed(rows, np.full(len(rows), UNTIL))
    late = worked.observed(rows, np.full(len(rows), UNTIL + more))
    assert not (early & ~late).any()
    assert (worked.weights(rows, np.full(len(rows), UNTIL)) >= 1).all()


def test_kish_size_by_hand():
    # (1 + 1 + 2)^2 / (1 + 1 + 4)
    assert effective_size(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert effective_size(np.zeros(3)) == 0.0


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30), st.floats(0.1, 10))
def test_the_effective_size_is_at_most_the_number_and_no_matter_of_scale(weights, scale):
    w = np.array(weights)
    size = effective_size(w)
    assert 0 < size <= len(w) * (1 + 1e-12)
    assert effective_size(w * scale) == pytest.approx(size)
