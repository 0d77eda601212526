"""How many outcomes it takes to see a difference: the arithmetic behind every "too few".

A difference is seen where it would be beyond noise (95 %) four times in five. The standard error of an area
under the ROC curve is that of Hanley and McNeil (1982), Radiology 143:29; that of any other figure falls with
the root of the number of outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.evaluate import Metric
from qualify.labels.audit.bounds import auc_error

__all__ = ["USUAL_AUC", "Needed", "enough", "fewest_leads", "growth", "sees"]

USUAL_AUC = 0.70
"""What honest models of lead data reach at least (0.65 to 0.90): who cannot see this sees nothing."""

_SURE, _POWER = 1.960, 0.842
"""Normal quantiles of 97.5 % and of 80 %."""

_LEAST = 10
_CLEAREST = 0.9
"""The error of an area near 1 is near none, which few outcomes cannot show."""

_MOST = 100.0
"""Differences for which a hundred times as many outcomes would be needed are none."""

_MOST_LEADS = 10_000_000


@dataclass(frozen=True, slots=True)
class Needed:
    """Outcomes of the rarer kind that judge a model: how many there are, and how many would decide.

    Parameters
    ----------
    question
        ``see`` (a usual model from chance), ``skill`` (this model from chance) or ``lead`` (this model from
        the rules).
    outcomes_now, outcomes_needed
        Among the later leads. The need is None where no realistic number would do.
    leads_needed
        Leads in all, at the present rate of outcomes and share of later leads.
    """

    question: str
    outcomes_now: int
    outcomes_needed: int | None
    leads_needed: int | None


def sees(positives: float, negatives: float, auc: float = USUAL_AUC) -> bool:
    """Say whether so many outcomes tell an area from chance.

    Examples
    --------
    >>> sees(20, 80), sees(19, 76), sees(3, 297), sees(500, 20)
    (True, False, False, True)
    """
    if min(positives, negatives) < 1:
        return False
    return auc - (_SURE + _POWER) * auc_error(auc, positives, negatives) >= 0.5


def enough(positives: float, negatives: float, found: Metric) -> bool:
    """Say whether so many outcomes are enough to believe an area that was found.

    They are where a usual model would be seen, whether it is there or not. With fewer, a chance find looks
    like skill more often, so the find itself has to be clear: ten of the rarer outcome at least, and even the
    worst area that the interval allows would be seen.

    Examples
    --------
    >>> enough(13, 1587, Metric(0.87, 0.80, 0.93)), enough(13, 1587, Metric(0.75, 0.62, 0.88))
    (True, False)
    """
    if sees(positives, negatives):
        return True
    return min(positives, negatives) >= _LEAST and sees(positives, negatives, min(found.low, _CLEAREST))


def fewest_leads(rate: float, auc: float = USUAL_AUC) -> int:
    """Return how many leads, of which the share `rate` has the outcome, tell an area from chance.

    Examples
    --------
    >>> fewest_leads(0.2), fewest_leads(0.01)
    (98, 1708)
    """
    low, high = 1, _MOST_LEADS
    while low < high:
        middle = (low + high) // 2
        if sees(rate * middle, (1 - rate) * middle, auc):
            high = middle
        else:
            low = middle + 1
    return low


def growth(difference: Metric, nothing: float = 0.0) -> float | None:
    """Return by what factor the outcomes have to grow for a difference to be seen, if it is as large as now.

    Parameters
    ----------
    difference
        With its 95 % interval.
    nothing
        The value that means no difference.

    Returns
    -------
    float or None
        Below 1 where fewer would do; None where the difference is on the wrong side, or too small for any
        realistic number.

    Examples
    --------
    >>> round(growth(Metric(0.02, -0.02, 0.06)), 1)  # the standard error is 0.0204: (2.8 * 1.02) ** 2
    8.2
    >>> growth(Metric(-0.01, -0.02, 0.0)) is None
    True
    """
    distance = difference.value - nothing
    error = (difference.high - difference.low) / (2 * _SURE)
    if not np.isfinite(distance) or not np.isfinite(error) or distance <= 0:
        return None
    factor = float(((_SURE + _POWER) * error / distance) ** 2)
    return factor if factor <= _MOST else None
