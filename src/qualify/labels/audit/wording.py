"""Figures as the evidence writes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import FloatArray

LEAST_ROWS: int = 5
"""A value of fewer rows may be one person's remark: evidence is kept for years, so it does not quote it."""

_LONGEST = 40
_MOST_QUOTED = 3


def quoted(levels: Sequence[object] | NDArray[np.object_], rows: FloatArray) -> str:
    """Quote up to three values, each shortened to 40 characters; of rare ones only how many there are.

    Parameters
    ----------
    levels
        Values, in the order in which they are to be told.
    rows
        How many rows have each of them, shape (levels,); a value of fewer than `LEAST_ROWS` is not quoted.

    Examples
    --------
    >>> quoted(["won", "Ms Sato moves in May", "lost"], np.array([40.0, 1.0, 9.0]))
    '"won", "lost" and 1 more'
    >>> quoted(["Ms Sato moves in May"], np.array([1.0]))
    '1 rare value'
    """
    common = [str(level) for level, count in zip(levels, rows, strict=True) if count >= LEAST_ROWS]
    shown = ", ".join(f'"{level[:_LONGEST]}"' for level in common[:_MOST_QUOTED])
    more = len(levels) - min(len(common), _MOST_QUOTED)
    if not shown:
        return "1 rare value" if more == 1 else f"{more} rare values"
    return f"{shown} and {more} more" if more else shown


def percent(share: float) -> str:
    """Write a share: ``34 %``, with a decimal near the ends, and never 0 or 100 % when it is not.

    Examples
    --------
    >>> percent(0.336), percent(0.9996), percent(0.0), percent(0.004)
    ('34 %', '> 99.9 %', '0 %', '0.4 %')
    """
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", " %")
    if share < 0.001:
        return "< 0.1 %"
    if share > 0.999:
        return "> 99.9 %"
    return f"{100 * share:.1f} %" if share < 0.1 or share > 0.95 else f"{100 * share:.0f} %"


def area(auc: float) -> str:
    """Write an area under the ROC curve to two decimals: ``0.93``."""
    return f"{auc:.2f}"


def times(log_ratio: float) -> str:
    """Write a log odds ratio as a factor of at least 1: ``12``, ``more than 1,000``."""
    factor = float(np.exp(abs(log_ratio)))
    return "more than 1,000" if factor > 1000 else f"{factor:,.0f}" if factor >= 10 else f"{factor:.1f}"
