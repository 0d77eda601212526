"""The learned scorecard: a logistic model on binned columns, points that data chose.

Its answer is a sum of one number a column, so its contributions are exact without any approximation: the points of
the lead's bin less their mean over the training rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from qualify.leads.tables import CodeArray, FloatArray, IntArray

MAX_FEATURES = 64
MAX_ROWS = 60_000


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
        return self.intercept + self.contributions(bins).sum(axis=1)

    def member_log_odds(self, bins: CodeArray) -> FloatArray:
        """Return the log-odds by each resampled fit, shape (rows, members)."""
        used = bins[:, list(self.features)]
        return np.column_stack([base + _look_up(points, used).sum(axis=1) for base, points in self.members])


def _look_up(points: tuple[tuple[float, ...], ...], bins: CodeArray) -> FloatArray:
    out = np.empty(bins.shape)
    for j, table in enumerate(points):
        out[:, j] = np.asarray(table)[bins[:, j]]
    return out


def fit_linear(
    bins: CodeArray,
    sizes: list[int],
    label: FloatArray,
    weight: FloatArray,
    lead: IntArray,
    *,
    strength: float,
    members: int,
    seed: int,
) -> LinearModel:
    """Fit the scorecard and its resampled members.

    Parameters
    ----------
    bins, sizes
        The linear design and the number of bins of each column.
    strength
        Inverse of the ridge penalty (scikit-learn's ``C``).
    members
        How many times it is fitted again on leads drawn with exponential weights (a Bayesian bootstrap, Rubin 1981).
    """
    rng = np.random.default_rng(seed)
    if len(bins) > MAX_ROWS:
        chosen = np.sort(rng.choice(len(bins), MAX_ROWS, replace=False))
        bins, label, weight, lead = bins[chosen], label[chosen], weight[chosen], lead[chosen]
    features = _most_telling(bins, sizes, label, weight)
    used = bins[:, features]
    design = _one_hot(used, [sizes[j] for j in features])
    share = [np.bincount(used[:, j], weights=weight, minlength=sizes[f]) for j, f in enumerate(features)]
    base, points = _fit_once(design, share, label, weight, strength, None)
    start = base, points
    fits = []
    for _ in range(members):
        drawn = rng.exponential(size=int(lead.max()) + 1)[lead]
        fits.append(_fit_once(design, share, label, weight * drawn, strength, start))
    return LinearModel(tuple(features), points, base, tuple(fits))


def _fit_once(
    design: sparse.csr_matrix,
    share: list[FloatArray],
    label: FloatArray,
    weight: FloatArray,
    strength: float,
    start: tuple[float, tuple[tuple[float, ...], ...]] | None,
) -> tuple[float, tuple[tuple[float, ...], ...]]:
    """Fit one logistic regression and centre its points."""
    model = LogisticRegression(C=strength, max_iter=200, tol=1e-5, warm_start=start is not None)
    if start is not None:
        model.coef_ = np.concatenate([np.asarray(p) for p in start[1]] or [np.zeros(0)])[None, :]
        model.intercept_ = np.array([start[0]])
        model.classes_ = np.array([0.0, 1.0])
    if design.shape[1] == 0 or label.min() == label.max():
        rate = np.clip(np.average(label, weights=weight), 1e-6, 1 - 1e-6)
        return float(np.log(rate / (1 - rate))), tuple(tuple(0.0 for _ in s) for s in share)
    model.fit(design, label, sample_weight=weight * (len(weight) / weight.sum()))
    base, at = float(model.intercept_[0]), 0
    points: list[tuple[float, ...]] = []
    for total in share:
        raw = model.coef_[0, at : at + len(total)]
        mean = float(np.average(raw, weights=total))
        points.append(tuple((raw - mean).tolist()))
        base, at = base + mean, at + len(total)
    return base, tuple(points)


def _one_hot(bins: CodeArray, sizes: list[int]) -> sparse.csr_matrix:
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32) if sizes else np.zeros(0, np.int32)
    columns = (bins + starts).astype(np.int32).ravel()
    pointers = np.arange(0, bins.size + 1, max(bins.shape[1], 1), dtype=np.int32)
    if not sizes:
        return sparse.csr_matrix((len(bins), 0))
    return sparse.csr_matrix((np.ones(bins.size), columns, pointers), shape=(len(bins), int(sum(sizes))))


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
    return float((positive * np.log(rate / prior) + (total - positive) * np.log((1 - rate) / (1 - prior))).sum())
