"""Figures as a report writes them."""

from __future__ import annotations

import math

from qualify.evaluate import Metric

__all__ = ["count", "figure", "percent", "signed", "with_interval"]

_PERCENT = frozenset({"precision_at_capacity", "average_precision"})
_DECIMALS = {"auc": 3, "log_loss": 4, "brier": 4, "ece": 3, "lift_at_10": 2}


def percent(share: float, decimals: int = 1) -> str:
    """Write a share.

    Examples
    --------
    >>> percent(0.1234), percent(0.1, 0)
    ('12.3%', '10%')
    """
    return f"{100 * share:.{decimals}f}%"


def count(number: int) -> str:
    """Write a count with thousands separators."""
    return f"{number:,}"


def signed(value: float, decimals: int = 2) -> str:
    """Write a number with its sign, which zero has not.

    Examples
    --------
    >>> signed(0.5), signed(-0.25), signed(-0.001)
    ('+0.50', '\u22120.25', '0.00')
    """
    written = f"{abs(value):.{decimals}f}"
    if float(written) == 0:
        return written
    return ("+" if value > 0 else "\u2212") + written


def figure(name: str, value: float) -> str:
    """Write a value of one of the metrics.

    Examples
    --------
    >>> figure("auc", 0.87654), figure("precision_at_capacity", 0.3)
    ('0.877', '30.0%')
    """
    return percent(value) if name in _PERCENT else f"{value:.{_DECIMALS.get(name, 3)}f}"


def with_interval(name: str, metric: Metric) -> tuple[str, str]:
    """Write the value and, apart, its interval; both are empty where they are not defined.

    Examples
    --------
    >>> with_interval("auc", Metric(0.8, 0.75, 0.85))
    ('0.800', '0.750\u20130.850')
    """
    value = figure(name, metric.value) if math.isfinite(metric.value) else ""
    if not math.isfinite(metric.low + metric.high):
        return value, ""
    return value, f"{figure(name, metric.low)}\u2013{figure(name, metric.high)}"
