"""Performance before outcomes are known: what follows from calibrated probabilities alone.

If a probability of 0.3 is kept three times in ten, then the figures that the outcomes will show are known in
expectation before any outcome is (confidence-based performance estimation). The estimate sees a change of the
leads; it cannot see a change of what leads mean, because it trusts the probabilities. That is what the
matured outcomes are for.

References
----------
Kivimäki, J., Białek, J., Kuberski, W. and Nurminen, J. K. (2025). Performance estimation in binary
classification using calibrated confidence. Machine Learning 114.
"""

from __future__ import annotations

import numpy as np
from scipy.special import entr

from qualify.evaluate import Metric, compute_metrics
from qualify.evaluate.draws import interval
from qualify.leads.tables import FloatArray, IntArray

__all__ = ["FIGURES", "expect", "expected_auc"]

FIGURES = ("auc", "log_loss", "brier", "precision_at_capacity")
DRAWS = 100


def expected_auc(probability: FloatArray, weight: FloatArray) -> float:
    """Return the AUC that the probabilities promise: every row is a positive in part and a negative in part.

    Parameters
    ----------
    probability, weight
        Shape (rows,).

    Returns
    -------
    float
        NaN where all probabilities are 0, or all are 1.

    Examples
    --------
    >>> expected_auc(np.array([0.0, 1.0]), np.ones(2)), expected_auc(np.array([0.3, 0.3]), np.ones(2))
    (1.0, 0.5)
    """
    distinct, group = np.unique(probability, return_inverse=True)
    won = np.bincount(group, weights=weight * probability, minlength=len(distinct))
    lost = np.bincount(group, weights=weight * (1 - probability), minlength=len(distinct))
    below = np.cumsum(lost) - lost
    # A row is never compared with itself: what it would add to both sums is taken out again.
    itself = float((weight**2 * probability * (1 - probability)).sum())
    pairs = float(won.sum() * lost.sum()) - itself
    return float((won * (below + lost / 2)).sum() - itself / 2) / pairs if pairs > 0 else float("nan")


def expect(
    probability: FloatArray, weight: FloatArray, lead: IntArray, *, capacity_share: float, seed: int
) -> dict[str, Metric]:
    """Return the expected figures, each with the interval in which outcomes would fall if it holds.

    Parameters
    ----------
    probability, weight, lead
        Shape (rows,), at least two leads.

    Returns
    -------
    dict
        `FIGURES`, and ``base_rate``.
    """
    value = _values(probability, weight, capacity_share)
    rng = np.random.default_rng(seed)
    leads, place = np.unique(lead, return_inverse=True)
    drawn = np.array([
        _one_future(probability, weight, place, len(leads), capacity_share, rng) for _ in range(DRAWS)
    ])  # fmt: skip
    return {name: interval(v, drawn[:, j]) for j, (name, v) in enumerate(value.items())}


def _values(p: FloatArray, weight: FloatArray, capacity_share: float) -> dict[str, float]:
    mean = np.average
    return {
        "auc": expected_auc(p, weight),
        "log_loss": float(mean(entr(p) + entr(1 - p), weights=weight)),
        "brier": float(mean(p * (1 - p), weights=weight)),
        "precision_at_capacity": _top(p, weight, capacity_share),
        "base_rate": float(mean(p, weights=weight)),
    }


def _top(p: FloatArray, weight: FloatArray, share: float) -> float:
    """Return the mean probability of the top `share`; the row on the border counts in part."""
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(weight[order]) - weight[order]
    counted = np.clip(weight.sum() * share - before, 0.0, weight[order])
    return float(np.average(p[order], weights=counted))


def _one_future(
    p: FloatArray, weight: FloatArray, place: IntArray, leads: int, share: float, rng: np.random.Generator
) -> list[float]:
    """Draw leads and their outcomes; the rows of one lead share their luck."""
    times = np.bincount(rng.integers(0, leads, size=leads), minlength=leads)[place]
    label = (rng.random(leads)[place] < p).astype(np.float64)
    used = times > 0
    drawn = weight[used] * times[used]
    found = compute_metrics(
        label[used], p[used], weight=drawn, capacity_share=share, bootstrap=0, names=FIGURES
    )
    return [*(found[name].value for name in FIGURES), float(np.average(label[used], weights=drawn))]
