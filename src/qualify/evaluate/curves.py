"""Curves as frames: how well probabilities hold, and how much of the positives a share of the leads finds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qualify.evaluate.bins import BINS, equal_mass_bins
from qualify.evaluate.draws import interval, resample
from qualify.evaluate.ranking import Ranking
from qualify.evaluate.rows import check_column, check_probability, check_rows
from qualify.leads.tables import FloatArray

__all__ = ["compute_gain", "compute_reliability"]


def compute_reliability(
    label: ArrayLike,
    probability: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    lead: ArrayLike | None = None,
    bins: int = BINS,
    bootstrap: int = 400,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare predicted with observed shares in bins of equal mass.

    Parameters
    ----------
    label, probability, weight, lead, bootstrap, seed
        See :func:`qualify.evaluate.compute_metrics`.
    bins
        At most so many; rows with equal probabilities are not parted.

    Returns
    -------
    DataFrame
        A row a bin, by rising probability: ``predicted`` (mean), ``observed`` (share of positives), ``low``
        and ``high`` (its 95 % interval over leads), ``rows`` (count) and ``weight`` (share of the whole). The
        mean of ``|observed - predicted|`` by ``weight`` is the metric ``ece``.

    Raises
    ------
    QualifyError
        There are no rows, shapes differ, or a value is outside its range.
    """
    rows = check_rows(label, weight, lead)
    p = check_probability(probability, len(rows.label))
    used, code = np.unique(equal_mass_bins(p, rows.weight, bins), return_inverse=True)
    size = len(used)

    def observed(drawn: FloatArray) -> FloatArray:
        mass = np.bincount(code, weights=drawn, minlength=size)
        positive = np.bincount(code, weights=drawn * rows.label, minlength=size)
        shares: FloatArray = np.divide(positive, mass, out=np.full(size, np.nan), where=mass > 0)
        return shares

    value, found = resample(observed, rows, bootstrap, seed)
    shares = [interval(float(value[j]), found[:, j]) for j in range(size)]
    mass = np.bincount(code, weights=rows.weight)
    return pd.DataFrame(
        {
            "predicted": np.bincount(code, weights=rows.weight * p) / np.where(mass > 0, mass, np.nan),
            "observed": value,
            "low": [share.low for share in shares],
            "high": [share.high for share in shares],
            "rows": np.bincount(code),
            "weight": mass / mass.sum(),
        }
    )


def compute_gain(
    label: ArrayLike, score: ArrayLike, *, weight: ArrayLike | None = None, steps: int = 100
) -> pd.DataFrame:
    """Return what is found by looking at the best-scored leads first.

    Parameters
    ----------
    label, weight
        See :func:`qualify.evaluate.compute_metrics`.
    score
        Any finite number to rank by, shape (rows,); ties count as in a random order.
    steps
        Number of equal steps from nobody to everybody.

    Returns
    -------
    DataFrame
        ``contacted`` (share of the rows, 0 to 1), ``found`` (share of the positives among them) and ``lift``
        (`found` / `contacted`; at 0, the limit), shape (steps + 1,). Without positives the last two are NaN.

    Raises
    ------
    QualifyError
        There are no rows, shapes differ, or a value is outside its range.
    """
    rows = check_rows(label, weight, None)
    gains = Ranking.of(check_column("score", score, len(rows.label))).gains(rows.label, rows.weight)
    contacted = np.linspace(0.0, 1.0, steps + 1)
    if gains.positives <= 0:
        nothing = np.full(steps + 1, np.nan)
        return pd.DataFrame({"contacted": contacted, "found": nothing, "lift": nothing})
    found = gains.found_at(contacted) / gains.positives
    # The curve is straight within the first group, so its slope there is the limit at 0.
    first = int(np.argmax(gains.looked_at > 0))
    slope = gains.found[first] / gains.looked_at[first] * gains.rows / gains.positives
    lift = np.append(slope, found[1:] / contacted[1:])
    return pd.DataFrame({"contacted": contacted, "found": found, "lift": lift})
