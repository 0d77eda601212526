"""How blend and calibration are found, on predictions for later rows."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from qualify.leads.tables import FloatArray
from qualify.model.blend import Blend, Calibration

PRIOR_ROWS = 20.0
"""Rows of evidence that move the weights half-way from the plain mean (it matters on tiny tables only)."""


def _loss(z: FloatArray, label: FloatArray, weight: FloatArray) -> tuple[float, FloatArray]:
    """Return the summed log-loss and its derivative by the log-odds."""
    value = float((weight * (np.logaddexp(0.0, z) - label * z)).sum())
    return value, weight * (expit(z) - label)


def fit_blend(linear: FloatArray, trees: FloatArray, label: FloatArray, weight: FloatArray) -> Blend:
    """Find the weights that predict later rows best, pulled towards the plain mean where rows are few."""
    from scipy.optimize import minimize  # of no use to who only scores

    x = np.column_stack([np.ones_like(linear), linear, trees])
    centre = np.array([0.0, 0.5, 0.5])
    pull = PRIOR_ROWS * np.array([0.05, 1.0, 1.0])

    def objective(w: FloatArray) -> tuple[float, FloatArray]:
        value, slope = _loss(x @ w, label, weight)
        away = w - centre
        return value + float((pull * away**2).sum()), x.T @ slope + 2 * pull * away

    found = minimize(
        objective, centre, jac=True, method="L-BFGS-B", bounds=[(-5, 5), (0.0, 1.5), (0.0, 1.5)]
    ).x
    return Blend(float(found[0]), float(found[1]), float(found[2]))


def fit_calibration(raw: FloatArray, label: FloatArray, weight: FloatArray) -> Calibration:
    """Find intercept and slope on later rows, pulled towards no change where rows are few."""
    from scipy.optimize import minimize

    centre = np.array([0.0, 1.0])
    pull = PRIOR_ROWS * np.array([0.05, 1.0])

    def objective(w: FloatArray) -> tuple[float, FloatArray]:
        value, slope = _loss(w[0] + w[1] * raw, label, weight)
        away = w - centre
        gradient = np.array([slope.sum(), (slope * raw).sum()])
        return value + float((pull * away**2).sum()), gradient + 2 * pull * away

    found = minimize(objective, centre, jac=True, method="L-BFGS-B", bounds=[(-8, 8), (0.05, 3.0)]).x
    return Calibration(float(found[0]), float(found[1]))
