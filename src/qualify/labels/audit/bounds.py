"""Confidence bounds: on few rows nothing is excluded because of luck."""

from __future__ import annotations

import numpy as np

from qualify.leads.tables import FloatArray

Z: float = 3.0
"""Standard errors a bound lies away: one column in 700 errs, so a table of 100 columns stays quiet."""


def auc_lower(auc: float, positives: float, negatives: float, z: float = Z) -> float:
    """Return the lower confidence bound of an area under the ROC curve.

    Solves ``auc - t = z * se(t)`` for t, with the standard error of Hanley and McNeil at the bound itself, so
    that a perfect area of five positives is not taken for certain (Newcombe 2006, Statistics in Medicine
    25:559, method 5).

    Parameters
    ----------
    auc
        Observed area, 0 to 1; NaN where it is not known.
    positives, negatives
        Rows of each class.

    Returns
    -------
    float
        0 where `auc` is NaN or a class is empty.

    Examples
    --------
    >>> round(auc_lower(1.0, 5, 55), 2), round(auc_lower(1.0, 500, 5_000), 2)
    (0.58, 0.99)
    """
    if not np.isfinite(auc) or min(positives, negatives) < 1:
        return 0.0
    low, high = 0.0, float(auc)
    for _ in range(40):
        middle = (low + high) / 2
        if auc - middle > z * auc_error(middle, positives, negatives):
            low = middle
        else:
            high = middle
    return low


def auc_error(auc: float, positives: float, negatives: float) -> float:
    """Return the standard error of an area under the ROC curve.

    The exponential approximation of Hanley and McNeil (1982), Radiology 143:29.

    Examples
    --------
    >>> round(auc_error(0.7, 20, 80), 3)
    0.071
    """
    same_positive = auc / (2 - auc)
    same_negative = 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc)
        + (positives - 1) * (same_positive - auc**2)
        + (negatives - 1) * (same_negative - auc**2)
    )
    return float(np.sqrt(max(variance, 0.0) / (positives * negatives)))


def wilson(hits: FloatArray, trials: FloatArray, z: float = Z) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's bounds of shares; 0 and 1 where there are no trials.

    Examples
    --------
    >>> low, high = wilson(np.array([9.0]), np.array([9.0]))
    >>> float(low[0].round(3)), float(high[0])
    (0.5, 1.0)
    """
    n = np.maximum(trials, 1e-12)
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    empty = trials <= 0
    low = np.where(empty, 0.0, np.clip((middle - half) / scale, 0.0, 1.0))
    high = np.where(empty, 1.0, np.clip((middle + half) / scale, 0.0, 1.0))
    return low, high


def log_odds_ratio(in_1: float, in_0: float, out_1: float, out_0: float, z: float = Z) -> tuple[float, float]:
    """Return the log odds ratio of a two-by-two table and the part of it that is beyond chance.

    Half a row is added to each cell for the ratio; its bound is put together from Wilson's bounds of the two
    shares (the MOVER method, Zou and Donner 2008, Statistics in Medicine 27:1693), which stays true with
    empty cells.

    Parameters
    ----------
    in_1, in_0
        Rows inside the group, of class 1 and 0.
    out_1, out_0
        Rows outside.
    z
        Standard errors the bound lies away.

    Returns
    -------
    tuple of float
        The ratio, and the bound nearest to 0 with the ratio's sign (0 when the interval holds 0).

    Examples
    --------
    >>> [round(x, 2) for x in log_odds_ratio(90, 10, 10, 90)]
    [4.31, 3.01]
    """
    hits, size = np.array([in_1, in_0]), np.array([in_1 + out_1, in_0 + out_0])
    middle = logit((hits + 0.5) / (size + 1))
    ratio = float(middle[0] - middle[1])
    low, high = (logit(bound) for bound in wilson(hits, size, z))
    down, up = middle - low, high - middle
    error = np.hypot(down[0], up[1]) if ratio > 0 else np.hypot(up[0], down[1])
    return ratio, float(np.sign(ratio)) * max(0.0, abs(ratio) - float(error))


def steady_odds_ratio(tables: FloatArray) -> float:
    """Return the log odds ratio within several tables, the most telling one left out.

    One stretch of time in which a column and the outcome change together is a coincidence; a leak is
    everywhere. Of fewer than three tables none is left out.

    Parameters
    ----------
    tables
        As for `mantel_haenszel`.
    """
    count = tables.shape[1]
    ratio = mantel_haenszel(tables)
    if count < 3:
        return ratio
    without = [mantel_haenszel(np.delete(tables, one, axis=1)) for one in range(count)]
    same_way = [one for one in without if np.sign(one) == np.sign(ratio)]
    return min([ratio, *same_way], key=abs) if len(same_way) == count else 0.0


def mantel_haenszel(tables: FloatArray) -> float:
    """Return the common log odds ratio of several two-by-two tables.

    Parameters
    ----------
    tables
        Rows ``in_1, in_0, out_1, out_0``, a column a table. Half a row is spread over the same cells of all
        tables; tables in which a margin is empty say nothing and are left out.

    Returns
    -------
    float
        0 when no table says anything.

    Examples
    --------
    >>> round(mantel_haenszel(np.array([[9.5, 0], [4.5, 9], [4.5, 0], [9.5, 9]])), 4)  # log(100 / 25)
    1.3863
    """
    in_1, in_0, out_1, out_0 = tables
    telling = (in_1 + in_0 > 0) & (out_1 + out_0 > 0) & (in_1 + out_1 > 0) & (in_0 + out_0 > 0)
    if not telling.any():
        return 0.0
    a, b, c, d = tables[:, telling] + 0.5 / telling.sum()
    total = a + b + c + d
    return float(np.log((a * d / total).sum() / (b * c / total).sum()))


def logit(share: FloatArray) -> FloatArray:
    """Return log-odds; shares are kept one in a million away from 0 and 1."""
    kept = np.clip(share, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))
