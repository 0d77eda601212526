"""The rows that the audit looks at, in blocks of time and folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualify.errors import DataError
from qualify.leads.tables import NO_TIME, FloatArray, IntArray, LeadTables

MAX_ROWS: int = 50_000
FOLDS: int = 5
_MAX_BLOCKS = 8
_CLASS_ROWS_A_BLOCK = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """Labelled rows, at most `MAX_ROWS`, in the order of the table.

    Parameters
    ----------
    rows
        Positions in the lead table, shape (n,).
    y
        0.0 or 1.0, shape (n,).
    fold
        0 to `FOLDS` - 1, drawn at random within each class, shape (n,).
    block
        Stretch of time, from 0, shape (n,); stretches are of equal size.
    blocks
        Number of time blocks.
    """

    rows: IntArray
    y: FloatArray
    fold: IntArray
    block: IntArray
    blocks: int

    @property
    def positives(self) -> float:
        """Rows with label 1."""
        return float(self.y.sum())

    @property
    def negatives(self) -> float:
        """Rows with label 0."""
        return float(len(self.y) - self.y.sum())

    @property
    def base(self) -> float:
        """Share of positives."""
        return float(self.y.mean())


def draw_sample(
    tables: LeadTables, label: NDArray[np.float64], raw_order: FloatArray | None, seed: int
) -> Sample | None:
    """Choose the rows; the same table and seed give the same rows.

    Stretches of time in which one class hardly occurs (no outcome was recorded yet, or none is due yet) are
    left out: there, every column that changes with time would look as if it knew the outcome.

    Returns
    -------
    Sample or None
        None when fewer than two rows of a class are labelled: nothing can be said.

    Raises
    ------
    DataError
        The label or the order does not fit the table.
    """
    _check(tables, label, raw_order)
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(~np.isnan(label))
    if len(rows) > MAX_ROWS:
        rows = np.sort(rng.choice(rows, MAX_ROWS, replace=False))
    order = _time_order(tables, raw_order)
    y = label[rows]
    if min(y.sum(), len(y) - y.sum()) < 2:
        return None
    block = np.zeros(len(rows), dtype=np.int64) if order is None else _time_blocks(order[rows], y)
    keep = _mixed(block, y)
    rows, y, block = rows[keep], y[keep], block[keep]
    return Sample(rows, y, _folds(y, rng), block, blocks=int(block.max()) + 1)


def _check(tables: LeadTables, label: NDArray[np.float64], raw_order: FloatArray | None) -> None:
    for name, array in (("label", label), ("raw_order", raw_order)):
        if array is not None and array.shape != (len(tables),):
            raise DataError(
                f"the audit's {name} does not fit the leads table",
                got=array.shape,
                expected=f"({len(tables)},)",
            )
    known = label[~np.isnan(label)]
    if not np.isin(known, (0.0, 1.0)).all():
        raise DataError(
            "the audit's label has other values than 0, 1 and missing",
            got=float(known[~np.isin(known, (0.0, 1.0))][0]),
            expected="0, 1 or NaN",
        )


def _time_order(tables: LeadTables, raw_order: FloatArray | None) -> FloatArray | None:
    if raw_order is not None:
        return raw_order
    if tables.order is not None:
        return tables.order
    known = tables.created_at != NO_TIME
    if not known.any():
        return None
    return np.where(known, tables.created_at, tables.created_at[known].min()).astype(np.float64)


def _time_blocks(order: FloatArray, y: FloatArray) -> IntArray:
    rarer = min(y.sum(), len(y) - y.sum())
    blocks = int(np.clip(rarer // _CLASS_ROWS_A_BLOCK, 1, _MAX_BLOCKS))
    filled = np.where(np.isnan(order), -np.inf, order)
    place = np.empty(len(y), dtype=np.int64)
    place[np.argsort(filled, kind="stable")] = np.arange(len(y))
    return place * blocks // max(len(y), 1)


def _mixed(block: IntArray, y: FloatArray) -> NDArray[np.bool_]:
    """Keep blocks that hold both classes, unless most of the rarer class would go (sorted by label)."""
    ones = np.bincount(block, weights=y)
    all_rows = np.bincount(block)
    enough = np.minimum(ones, all_rows - ones) >= 5
    keep: NDArray[np.bool_] = enough[block]
    rarer = y == (1.0 if y.mean() < 0.5 else 0.0)
    return keep if (keep & rarer).sum() >= 0.5 * rarer.sum() else np.ones_like(keep)


def _folds(y: FloatArray, rng: np.random.Generator) -> IntArray:
    fold = np.empty(len(y), dtype=np.int64)
    for value in (0.0, 1.0):
        members = rng.permutation(np.flatnonzero(y == value))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold
