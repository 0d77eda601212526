"""Shares of two periods compared: an effect size, and an interval that knows how little was seen.

The population stability index (PSI) is the symmetrised Kullback-Leibler divergence of two histograms. Noise
can only enlarge it, by about (bins - 1) (1/n + 1/m), so its interval is judged against what noise alone
makes.

References
----------
Yurdakul, B. and Naranjo, J. (2020). Statistical properties of the population stability index. Journal of Risk
Model Validation 14 (4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.evaluate import Metric
from qualify.evaluate.draws import interval
from qualify.leads.tables import FloatArray, IntArray

__all__ = ["Shares", "psi", "shares_of", "stability", "step"]

DRAWS = 400
SURE = 0.99
"""Confidence of the intervals: many fields are looked at together, each a chance for luck."""

_PRIOR = 0.5
"""Added to every count, so that a bin that nobody fell into is rare and not impossible."""


@dataclass(frozen=True)
class Shares:
    """How a period is spread over bins.

    Parameters
    ----------
    share
        Shape (bins,); sums to 1.
    leads
        How many independent leads that is worth (Kish's effective size).
    """

    share: FloatArray
    leads: float

    @property
    def smooth(self) -> FloatArray:
        """The shares with half a lead more in every bin."""
        count: FloatArray = self.share * self.leads + _PRIOR
        smoothed: FloatArray = count / count.sum()
        return smoothed


def shares_of(bins: IntArray, size: int, weight: FloatArray, lead: IntArray) -> Shares:
    """Count rows by bin.

    Parameters
    ----------
    bins, weight, lead
        Shape (rows,). Rows of one lead count as one witness, not as several.
    size
        How many bins there are.
    """
    total = float(weight.sum())
    _, position = np.unique(lead, return_inverse=True)
    by_lead = np.bincount(position, weights=weight)
    return Shares(
        np.bincount(bins, weights=weight, minlength=size) / total, total**2 / float((by_lead**2).sum())
    )


def psi(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the population stability index over the last axis; every share has to be above 0.

    Examples
    --------
    >>> float(psi(np.array([0.5, 0.5]), np.array([0.8, 0.2])).round(4))
    0.4159
    """
    found: FloatArray = ((first - second) * np.log(first / second)).sum(axis=-1)
    return found


def stability(reference: Shares, recent: Shares, seed: int) -> Metric:
    """Return the PSI with its interval; its lower end is 0 where noise alone makes as much."""
    rng = np.random.default_rng(seed)
    value = float(psi(reference.smooth, recent.smooth))
    drawn = psi(_drawn(reference, rng), _drawn(recent, rng))
    whole = reference.share * reference.leads + recent.share * recent.leads
    pooled = whole / whole.sum()
    noise = psi(_drawn(Shares(pooled, reference.leads), rng), _drawn(Shares(pooled, recent.leads), rng))
    return interval(value, drawn, noise=noise, confidence=SURE)


def step(reference: Shares, recent: Shares, bins: int, seed: int) -> Metric:
    """Return how much the share of one bin has grown, with its interval."""
    rng = np.random.default_rng(seed)
    value = float(recent.share[bins] - reference.share[bins])
    drawn = _drawn(recent, rng)[:, bins] - _drawn(reference, rng)[:, bins]
    return interval(value, drawn, confidence=SURE)


def _drawn(shares: Shares, rng: np.random.Generator) -> FloatArray:
    """Return shares as so many leads might have shown them, shape (draws, bins)."""
    size = max(1, round(shares.leads))
    count = rng.multinomial(size, shares.smooth, size=DRAWS) + _PRIOR
    found: FloatArray = count / count.sum(axis=1, keepdims=True)
    return found
