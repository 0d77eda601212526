"""Points as a probability: a rising map found on training rows, so that rules have a log-loss too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from qualify.evaluate.bins import equal_mass_bins
from qualify.evaluate.rows import check_column, check_rows
from qualify.leads.tables import FloatArray

__all__ = ["PointsMap", "fit_points_map"]

STEPS = 20
"""Bins of points, of about equal weight."""

PRIOR_ROWS = 2.0
"""Rows at the base rate that every bin is given: no bin of points promises certainty."""


@dataclass(frozen=True, slots=True)
class PointsMap:
    """A map that never falls: between `points`, probabilities are interpolated; beyond them they stay.

    Ranking by points and by this probability differ only in ties, so rank by the points themselves.
    """

    points: tuple[float, ...]
    rates: tuple[float, ...]

    def probability(self, points: ArrayLike) -> FloatArray:
        """Return the share of positives to expect at these points, same shape."""
        return np.asarray(np.interp(np.asarray(points, dtype=np.float64), self.points, self.rates))


def fit_points_map(points: ArrayLike, label: ArrayLike, weight: ArrayLike | None = None) -> PointsMap:
    """Fit on training rows only: rates of bins of points, then isotonic regression (Barlow and others 1972).

    Parameters
    ----------
    points
        Total points of each row, shape (rows,).
    label, weight
        0/1, and how much a row counts; shape (rows,).

    Raises
    ------
    QualifyError
        There are no rows, shapes differ, or a value is outside its range.

    Examples
    --------
    >>> learned = fit_points_map([0, 0, 0, 0, 50, 50, 50, 50], [0, 0, 0, 1, 0, 1, 1, 1])
    >>> learned.probability([0, 25, 50, 99]).round(4)
    array([0.3333, 0.5   , 0.6667, 0.6667])
    """
    rows = check_rows(label, weight, None)
    x = check_column("points", points, len(rows.label))
    step = equal_mass_bins(x, rows.weight, STEPS)
    mass = np.bincount(step, weights=rows.weight)
    used = mass > 0
    mass = mass[used]
    positives = np.bincount(step, weights=rows.weight * rows.label)[used]
    middle = np.bincount(step, weights=rows.weight * x)[used] / mass
    base = positives.sum() / mass.sum()
    rate = (positives + PRIOR_ROWS * base) / (mass + PRIOR_ROWS)
    rising = isotonic_regression(rate, weights=mass + PRIOR_ROWS).x
    return PointsMap(tuple(middle.tolist()), tuple(rising.tolist()))
