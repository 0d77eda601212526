"""Figures as the evidence writes them."""

from __future__ import annotations

import numpy as np


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
