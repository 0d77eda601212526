"""Laws of the new calibration: what it learns, what it leaves alone, and that it never looks ahead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from qualify.evaluate import compute_metrics
from qualify.model.blend import Calibration
from qualify.model.recalibrate import Evidence, Form, Old, fit_form, walk

AS_FITTED = Old(Calibration(-0.2, 0.9), 0.05)
GIVEN = Form("intercept")


def drifting(rows: int, begins: float, ends: float, seed: int = 0) -> Evidence:
    """Rows whose base rate moves steadily while the model's order stays right."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0.0, 1.0, rows)
    moving = np.linspace(logit(begins), logit(ends), rows)
    label = (rng.random(rows) < expit(moving + z)).astype(float)
    raw = (logit(begins) + z + 0.2) / 0.9
    place = np.arange(rows)
    return Evidence(raw, label, np.ones(rows), place, place)


def test_the_intercept_is_that_of_the_likelihood_where_the_old_one_weighs_nothing() -> None:
    """Constant log-odds 0 and 60 of 100 hits: the intercept is log(60/40), but for a prior of weight 2."""
    rows = Evidence(
        np.zeros(100), np.repeat([1.0, 0.0], [60, 40]), np.ones(100), np.arange(100), np.arange(100)
    )
    found = fit_form(GIVEN, Old(Calibration(0.0, 1.0), 1e6), rows)
    # The root of 100·(σ(a) − 0.6) + 2·a = 0.
    assert 100 * (expit(found.intercept) - 0.6) + 2 * found.intercept == pytest.approx(0.0, abs=1e-6)
    assert found.slope == 1.0


def test_the_old_calibration_weighs_as_its_evidence() -> None:
    rows = drifting(2_000, 0.1, 0.2)
    moved = [
        abs(
            fit_form(GIVEN, Old(AS_FITTED.calibration, error), rows).intercept
            - AS_FITTED.calibration.intercept
        )
        for error in (0.3, 0.05, 0.02, 0.005)
    ]
    assert moved == sorted(moved, reverse=True)
    assert moved[-1] < 0.1 * moved[0]


def test_a_slope_that_is_too_steep_is_seen() -> None:
    rng = np.random.default_rng(3)
    raw = rng.normal(0.0, 2.0, 6_000)
    label = (rng.random(6_000) < expit(0.5 * raw)).astype(float)
    place = np.arange(6_000)
    found = fit_form(
        Form("slope"), Old(Calibration(0.0, 1.0), 1.0), Evidence(raw, label, np.ones(6_000), place, place)
    )
    assert found.slope == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_few_outcomes_change_nothing(label: float) -> None:
    rows = drifting(200, 0.1, 0.1)
    alike = Evidence(rows.raw, np.full(200, label), rows.weight, rows.time, rows.known)
    assert walk(AS_FITTED, alike).fitted() == (Form("same"), AS_FITTED.calibration, AS_FITTED.error)


def test_where_nothing_moves_hardly_anything_changes() -> None:
    rows = drifting(6_000, 0.1, 0.1)
    _, found, _ = walk(AS_FITTED, rows).fitted()
    assert found.intercept + found.slope * -2.2 == pytest.approx(-0.2 + 0.9 * -2.2, abs=0.12)


@settings(deadline=None, max_examples=5)
@given(cut=st.integers(300, 1_199), seed=st.integers(0, 5))
def test_what_comes_later_changes_no_promise(cut: int, seed: int) -> None:
    rows = drifting(1_200, 0.05, 0.3, seed)
    blocks = np.arange(1_200) // 100
    whole = walk(AS_FITTED, rows, blocks).probability
    known = rows.take(np.arange(cut))
    assert np.array_equal(walk(AS_FITTED, known, blocks[:cut]).probability, whole[:cut])


def test_outcomes_that_were_not_known_yet_teach_nothing() -> None:
    rows = drifting(1_200, 0.05, 0.3)
    late = Evidence(rows.raw, rows.label, rows.weight, rows.time, rows.time + 5_000)
    assert np.array_equal(walk(AS_FITTED, late).probability, AS_FITTED.calibration.probability(rows.raw))


@pytest.mark.parametrize("seed", range(2))
def test_a_steady_drift_of_the_base_rate_is_followed(seed: int) -> None:
    """From 3 % to 46 %, in fifteen months of 1,000 leads: a third of the error that stands still makes."""
    rows = drifting(15_000, 0.03, 0.46, seed)
    promised = walk(AS_FITTED, rows, np.arange(15_000) // 1_000).probability

    def error(probability: np.ndarray) -> float:
        return compute_metrics(rows.label, probability, names=("ece",), bootstrap=2)["ece"].value

    assert error(promised) <= error(AS_FITTED.calibration.probability(rows.raw)) / 3
