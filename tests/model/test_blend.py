"""Blend and calibration: non-negative weights, and a base rate that moved is put right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from qualify.model.blend import Blend, Calibration
from qualify.model.blend_fit import fit_blend, fit_calibration


def drawn(rows, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=rows)
    return z, (rng.random(rows) < expit(z)).astype(float), rng


def test_a_blend_by_hand():
    found = Blend(0.1, 0.5, 2.0).log_odds(np.array([1.0, 0.0]), np.array([0.0, -1.0]))
    assert found.tolist() == [0.6, -1.9]


def test_the_good_part_gets_the_weight():
    z, label, rng = drawn(4000)
    noise = rng.normal(size=len(z))
    found = fit_blend(z, noise, label, np.ones(len(z)))
    assert found.linear > 0.8
    assert found.trees < 0.15
    other = fit_blend(noise, z, label, np.ones(len(z)))
    assert other.trees == pytest.approx(found.linear, abs=1e-3)


def test_a_part_that_points_the_wrong_way_gets_no_weight():
    z, label, _ = drawn(4000)
    found = fit_blend(z, -2 * z, label, np.ones(len(z)))
    assert found.trees >= 0.0
    assert found.linear > 0


@given(st.integers(2, 60), st.integers(0, 10_000))
def test_weights_are_never_negative(rows, seed):
    rng = np.random.default_rng(seed)
    label = (rng.random(rows) < rng.random()).astype(float)
    found = fit_blend(rng.normal(size=rows) * 3, rng.normal(size=rows) * 3, label, rng.uniform(0.1, 2, rows))
    assert found.linear >= 0
    assert found.trees >= 0
    assert np.isfinite([found.intercept, found.linear, found.trees]).all()


def test_few_rows_leave_the_plain_mean_nearly_as_it_is():
    z, label, _ = drawn(4)
    found = fit_blend(z, z, label, np.ones(4))
    assert found.linear == pytest.approx(0.5, abs=0.08)
    assert found.trees == pytest.approx(0.5, abs=0.08)


def test_a_calibration_by_hand():
    found = Calibration(-1.0, 2.0)
    assert found.log_odds(np.array([0.5, 1.0])).tolist() == [0.0, 1.0]
    assert found.probability(np.array([0.5]))[0] == 0.5


@pytest.mark.parametrize("shift", [-2.0, 1.5])
def test_a_base_rate_that_moved_is_put_right(shift):
    z, _, rng = drawn(6000)
    label = (rng.random(len(z)) < expit(z + shift)).astype(float)
    found = fit_calibration(z, label, np.ones(len(z)))
    assert found.intercept == pytest.approx(shift, abs=0.15)
    assert found.slope == pytest.approx(1.0, abs=0.1)
    assert found.probability(z).mean() == pytest.approx(label.mean(), abs=0.003)


def test_overconfidence_is_put_right():
    z, label, _ = drawn(6000)
    found = fit_calibration(3 * z, label, np.ones(len(z)))
    assert found.slope == pytest.approx(1 / 3, abs=0.04)


def test_no_evidence_is_no_change():
    found = fit_calibration(np.zeros(2), np.array([0.0, 1.0]), np.full(2, 1e-6))
    assert found.intercept == pytest.approx(0, abs=1e-3)
    assert found.slope == pytest.approx(1, abs=1e-3)


@given(st.integers(1, 60), st.integers(0, 10_000))
def test_the_order_of_leads_is_kept(rows, seed):
    rng = np.random.default_rng(seed)
    raw, label = rng.normal(size=rows) * 3, (rng.random(rows) < 0.5).astype(float)
    found = fit_calibration(raw, label, np.ones(rows))
    assert found.slope > 0
    ordered = found.probability(np.sort(raw))
    assert (np.diff(ordered) >= 0).all()


def test_a_weight_of_two_is_a_row_twice():
    z, label, rng = drawn(300)
    twice = rng.integers(1, 3, size=300)
    weighted = fit_calibration(z, label, twice.astype(float))
    repeated = fit_calibration(np.repeat(z, twice), np.repeat(label, twice), np.ones(twice.sum()))
    assert weighted.slope == pytest.approx(repeated.slope, abs=1e-4)
    assert weighted.intercept == pytest.approx(repeated.intercept, abs=1e-4)
