"""Ridge logistic regression on bins by Newton's method.

With one bin a feature the design has as many non-zeros a row as features, so the Hessian is a sum of small
outer products that a compiled loop adds faster than a sparse product, and Newton needs six steps where a
quasi-Newton search needs hundreds on correlated windows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from qualify.compiled import compiled
from qualify.leads.tables import CodeArray, FloatArray

MAX_STEPS = 40
FRESH_HESSIAN = (0, 2, 5, 15)
"""The steps that compute the Hessian anew; the others, near the optimum, reuse the last one."""
TOLERANCE = 1e-12


@compiled()
def _scores(columns: CodeArray, coefficients: FloatArray) -> FloatArray:
    rows, features = columns.shape
    out = np.full(rows, coefficients[-1])
    for r in range(rows):
        for j in range(features):
            out[r] += coefficients[columns[r, j]]
    return out


@compiled()
def _hessian(columns: CodeArray, curvature: FloatArray, size: int) -> FloatArray:
    rows, features = columns.shape
    h = np.zeros((size, size))
    for r in range(rows):
        c = curvature[r]
        for i in range(features):
            a = columns[r, i]
            for j in range(i + 1):
                h[a, columns[r, j]] += c
            h[size - 1, a] += c
        h[size - 1, size - 1] += c
    return h


@compiled()
def _gradient(columns: CodeArray, residual: FloatArray, size: int) -> FloatArray:
    rows, features = columns.shape
    out = np.zeros(size)
    for r in range(rows):
        for j in range(features):
            out[columns[r, j]] += residual[r]
    return out


def fit_ridge_logistic(
    columns: CodeArray, size: int, label: FloatArray, weight: FloatArray, strength: float, draws: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fit coefficients, and one step from them for each reweighting of the rows.

    Minimises ``sum_i w_i log(1 + exp(-s_i z_i)) + |b|^2 / (2 strength)``, the intercept unpenalised.

    Parameters
    ----------
    columns
        int32, shape (rows, features): the column of the one-hot design that is 1, for each feature.
    size
        Number of one-hot columns; the intercept is stored after them.
    draws
        Shape (draws, rows): multipliers of the weights. Each gives the one-step estimate (Newton from the
        optimum), which is as good as a full fit to first order (Shao and Tu 1995, section 2.1).

    Returns
    -------
    coefficients, drawn
        Shapes (size + 1,) and (draws, size + 1).
    """
    ridge = np.full(size + 1, 1.0 / strength)
    ridge[-1] = 1e-9
    b = np.zeros(size + 1)
    b[-1] = _logit(float(np.average(label, weights=weight)))

    def loss(c: FloatArray) -> tuple[float, FloatArray]:
        z = _scores(columns, c)
        return float((weight * (np.logaddexp(0.0, z) - label * z)).sum() + 0.5 * (ridge * c * c).sum()), z

    def slope(residual: FloatArray, c: FloatArray) -> FloatArray:
        out: FloatArray = _gradient(columns, residual, size + 1)
        out[-1] = residual.sum()
        return out + ridge * c

    value, z = loss(b)
    factor = None
    for count in range(MAX_STEPS):
        p = 1.0 / (1.0 + np.exp(-z))
        if count in FRESH_HESSIAN:
            h = _hessian(columns, weight * p * (1 - p), size + 1)
            h[np.diag_indices_from(h)] += ridge
            factor = cho_factor(h, lower=True)
        gradient = slope(weight * (p - label), b)
        step = cho_solve(factor, gradient)
        b, value, z, moved = _walk(loss, b, step, value, z)
        if moved <= TOLERANCE * max(abs(value), 1.0):
            break
    p = 1.0 / (1.0 + np.exp(-z))
    drawn = np.empty((len(draws), size + 1))
    for k, multiplier in enumerate(draws):
        gradient = slope(multiplier * weight * (p - label), b)
        drawn[k] = b - cho_solve(factor, gradient)
    return b, drawn


def _walk(
    loss: Callable[[FloatArray], tuple[float, FloatArray]],
    b: FloatArray,
    step: FloatArray,
    value: float,
    z: FloatArray,
) -> tuple[FloatArray, float, FloatArray, float]:
    """Take the step, halved until it gains; return the new point and by how much the loss fell."""
    length = 1.0
    while length > 1e-6:
        tried, scores = loss(b - length * step)
        if tried <= value:
            return b - length * step, tried, scores, value - tried
        length /= 2
    return b, value, z, 0.0


def _logit(rate: float) -> float:
    clipped = min(max(rate, 1e-9), 1 - 1e-9)
    return float(np.log(clipped / (1 - clipped)))
