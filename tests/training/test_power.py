"""How many outcomes it takes: against Hanley and McNeil's own table, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.evaluate import Metric
from qualify.labels.audit.bounds import auc_error
from training.power import fewest_leads, growth, sees


def test_the_standard_error_by_hand():
    # A = .8: Q1 = .8 / 1.2 = 2/3, Q2 = 1.28 / 1.8; 50 positives, 100 negatives.
    variance = (0.8 * 0.2 + 49 * (2 / 3 - 0.64) + 99 * (1.28 / 1.8 - 0.64)) / 5_000
    assert auc_error(0.8, 50, 100) == pytest.approx(variance**0.5)


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
def test_four_times_in_five(rate):
    """Leads of two normal classes, an area of .70 apart: so many outcomes see it about so often."""
    leads, rng = fewest_leads(rate), np.random.default_rng(0)
    ones = round(leads * rate)
    seen = 0
    for _ in range(400):
        area = np.mean(rng.normal(0.7416, 1, ones)[:, None] > rng.normal(0, 1, leads - ones)[None, :])
        seen += area - 1.96 * auc_error(area, ones, leads - ones) > 0.5
    assert 0.72 <= seen / 400 <= 0.92


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 400))
def test_more_of_one_outcome_at_the_same_share_never_hides(positives, negatives, more):
    factor = 1 + more / 100
    assert sees(positives, negatives) <= sees(positives * factor, negatives * factor)


@pytest.mark.parametrize("counts", [(0, 500), (500, 0), (3, 297), (297, 3)])
def test_hardly_any_outcome_sees_nothing(counts):
    assert not sees(*counts)


def test_the_growth_by_hand():
    # A standard error of 1 at a difference of 1: (1.96 + .842)^2 times as many.
    assert growth(Metric(1.0, -0.96, 2.96)) == pytest.approx(7.851, abs=0.01)
    assert growth(Metric(0.6, 0.551, 0.649), nothing=0.5) == pytest.approx(0.491, abs=0.01)


@pytest.mark.parametrize("metric", [Metric(-1, -2, 0), Metric(0.001, -1, 1), Metric(1, float("nan"), 2)])
def test_no_realistic_number(metric):
    assert growth(metric) is None
