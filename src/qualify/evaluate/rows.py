"""Rows to be judged, checked once; and the losses of each row, from which every mean is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualify.errors import QualifyError
from qualify.leads.tables import FloatArray, IntArray

__all__ = ["Rows", "check_rows", "row_brier", "row_log_loss"]

_TINY = float(np.finfo(np.float64).eps)
"""Probabilities are held this far from 0 and 1 in the log-loss: a wrong certainty costs 36, not infinity."""


def row_log_loss(label: ArrayLike, probability: ArrayLike) -> FloatArray:
    """Return each row's log-loss, ``-log(p)`` for a positive and ``-log(1 - p)`` for a negative (nats).

    Examples
    --------
    >>> row_log_loss([1, 0], [0.5, 0.2]).round(4)
    array([0.6931, 0.2231])
    """
    y, p = np.asarray(label, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    p = np.clip(p, _TINY, 1.0 - _TINY)
    return np.asarray(-(y * np.log(p) + (1.0 - y) * np.log1p(-p)), dtype=np.float64)


def row_brier(label: ArrayLike, probability: ArrayLike) -> FloatArray:
    """Return each row's squared distance of probability and label (Brier 1950).

    Examples
    --------
    >>> row_brier([1, 0], [0.5, 0.2]).round(4)
    array([0.25, 0.04])
    """
    y, p = np.asarray(label, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    return np.asarray((p - y) ** 2, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked rows, all arrays of shape (rows,).

    Parameters
    ----------
    label
        0.0 or 1.0.
    weight
        Not negative, with a positive sum.
    lead
        Codes from 0 without gaps: rows of one lead have the same code.
    leads
        How many different leads there are.
    """

    label: FloatArray
    weight: FloatArray
    lead: IntArray
    leads: int


def check_rows(label: ArrayLike, weight: ArrayLike | None, lead: ArrayLike | None) -> Rows:
    """Check labels and weights, and number the leads.

    Parameters
    ----------
    label
        0/1, shape (rows,).
    weight
        Weights, shape (rows,); None: all alike.
    lead
        Anything that tells leads apart, shape (rows,); None: every row is a lead of its own.

    Raises
    ------
    QualifyError
        There are no rows, the lengths differ, a label is not 0 or 1, or the weights are negative or all zero.
    """
    y = np.asarray(label, dtype=np.float64)
    if y.ndim != 1 or len(y) == 0:
        raise QualifyError(f"nothing to measure: expected labels of shape (rows,), got shape {y.shape}")
    if not np.isin(y, (0.0, 1.0)).all():
        odd = y[~np.isin(y, (0.0, 1.0))][0]
        raise QualifyError(f"labels are 0 or 1, got {odd}")
    w = np.ones(len(y)) if weight is None else check_column("weight", weight, len(y))
    if (w < 0).any() or w.sum() <= 0:
        raise QualifyError(f"weights must not be negative nor all zero, got minimum {w.min()}, sum {w.sum()}")
    if lead is None:
        return Rows(y, w, np.arange(len(y)), len(y))
    names = np.asarray(lead)
    if names.shape != y.shape:
        raise QualifyError(f"`lead` has shape {names.shape}, the labels have {y.shape}")
    distinct, codes = np.unique(names, return_inverse=True)
    return Rows(y, w, codes.astype(np.int64), len(distinct))


def check_column(name: str, values: ArrayLike, rows: int) -> FloatArray:
    """Return `values` as float64 of shape (rows,), every one finite.

    Raises
    ------
    QualifyError
        The shape is another, or a value is not finite.
    """
    found: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    if found.shape != (rows,):
        raise QualifyError(f"`{name}` has shape {found.shape}, expected ({rows},)")
    if not np.isfinite(found).all():
        at = int(np.flatnonzero(~np.isfinite(found))[0])
        raise QualifyError(f"`{name}` must be finite, got {found[at]} in row {at}")
    return found


def check_probability(values: ArrayLike, rows: int) -> FloatArray:
    """Return probabilities as float64 of shape (rows,).

    Raises
    ------
    QualifyError
        The shape is another, or a value is outside 0 to 1.
    """
    found = check_column("probability", values, rows)
    if found.min() < 0.0 or found.max() > 1.0:
        raise QualifyError(f"probabilities lie between 0 and 1, got {found.min()} to {found.max()}")
    return found
