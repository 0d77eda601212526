"""The learned scorecard: a logistic model on binned columns, points that data chose.

Its answer is a sum of one number a column, so its contributions are exact without any approximation: the
points of the lead's bin less their mean over the training rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from qualify.leads.identity import ById
from qualify.leads.tables import CodeArray, FloatArray, IntArray
from qualify.model.newton import fit_ridge_logistic

MAX_FEATURES = 48
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Points by feature and bin, the mean of several fits on resampled leads.

    Parameters
    ----------
    features
        Positions of the used columns in the linear design.
    points
        For each used feature, the log-odds of each bin (centred: their mean over the training rows is 0).
    intercept
        Log-odds of the mean row.
    members
        For each resampled fit: its intercept, and its points in the same form.
    """

    features: tuple[int, ...]
    points: tuple[tuple[float, ...], ...]
    intercept: float
    members: tuple[tuple[float, tuple[tuple[float, ...], ...]], ...]

    def contributions(self, bins: CodeArray) -> FloatArray:
        """Return the points of each row, shape (rows, used features)."""
        return _look_up(self.points, bins[:, list(self.features)])

    def log_odds(self, bins: CodeArray) -> FloatArray:
        """Return the log-odds of each row."""
        total: FloatArray = self.contributions(bins).sum(axis=1)
        return self.intercept + total

    def member_log_odds(self, bins: CodeArray) -> FloatArray:
        """Return the log-odds by each resampled fit, shape (rows, members)."""
        used = bins[:, list(self.features)]
        return np.column_stack([base + _look_up(points, used).sum(axis=1) for base, points in self.members])


def _look_up(points: tuple[tuple[float, ...], ...], bins: CodeArray) -> FloatArray:
    flat, starts = _laid_out(ById(points))
    # `take` writes row by row, whatever the order of `bins`: sums of a row have the same bits in any batch.
    found: FloatArray = np.take(flat, bins + starts)
    return found


@lru_cache(maxsize=256)
def _laid_out(points: ById[tuple[tuple[float, ...], ...]]) -> tuple[FloatArray, IntArray]:
    """Return the points of all features one after the other, and where each feature's begin."""
    sizes = [len(table) for table in points.value]
    flat = np.array([each for table in points.value for each in table], dtype=np.float64)
    return flat, np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.int64)


def fit_linear(
    bins: CodeArray,
    sizes: list[int],
    label: FloatArray,
    weight: FloatArray,
    lead: IntArray,
    *,
    strength: float,
    members: int,
    seed: int | np.random.Generator,
    signs: Sequence[int] | None = None,
) -> LinearModel:
    """Fit the scorecard and its resampled members.

    Parameters
    ----------
    bins, sizes
        The linear design and the number of bins of each column; of very many rows a draw (`draw_rows`).
    seed
        Of the resampling, or what is left of the numbers that the rows were drawn with.
    strength
        Inverse of the ridge penalty (scikit-learn's ``C``).
    members
        How many times it is fitted again on leads drawn with exponential weights (a Bayesian bootstrap, Rubin
        1981).
    signs
        For each column of the design: 1 where its points may not fall from bin to bin, -1 where they may not
        rise, 0 or None where they may do both. The last bin, of missing values, is apart. Points are brought
        there after the fit, as the nearest ones by weighted squares (Barlow and others 1972).
    """
    rng = np.random.default_rng(seed)
    features = _most_telling(bins, sizes, label, weight)
    kept = [sizes[j] for j in features]
    starts = np.concatenate([[0], np.cumsum(kept)])
    columns = np.ascontiguousarray(bins[:, features] + starts[:-1], dtype=np.int32)
    share: FloatArray = np.bincount(
        columns.ravel(), weights=np.repeat(weight, len(features)), minlength=int(starts[-1])
    ).astype(np.float64)
    scaled = weight * (len(weight) / weight.sum())
    draws = np.array([rng.exponential(size=int(lead.max()) + 1)[lead] for _ in range(members)])
    fitted, drawn = fit_ridge_logistic(columns, int(starts[-1]), label, scaled, strength, draws)
    if signs is not None:
        ways = [signs[j] for j in features]
        fitted = _in_order(fitted, starts, share, ways)
        drawn = np.array([_in_order(each, starts, share, ways) for each in drawn])
    base, points = _centred(fitted, starts, share)
    return LinearModel(tuple(features), points, base, tuple(_centred(each, starts, share) for each in drawn))


def draw_rows(rows: int, rng: np.random.Generator) -> IntArray | None:
    """Draw `MAX_ROWS` of very many rows, in order; None where all are used: then nothing is drawn."""
    return None if rows <= MAX_ROWS else np.sort(rng.choice(rows, MAX_ROWS, replace=False))


def _in_order(
    coefficients: FloatArray, starts: np.ndarray, share: FloatArray, ways: Sequence[int]
) -> FloatArray:
    """Return the coefficients with those of declared features in their order, and their mean as it was."""
    from scipy.optimize import isotonic_regression  # of no use to who only scores

    out = coefficients.copy()
    for (begin, end), way in zip(pairwise(starts.tolist()), ways, strict=True):
        known = slice(begin, end - 1)
        if way and end - begin > 2:
            # A bin without rows has no say, but the regression wants a weight above 0.
            weight = np.maximum(share[known], 1e-9 * share[begin:end].sum())
            out[known] = isotonic_regression(out[known], weights=weight, increasing=way > 0).x
    return out


def _centred(
    coefficients: FloatArray, starts: np.ndarray, share: FloatArray
) -> tuple[float, tuple[tuple[float, ...], ...]]:
    """Return the intercept and the points by feature, to which each feature's mean moves."""
    base = float(coefficients[-1])
    points: list[tuple[float, ...]] = []
    for begin, end in pairwise(starts.tolist()):
        raw = coefficients[begin:end]
        mean = float(np.average(raw, weights=share[begin:end]))
        points.append(tuple((raw - mean).tolist()))
        base += mean
    return base, tuple(points)


def _most_telling(bins: CodeArray, sizes: list[int], label: FloatArray, weight: FloatArray) -> list[int]:
    """Return the columns that lower the log-loss most when used alone (smoothed), at most `MAX_FEATURES`."""
    if len(sizes) <= MAX_FEATURES:
        return list(range(len(sizes)))
    gain = [_gain(bins[:, j], size, label, weight) for j, size in enumerate(sizes)]
    return sorted(int(j) for j in np.argsort(-np.asarray(gain), kind="stable")[:MAX_FEATURES])


def _gain(column: CodeArray, size: int, label: FloatArray, weight: FloatArray) -> float:
    total = np.bincount(column, weights=weight, minlength=size)
    positive = np.bincount(column, weights=weight * label, minlength=size)
    prior = positive.sum() / total.sum()
    rate = (positive + 10 * prior) / (total + 10)
    return float(
        (positive * np.log(rate / prior) + (total - positive) * np.log((1 - rate) / (1 - prior))).sum()
    )
