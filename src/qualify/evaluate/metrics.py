"""The figures by which a scorer is judged, each with its 95 % interval over leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qualify.errors import QualifyError
from qualify.evaluate.bins import equal_mass_bins
from qualify.evaluate.draws import Metric, interval, resample
from qualify.evaluate.ranking import Gains, Ranking
from qualify.evaluate.rows import Rows, check_column, check_probability, check_rows, row_brier, row_log_loss
from qualify.leads.tables import FloatArray, IntArray

__all__ = ["METRICS", "Metric", "Scored", "compute_metrics", "row_brier", "row_log_loss"]

METRICS = ("auc", "average_precision", "log_loss", "brier", "ece", "lift_at_10", "precision_at_capacity")
"""Every figure, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One scorer's answers, sorted once: with any weights, each figure is a few array operations.

    Parameters
    ----------
    label, log_loss, brier, gap, noise
        By row; `gap` is label minus probability, `noise` is the gap minus its mean in the bin.
    bins
        The bin of each row by its probability, for the calibration error.
    ranking
        The rows by score.
    capacity_share
        Which share of the rows sales can call.
    """

    label: FloatArray
    log_loss: FloatArray
    brier: FloatArray
    gap: FloatArray
    noise: FloatArray
    bins: IntArray
    ranking: Ranking
    capacity_share: float

    @classmethod
    def of(
        cls, rows: Rows, probability: ArrayLike, score: ArrayLike | None = None, capacity_share: float = 0.1
    ) -> Scored:
        """Prepare the rows; `score`, any finite number, replaces the probability for ranking.

        Raises
        ------
        QualifyError
            A shape differs, a probability is outside 0 to 1, or the capacity share is not a share.
        """
        if not 0.0 < capacity_share <= 1.0:
            raise QualifyError(f"capacity_share lies above 0 and up to 1, got {capacity_share}")
        y, n = rows.label, len(rows.label)
        p = check_probability(probability, n)
        ranked = p if score is None else check_column("score", score, n)
        bins, gap = equal_mass_bins(p, rows.weight), y - p
        mass = np.bincount(bins, weights=rows.weight)
        mean = np.bincount(bins, weights=rows.weight * gap) / np.where(mass > 0, mass, 1.0)
        return cls(
            label=y,
            log_loss=row_log_loss(y, p),
            brier=row_brier(y, p),
            gap=gap,
            noise=gap - mean[bins],
            bins=bins,
            ranking=Ranking.of(ranked),
            capacity_share=capacity_share,
        )

    def measure(self, weight: FloatArray, names: Sequence[str] = METRICS) -> FloatArray:
        """Return the named figures under these weights, shape (names,); NaN where they are not defined."""
        ranked = any(name in _BY_RANK for name in names)
        gains = self.ranking.gains(self.label, weight) if ranked else _NOTHING
        total = float(weight.sum())
        return np.array(
            [
                _BY_RANK[name](gains, self.capacity_share)
                if name in _BY_RANK
                else _BY_ROW[name](self, weight) / total
                for name in names
            ]
        )


def _gaps(scored: Scored, gap: FloatArray, weight: FloatArray) -> float:
    return float(np.abs(np.bincount(scored.bins, weights=weight * gap)).sum())


_ECE_NOISE = "ece_of_noise"
"""Not shown: the calibration error that the draws make where every bin is calibrated."""


_NOTHING = Gains(np.zeros(1), np.zeros(1))

_BY_RANK: Mapping[str, Callable[[Gains, float], float]] = {
    "auc": lambda gains, _: gains.auc(),
    "average_precision": lambda gains, _: gains.average_precision(),
    "lift_at_10": lambda gains, _: gains.lift(0.1),
    "precision_at_capacity": lambda gains, share: gains.precision(share),
}

# Sums over the rows, to be divided by the weight.
_BY_ROW: Mapping[str, Callable[[Scored, FloatArray], float]] = {
    "log_loss": lambda scored, weight: float((weight * scored.log_loss).sum()),
    "brier": lambda scored, weight: float((weight * scored.brier).sum()),
    "ece": lambda scored, weight: _gaps(scored, scored.gap, weight),
    _ECE_NOISE: lambda scored, weight: _gaps(scored, scored.noise, weight),
}


def compute_metrics(
    label: ArrayLike,
    probability: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    lead: ArrayLike | None = None,
    capacity_share: float = 0.1,
    score: ArrayLike | None = None,
    bootstrap: int = 400,
    seed: int = 0,
    names: Sequence[str] = METRICS,
) -> dict[str, Metric]:
    """Measure a scorer.

    Parameters
    ----------
    label
        0/1, shape (rows,).
    probability
        Predicted probability, shape (rows,).
    weight, lead
        Shape (rows,). None: all rows alike, and one row a lead. The bootstrap draws leads, not rows.
    capacity_share
        Share of the rows that sales can call.
    score
        Any finite number to rank by instead of the probability, for instance points.
    bootstrap, seed
        Number of draws (0 gives no intervals: NaN), and what they follow from.
    names
        Which figures, of `METRICS`.

    Returns
    -------
    dict
        ``auc`` (ties count half); ``average_precision``; ``log_loss``; ``brier``; ``ece``: the mean distance
        of predicted and observed share over ten bins of equal mass; ``lift_at_10``: how many times richer in
        positives the top tenth is; ``precision_at_capacity``: the share of positives in the top
        `capacity_share`.

    Raises
    ------
    QualifyError
        There are no rows, shapes differ, or a value is outside its range.

    Notes
    -----
    Where a figure is not defined, all three of its numbers are NaN: ``auc`` when there is one class only,
    ``average_precision`` and ``lift_at_10`` without positives. Draws in which it is not defined are left out.
    The interval is the percentile interval; that of ``ece`` begins at 0 where noise alone makes as much.

    Examples
    --------
    >>> found = compute_metrics([1, 0, 1, 0], [0.9, 0.4, 0.4, 0.1], bootstrap=0)
    >>> found["auc"].value, round(found["log_loss"].value, 4)
    (0.875, 0.4095)
    """
    rows = check_rows(label, weight, lead)
    scored = Scored.of(rows, probability, score, capacity_share)
    return _with_intervals(scored, rows, bootstrap, seed, names)


def _with_intervals(
    scored: Scored, rows: Rows, draws: int, seed: int, names: Sequence[str]
) -> dict[str, Metric]:
    measured = (*names, _ECE_NOISE)
    value, drawn = resample(lambda weight: scored.measure(weight, measured), rows, draws, seed)
    return {
        name: interval(float(value[j]), drawn[:, j], noise=drawn[:, -1] if name == "ece" else None)
        for j, name in enumerate(names)
    }
