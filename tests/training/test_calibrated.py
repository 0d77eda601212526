"""The check of the promises: what luck makes of the error, with few rows and with many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from training.calibrated import OUTCOMES, calibration_check, error_by_luck, recent
from training.contested import Contest

TRIES = 100


def promised(seed: int, leads: int, rate: float, *, too_high: float = 0.0) -> Contest:
    """Promises that hold, but for so much log-odds."""
    rng = np.random.default_rng(seed)
    z = logit(rate) + 0.5 * rng.normal(size=leads)
    label = (rng.random(leads) < expit(z)).astype(float)
    order = np.arange(leads)
    return Contest(label, np.ones(leads), order, order, {"challenger": expit(z + too_high)})


def refused(leads: int, rate: float, *, too_high: float = 0.0) -> float:
    found = [
        calibration_check(promised(seed, leads, rate, too_high=too_high), 60, seed) for seed in range(TRIES)
    ]
    return float(np.mean([not check.passed for check in found]))


@pytest.mark.parametrize(("leads", "rate"), [(150, 0.1), (150, 0.3), (300, 0.1), (500, 0.3)])
def test_true_promises_are_hardly_ever_refused_however_few_the_leads(leads: int, rate: float) -> None:
    assert refused(leads, rate) <= 0.05


@pytest.mark.parametrize(("leads", "rate"), [(300, 0.1), (500, 0.1), (500, 0.3), (1_500, 0.1)])
def test_promises_of_two_and_a_half_times_the_odds_are_mostly_refused(leads: int, rate: float) -> None:
    assert refused(leads, rate, too_high=1.0) >= 0.8


def test_the_error_of_luck_by_hand() -> None:
    """One bin of n alike rows of probability p: |mean - p| exceeds 1.96 sqrt(p(1-p)/n) once in twenty."""
    leads, p = 10_000, 0.5
    order = np.arange(leads)
    found = error_by_luck(np.full(leads, p), np.ones(leads), order, 0.0, draws=2_000, seed=0)
    assert found == pytest.approx(1.96 * np.sqrt(p * (1 - p) / leads), rel=0.06)
    wrong = error_by_luck(np.full(leads, p), np.ones(leads), order, 0.1, draws=2_000, seed=0)
    assert wrong == pytest.approx(0.1 + 1.645 * np.sqrt(0.6 * 0.4 / leads), rel=0.01)


def test_ten_looks_at_a_lead_are_one_luck() -> None:
    p, ones = np.full(1_000, 0.3), np.ones(1_000)
    apart = error_by_luck(p, ones, np.arange(1_000), 0.0, draws=500, seed=0)
    together = error_by_luck(p, ones, np.repeat(np.arange(100), 10), 0.0, draws=500, seed=0)
    assert together == pytest.approx(apart * np.sqrt(10), rel=0.15)


@pytest.mark.parametrize(("p", "true"), [(0.02, 0.32), (0.98, 0.68), (0.5, 0.8)])
def test_promises_may_be_wrong_either_way_but_no_outcome_is_surer_than_sure(p: float, true: float) -> None:
    """On one side the truth ends at 0 or 1, so the other side makes the larger error."""
    leads = 4_000
    found = error_by_luck(np.full(leads, p), np.ones(leads), np.arange(leads), 0.3, draws=1_000, seed=0)
    assert found == pytest.approx(0.3 + 1.645 * np.sqrt(true * (1 - true) / leads), rel=0.01)


def test_rare_promises_that_are_right_have_the_error_of_rare_luck() -> None:
    leads, p = 10_000, 0.02
    found = error_by_luck(np.full(leads, p), np.ones(leads), np.arange(leads), 0.0, draws=1_000, seed=0)
    assert found == pytest.approx(1.96 * np.sqrt(p * (1 - p) / leads), rel=0.1)


@pytest.mark.parametrize(
    ("rarer", "judged"), [(OUTCOMES, 300), (OUTCOMES - 1, 900)], ids=["enough", "one too few"]
)
@pytest.mark.parametrize("rare", [1.0, 0.0])
def test_the_latest_third_is_judged_where_it_holds_enough_of_the_rarer_outcome(
    rarer: int, judged: int, rare: float
) -> None:
    label = np.full(900, 1.0 - rare)
    label[600 : 600 + rarer] = rare
    order = np.arange(900)
    made = Contest(label, np.ones(900), order, order, {"challenger": np.full(900, 0.1)})
    rows = recent(made)
    assert int(rows.sum()) == judged
    assert rows[600:].all()
