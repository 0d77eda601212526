"""One shared figure with what it was counted from, and how shares and times get their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from qualify.decide.cohorts import Cohort
from qualify.leads.tables import FloatArray

__all__ = ["Figure", "absent", "count_of", "median_of", "share_of", "waiting_median"]

Unit = Literal["count", "share", "hours", "days"]
_LEAST_FOR_INTERVAL = 6
"""Below six values no two of them hold the median with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of one group.

    Parameters
    ----------
    key
        Which figure: a key of the texts.
    group
        The group it is about; None: all.
    value
        None where it cannot be told; `why` says why.
    numerator, denominator
        What was counted. For a median, how many values.
    low, high
        The 95 % interval of a share (Wilson 1927) or of a median (by order statistics).
    immature
        How many units are too young to be judged, and were left out of both numbers.
    within_days
        How long a unit was watched; None where that plays no part.
    why
        A key of the texts: why there is no value, or what to know about it.
    """

    key: str
    unit: Unit
    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    low: float | None = None
    high: float | None = None
    immature: int = 0
    within_days: float | None = None
    group: str | None = None
    why: str | None = None


def absent(key: str, unit: Unit, why: str, days: float | None = None) -> Figure:
    """Return a figure whose inputs are not in the data: no value, and never 0."""
    return Figure(key, unit, None, within_days=days, why=why)


def count_of(key: str, units: int, group: str | None) -> Figure:
    """Return a plain count."""
    return Figure(key, "count", float(units), numerator=units, group=group)


def share_of(
    key: str, reached: int, of: int, group: str | None, *, immature: int = 0, days: float | None = None
) -> Figure:
    """Return a share with its Wilson interval; where nothing was counted, no value.

    Examples
    --------
    >>> figure = share_of("sql_to_won", 8, 10, None)
    >>> figure.value, round(figure.low, 3), round(figure.high, 3)
    (0.8, 0.49, 0.943)
    """
    from scipy.stats import binomtest

    if of == 0:
        why = "none_mature" if immature else "none"
        return Figure(key, "share", None, 0, 0, immature=immature, within_days=days, group=group, why=why)
    low, high = binomtest(reached, of).proportion_ci(0.95, method="wilson")
    return Figure(
        key, "share", reached / of, reached, of, float(low), float(high), immature, days, group
    )  # fmt: skip


def median_of(
    key: str,
    unit: Unit,
    values: FloatArray,
    group: str | None,
    *,
    immature: int = 0,
    days: float | None = None,
) -> Figure:
    """Return the median of values, each from a unit that was watched to its end."""
    from scipy.stats import quantile_test

    if len(values) == 0:
        why = "none_mature" if immature else "none"
        return Figure(key, unit, None, 0, 0, immature=immature, within_days=days, group=group, why=why)
    low = high = None
    if len(values) >= _LEAST_FOR_INTERVAL:
        found = quantile_test(values, p=0.5).confidence_interval(0.95)
        low, high = _finite(found.low), _finite(found.high)
    middle = float(np.median(values))
    return Figure(key, unit, middle, len(values), len(values), low, high, immature, days, group)


def waiting_median(key: str, cohort: Cohort, now: int, group: str | None) -> Figure:
    """Return the median wait in hours where some still wait (Kaplan and Meier 1958).

    A lead that waits counts with the time it has waited so far, so that forgetting the slowest ones does not
    make the figure look better.
    """
    from scipy.stats import CensoredData, ecdf

    if len(cohort) == 0:
        return Figure(key, "hours", None, 0, 0, group=group, why="none")
    hours, waiting = cohort.waits(now)
    done = int(np.count_nonzero(~waiting))
    if done == 0:
        return Figure(key, "hours", None, 0, len(cohort), group=group, why="all_wait")
    survival = ecdf(CensoredData.right_censored(hours, waiting)).sf
    below = np.flatnonzero(survival.probabilities <= 0.5)
    if len(below) == 0:
        return Figure(key, "hours", None, done, len(cohort), group=group, why="most_wait")
    return Figure(key, "hours", float(survival.quantiles[below[0]]), done, len(cohort), group=group)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
