"""What the rules' points would be if outcomes had chosen them: the rules and the data on one scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from qualify.leads.tables import FloatArray

MAX_ROWS = 20_000
LEAST_ROWS = 20
"""A rule that earned points in fewer rows than this is left out: its learned points would be noise."""


@dataclass(frozen=True, slots=True)
class LearnedPoints:
    """Mean points where a rule earned any: as written, and as learned.

    Parameters
    ----------
    rule
        Position of each rule that earned points often enough.
    written, learned
        Shape (rules,).
    """

    rule: tuple[int, ...]
    written: tuple[float, ...]
    learned: tuple[float, ...]


def learn_points(
    points: FloatArray, label: FloatArray, weight: FloatArray, *, seed: int = 0
) -> LearnedPoints:
    """Fit a ridge logistic model on the rules' own points, and write its coefficients as points.

    The model may stretch, shrink or turn round the points of each rule. Its log-odds are brought to the scale
    of the points: the sum over the rules varies from row to row as much as it does as written.

    Parameters
    ----------
    points
        Points by row and rule, shape (rows, rules).
    label, weight
        0/1 and positive weights, shape (rows,). With one outcome only, nothing is learned.
    seed
        Of the draw, where there are very many rows.
    """
    if len(label) > MAX_ROWS:
        drawn = np.sort(np.random.default_rng(seed).choice(len(label), MAX_ROWS, replace=False))
        points, label, weight = points[drawn], label[drawn], weight[drawn]
    used = np.flatnonzero((np.count_nonzero(points, axis=0) >= LEAST_ROWS) & (points.std(axis=0) > 0))
    if len(used) == 0 or len(np.unique(label)) < 2:
        return LearnedPoints((), (), ())
    x = points[:, used]
    spread = x.std(axis=0)
    fitted = LogisticRegression(C=1.0, solver="newton-cholesky").fit(x / spread, label, sample_weight=weight)
    of_rows = x * (fitted.coef_[0] / spread)
    total, found = x.sum(axis=1).std(), of_rows.sum(axis=1).std()
    scale = total / found if found > 0 else 0.0
    count = np.count_nonzero(x, axis=0)
    written, learned = x.sum(axis=0) / count, scale * of_rows.sum(axis=0) / count
    return LearnedPoints(tuple(used.tolist()), tuple(written.tolist()), tuple(learned.tolist()))
