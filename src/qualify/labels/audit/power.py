"""How well one column alone tells the classes apart, judged on rows it was not fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from qualify.labels.audit.bounds import auc_lower
from qualify.labels.audit.cells import Cells
from qualify.labels.audit.sample import FOLDS, Sample
from qualify.leads.tables import BoolArray, FloatArray, IntArray

_Counts: TypeAlias = FloatArray | IntArray
_SMOOTHING = 10.0
# Share of the pairs within one block that blocks must hold, against blocks of equal mixture, to be judged.
_PAIRS_NEEDED = 0.3
# How much of the area the calendar may explain before the area within blocks of time is believed.
_CALENDAR = 0.03


@dataclass(frozen=True, slots=True)
class Power:
    """Area under the ROC curve of one column alone.

    Parameters
    ----------
    auc
        Area over all rows; where that within blocks of time is clearly smaller, the latter: what only
        follows the calendar has no power within a block. NaN where it can not be said.
    low
        Lower confidence bound of `auc`; 0 where it can not be said.
    """

    auc: float
    low: float


def measure_power(cells: Cells, sample: Sample, *, filled_only: bool = False) -> Power:
    """Cross-validate the smoothed share of positives by group, and the plain order of numbers.

    Parameters
    ----------
    cells
        The grouped column.
    sample
        The rows it was grouped on.
    filled_only
        Judge only rows where the column is filled in: how telling the values are, apart from their presence.
    """
    use = cells.present if filled_only else np.ones(len(sample.y), dtype=bool)
    ones = float(sample.y[use].sum())
    zeros = float(use.sum()) - ones
    if min(ones, zeros) < 2:
        return Power(float("nan"), 0.0)
    area = _fitted_area(cells, sample, use)
    if cells.rank is not None:
        area = float(np.fmax(area, _ordered_area(cells.rank[use], sample, use)))
    return Power(area, auc_lower(area, ones, zeros))


def _fitted_area(cells: Cells, sample: Sample, use: BoolArray) -> float:
    """Return the cross-validated area of the smoothed share of positives by group."""
    groups = len(cells.levels)
    shape = (FOLDS, sample.blocks, groups)
    key = (sample.fold[use] * sample.blocks + sample.block[use]) * groups + cells.codes[use]
    size = FOLDS * sample.blocks * groups
    rows = np.bincount(key, minlength=size).reshape(shape).astype(np.float64)
    ones = np.bincount(key, weights=sample.y[use], minlength=size).reshape(shape)
    by_fold_1, by_fold = ones.sum(axis=1), rows.sum(axis=1)
    base = ones.sum() / rows.sum()
    rate = (by_fold_1.sum(0) - by_fold_1 + _SMOOTHING * base) / (by_fold.sum(0) - by_fold + _SMOOTHING)
    overall, within = Pairs(), Pairs()
    for fold in range(FOLDS):
        overall.add(rate[fold], by_fold_1[fold], by_fold[fold] - by_fold_1[fold])
        within.add(rate[fold], ones[fold], rows[fold] - ones[fold])
    return _without_calendar(overall, within, sample.blocks)


def _ordered_area(rank: IntArray, sample: Sample, use: BoolArray) -> float:
    """Return the area of the plain order, up or down, not fitted; rank 0 (missing) is the lowest."""
    y, overall, within = sample.y[use], Pairs(), Pairs()
    ranks = np.arange(int(rank.max()) + 1)
    overall.add(ranks, np.bincount(rank, weights=y), np.bincount(rank, weights=1 - y))
    if abs(overall.area - 0.5) < _CALENDAR:
        return max(overall.area, 1 - overall.area)
    key, shape = sample.block[use] * len(ranks) + rank, (sample.blocks, len(ranks))
    ones, zeros = (np.bincount(key, w, sample.blocks * len(ranks)).reshape(shape) for w in (y, 1 - y))
    within.add(ranks, ones, zeros)
    if overall.area < 0.5:
        overall.turn()
        within.turn()
    return _without_calendar(overall, within, sample.blocks)


def _without_calendar(overall: Pairs, within: Pairs, blocks: int) -> float:
    """Return the area over all rows, or that within blocks where it is clearly smaller and well founded."""
    judged = within.pairs >= max(_PAIRS_NEEDED * overall.pairs / blocks, 1.0)
    return within.area if judged and within.area < overall.area - _CALENDAR else overall.area


class Pairs:
    """Adds up pairs (positive, negative) and how many of them are ordered rightly."""

    def __init__(self) -> None:
        self.pairs = 0.0
        self._right = 0.0

    def add(self, score: _Counts, ones: _Counts, zeros: _Counts) -> None:
        """Count the pairs of groups with the given scores.

        Parameters
        ----------
        score
            Shape (groups,).
        ones, zeros
            Positives and negatives of each group, shape (groups,), or (blocks, groups): pairs are then formed
            within blocks.
        """
        order = np.argsort(score, kind="stable")
        starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf) > 0)
        by_one = np.add.reduceat(ones[..., order], starts, axis=-1)
        by_zero = np.add.reduceat(zeros[..., order], starts, axis=-1)
        self._right += float((by_one * (np.cumsum(by_zero, axis=-1) - by_zero / 2)).sum())
        self.pairs += float((by_one.sum(axis=-1) * by_zero.sum(axis=-1)).sum())

    def turn(self) -> None:
        """Order the other way round."""
        self._right = self.pairs - self._right

    @property
    def area(self) -> float:
        """Share of pairs ordered rightly, ties counting half; NaN without pairs."""
        return self._right / self.pairs if self.pairs else float("nan")
