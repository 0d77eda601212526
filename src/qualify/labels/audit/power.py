"""How well one column alone tells the classes apart, judged on rows it was not fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.labels.audit.bounds import auc_lower
from qualify.labels.audit.cells import Cells
from qualify.labels.audit.sample import FOLDS, Sample
from qualify.leads.tables import BoolArray, FloatArray, IntArray

_SMOOTHING = 10.0
# Share of the pairs (positive, negative) that two random rows of one block must reach for blocks to be judged.
_PAIRS_NEEDED = 0.3


@dataclass(frozen=True, slots=True)
class Power:
    """Area under the ROC curve of one column alone.

    Parameters
    ----------
    auc
        The smaller of the area over all rows and the area within blocks of time: what only follows the calendar has
        no power within a block. NaN where it can not be said.
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
    area, within = _fitted_areas(cells, sample, use)
    if cells.rank is not None:
        both_ways = _area(cells.rank[use], sample.y[use])
        area = float(np.fmax(area, max(both_ways, 1 - both_ways)))
    if np.isfinite(within):
        area = min(area, within)
    return Power(area, auc_lower(area, ones, zeros))


def _fitted_areas(cells: Cells, sample: Sample, use: BoolArray) -> tuple[float, float]:
    """Return the area over folds, and over time blocks within folds (NaN where blocks hold too few pairs)."""
    groups = len(cells.levels)
    shape = (FOLDS, sample.blocks, groups)
    key = sample.cell[use] * groups + cells.codes[use]
    size = FOLDS * sample.blocks * groups
    rows = np.bincount(key, minlength=size).reshape(shape).astype(np.float64)
    ones = np.bincount(key, weights=sample.y[use], minlength=size).reshape(shape)
    by_fold_1, by_fold = ones.sum(axis=1), rows.sum(axis=1)
    base = ones.sum() / rows.sum()
    rate = (by_fold_1.sum(0) - by_fold_1 + _SMOOTHING * base) / (by_fold.sum(0) - by_fold + _SMOOTHING)
    overall = _Pairs()
    within = _Pairs()
    for fold in range(FOLDS):
        rank = np.unique(rate[fold], return_inverse=True)[1]
        overall.add(rank, by_fold_1[fold], by_fold[fold] - by_fold_1[fold])
        if sample.blocks > 1:
            for block in range(sample.blocks):
                within.add(rank, ones[fold, block], rows[fold, block] - ones[fold, block])
    needed = _PAIRS_NEEDED * overall.pairs / sample.blocks
    return overall.area, within.area if within.pairs >= max(needed, 1.0) else float("nan")


class _Pairs:
    """Adds up pairs (positive, negative) and how many of them are ordered rightly."""

    def __init__(self) -> None:
        self.pairs = 0.0
        self._right = 0.0

    def add(self, rank: IntArray, ones: FloatArray, zeros: FloatArray) -> None:
        by_one = np.bincount(rank, weights=ones)
        by_zero = np.bincount(rank, weights=zeros)
        self._right += float((by_one * (np.cumsum(by_zero) - by_zero / 2)).sum())
        self.pairs += float(by_one.sum() * by_zero.sum())

    @property
    def area(self) -> float:
        return self._right / self.pairs if self.pairs else float("nan")


def _area(rank: IntArray, y: FloatArray) -> float:
    """Return the area of an order without fitting anything; rank 0 (missing) counts as the lowest."""
    pairs = _Pairs()
    pairs.add(rank, y, 1 - y)
    return pairs.area
