"""Ranking metrics from one sort: rows of equal score form a group, and nothing depends on their order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.leads.tables import FloatArray, IntArray

__all__ = ["Gains", "Ranking"]


@dataclass(frozen=True, slots=True)
class Gains:
    """What is found on the way from the highest score to the lowest.

    Parameters
    ----------
    found, looked_at
        Weight of the positives and of all rows down to each group of equal scores, from 0 at the start;
        shape (groups + 1,).
    """

    found: FloatArray
    looked_at: FloatArray

    @property
    def positives(self) -> float:
        """Weight of all positives."""
        return float(self.found[-1])

    @property
    def rows(self) -> float:
        """Weight of all rows."""
        return float(self.looked_at[-1])

    def found_at(self, share: float | FloatArray) -> FloatArray:
        """Return the weight of positives in the top `share` of the rows.

        Of a group of equal scores that lies across the border, a like share of its positives is counted: what
        a random order within the group finds on average.
        """
        return np.asarray(
            np.interp(np.multiply(share, self.rows), self.looked_at, self.found), dtype=np.float64
        )

    def auc(self) -> float:
        """Return the chance that a positive ranks above a negative, ties counted half; NaN for one class."""
        passed = self.looked_at - self.found
        pairs = self.positives * float(passed[-1])
        if pairs <= 0:
            return float("nan")
        return float((np.diff(passed) * (self.found[1:] + self.found[:-1])).sum()) / (2.0 * pairs)

    def average_precision(self) -> float:
        """Return the mean precision at the positives (scikit-learn's definition); NaN without positives."""
        if self.positives <= 0:
            return float("nan")
        here = self.looked_at[1:] > 0
        precision = self.found[1:][here] / self.looked_at[1:][here]
        return float((np.diff(self.found)[here] * precision).sum()) / self.positives

    def precision(self, share: float) -> float:
        """Return the share of positives among the top `share` of the rows."""
        return float(self.found_at(share)) / (share * self.rows)

    def lift(self, share: float) -> float:
        """Return the precision in the top `share` over the precision of all; NaN without positives."""
        if self.positives <= 0:
            return float("nan")
        return float(self.found_at(share)) / (share * self.positives)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Groups of equal scores, numbered from the highest score.

    Parameters
    ----------
    group
        Shape (rows,).
    groups
        How many there are.
    """

    group: IntArray
    groups: int

    @classmethod
    def of(cls, score: FloatArray) -> Ranking:
        """Sort the scores, once."""
        distinct, group = np.unique(-score, return_inverse=True)
        return cls(group.astype(np.int64), len(distinct))

    def gains(self, label: FloatArray, weight: FloatArray) -> Gains:
        """Add up the rows with these weights; linear in the rows."""
        found, looked_at = np.zeros(self.groups + 1), np.zeros(self.groups + 1)
        np.cumsum(np.bincount(self.group, weights=weight * label, minlength=self.groups), out=found[1:])
        np.cumsum(np.bincount(self.group, weights=weight, minlength=self.groups), out=looked_at[1:])
        return Gains(found, looked_at)

    def taken(self, weight: FloatArray, share: float) -> FloatArray:
        """Return which part of each row lies in the top `share` of the weight: 1, 0, or at the border a part.

        Rows of equal score are taken alike, as a random order among them does on average.

        Examples
        --------
        >>> Ranking.of(np.array([3.0, 1.0, 1.0, 0.0])).taken(np.ones(4), 0.5).tolist()
        [1.0, 0.5, 0.5, 0.0]
        """
        mass = np.bincount(self.group, weights=weight, minlength=self.groups)
        left = share * weight.sum() - (np.cumsum(mass) - mass)
        part = np.clip(np.divide(left, mass, out=np.zeros(self.groups), where=mass > 0), 0.0, 1.0)
        return np.asarray(part[self.group], dtype=np.float64)
