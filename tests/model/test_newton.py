"""Newton's method against scikit-learn, and the one-step draws against full fits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from qualify.model.newton import _gradient, fit_ridge_logistic

SIZES = (3, 4, 6)


def design(rows: int = 500, seed: int = 0):
    """Binned columns, their one-hot form, and labels that depend on them."""
    rng = np.random.default_rng(seed)
    starts = np.cumsum([0, *SIZES])
    columns = np.column_stack(
        [rng.integers(0, n, size=rows) + s for n, s in zip(SIZES, starts, strict=False)]
    )
    one_hot = np.zeros((rows, starts[-1]))
    one_hot[np.arange(rows)[:, None], columns] = 1
    z = one_hot @ rng.normal(size=starts[-1]) - 0.5
    label = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(np.float64)
    return columns.astype(np.int32), int(starts[-1]), one_hot, label, rng


def reference(one_hot, label, weight, strength):
    model = LogisticRegression(C=strength, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
    model.fit(one_hot, label, sample_weight=weight)
    return np.append(model.coef_[0], model.intercept_[0])


@pytest.mark.parametrize("strength", [0.01, 0.1, 2.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_fit_is_scikit_learns(strength, weighted):
    columns, size, one_hot, label, rng = design()
    weight = rng.uniform(0.2, 3, size=len(label)) if weighted else np.ones(len(label))
    found, _ = fit_ridge_logistic(columns, size, label, weight, strength, np.empty((0, len(label))))
    np.testing.assert_allclose(found, reference(one_hot, label, weight, strength), rtol=0, atol=1e-5)


def test_the_gradient_is_zero_at_the_optimum():
    columns, size, one_hot, label, _ = design(seed=3)
    found, _ = fit_ridge_logistic(columns, size, label, np.ones(len(label)), 0.5, np.empty((0, len(label))))
    p = 1 / (1 + np.exp(-(one_hot @ found[:-1] + found[-1])))
    gradient = np.append(one_hot.T @ (p - label) + found[:-1] / 0.5, (p - label).sum())
    assert np.abs(gradient).max() < 1e-3
    # The intercept is not penalised, so predictions are right on average.
    assert p.mean() == pytest.approx(label.mean(), abs=1e-4)


def test_a_draw_of_ones_is_the_fit_itself_and_others_are_near_their_full_fit():
    columns, size, one_hot, label, rng = design(rows=4000)
    weight = np.ones(len(label))
    draws = np.array([np.ones(len(label)), rng.exponential(size=len(label))])
    found, drawn = fit_ridge_logistic(columns, size, label, weight, 0.5, draws)
    np.testing.assert_allclose(drawn[0], found, atol=1e-4)
    full = reference(one_hot, label, draws[1], 0.5)
    moved = np.linalg.norm(full - found)
    assert np.linalg.norm(drawn[1] - full) < 0.35 * moved


def test_labels_that_are_separated_stay_finite():
    columns = np.repeat([[0], [1]], 30, axis=0).astype(np.int32)
    label = np.repeat([0.0, 1.0], 30)
    found, _ = fit_ridge_logistic(columns, 2, label, np.ones(60), 100.0, np.empty((0, 60)))
    assert np.isfinite(found).all()
    assert found[1] - found[0] > 3


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_one_class_gives_a_constant(value):
    columns = np.zeros((20, 1), dtype=np.int32)
    found, _ = fit_ridge_logistic(columns, 1, np.full(20, value), np.ones(20), 1.0, np.empty((0, 20)))
    assert np.isfinite(found).all()
    assert (found.sum() > 10) == bool(value)


def test_the_slope_is_the_sum_of_the_residuals_by_column():
    columns, size, one_hot, _, rng = design()
    residual = rng.normal(size=len(columns))
    found = _gradient(columns, residual, size + 1)
    np.testing.assert_allclose(found[:-1], residual @ one_hot, rtol=1e-12, atol=1e-12)
    assert found[-1] == 0  # the intercept's is added by the caller
