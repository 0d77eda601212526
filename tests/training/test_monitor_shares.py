"""Effect sizes and their intervals: what many rows and few rows do to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.monitor.alarms import PSI, counts
from training.monitor.shares import Shares, psi, shares_of, stability, step

parts = st.lists(st.floats(0.01, 1.0), min_size=2, max_size=8)


def shares(*share: float, leads: float) -> Shares:
    return Shares(np.array(share), leads)


@given(parts, parts)
def test_the_index_is_symmetric_and_never_negative(first: list[float], second: list[float]) -> None:
    size = min(len(first), len(second))
    a, b = (np.array(side[:size]) / sum(side[:size]) for side in (first, second))
    assert psi(a, b) == pytest.approx(psi(b, a))
    assert psi(a, b) >= -1e-12
    assert psi(a, a) == 0


def test_the_index_by_hand() -> None:
    # (0.5-0.25) ln(0.5/0.25) + (0.5-0.75) ln(0.5/0.75) = 0.25 ln 2 + 0.25 ln 1.5
    assert psi(np.array([0.5, 0.5]), np.array([0.25, 0.75])) == pytest.approx(0.25 * np.log(3))


def test_a_tiny_shift_on_many_leads_is_sure_and_no_alarm() -> None:
    found = stability(shares(0.5, 0.5, leads=1e6), shares(0.51, 0.49, leads=1e6), seed=0)
    assert found.low > 0
    assert found.value < 0.001
    assert not counts(found, PSI)


def test_a_large_shift_on_few_leads_may_be_luck() -> None:
    found = stability(shares(0.5, 0.5, leads=1000), shares(0.8, 0.2, leads=5), seed=0)
    assert found.value > 0.1
    assert found.low == 0
    assert not counts(found, 0.1)


def test_a_large_shift_on_enough_leads_counts() -> None:
    found = stability(shares(0.5, 0.5, leads=1000), shares(0.8, 0.2, leads=200), seed=0)
    assert counts(found, PSI)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("leads", [60, 500])
def test_no_shift_is_hardly_ever_called_one(leads: int) -> None:
    rng = np.random.default_rng(1)
    share = np.full(10, 0.1)
    wrong = 0
    for k in range(60):
        drawn = rng.multinomial(leads, share) / leads
        wrong += stability(Shares(share, 2000), Shares(drawn, leads), seed=k).low > 0
    assert wrong <= 3


def test_rows_of_one_lead_are_one_witness() -> None:
    bins = np.array([0, 0, 0, 1])
    found = shares_of(bins, 3, np.ones(4), np.array([7, 7, 7, 9]))
    assert found.share.tolist() == [0.75, 0.25, 0.0]
    assert found.leads == pytest.approx(16 / 10)
    assert shares_of(bins, 3, np.ones(4), np.arange(4)).leads == 4


def test_a_step_is_the_growth_of_one_bin() -> None:
    found = step(shares(0.9, 0.1, leads=400), shares(0.6, 0.4, leads=400), 1, seed=0)
    assert found.value == pytest.approx(0.3)
    assert 0.2 < found.low < 0.3 < found.high < 0.4
