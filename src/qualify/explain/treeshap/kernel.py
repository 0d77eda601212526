"""The compiled loops: values to codes, codes to cells of the tables, cells to sums.

There are two sets of them, for blocks of rows and for a single row, which is what a request to the
online service is. Both add the same numbers in the same order, so that their results are the same to
the last bit. What is kept on disk is renewed when its own file changes; so all of them, and the
constants that they use, stand in this file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap._jit import kernel, part

if TYPE_CHECKING:
    from qualify.explain.treeshap.columns import Columns
    from qualify.explain.treeshap.tables import Plan

__all__ = ["BLOCK", "ZERO", "encode", "explain_members", "explain_rows"]

# Rows that are worked on at once: their codes, cells and sums stay in the second-level cache.
BLOCK = 512
# Rows that are turned into columns, and back, at once: their lines stay in the first-level cache.
_TILE = 64
# Below this many rows, row by row is faster.
_FEW = 8
# LightGBM reads every value this near to zero as zero; the constant is a C float there.
ZERO = float(np.float32(1e-35))

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]
Cells = NDArray[np.uint16]


@kernel
def explain_rows(plan: Plan, X: Floats, base: float, out: Floats, start: int, stop: int) -> None:
    """Write the Shapley values of rows `start` to `stop`.

    Parameters
    ----------
    plan : Plan
        The tables.
    X : ndarray of float64, shape (rows, features), C order
        All rows.
    base : float
        What is written in the last column.
    out : ndarray of float64, shape (rows, features + 1), C order
        Where the values go; holds zeros.
    start, stop : int
        The rows to work on. Each row's sums are the same whatever stands around it.
    """
    if stop - start < _FEW:
        for row in range(start, stop):
            _explain_row(plan, X[row], out[row])
            out[row, -1] = base
        return
    tail = stop - (stop - start) % BLOCK
    if tail > start:
        _explain_blocks(plan, X[start:tail], base, out[start:tail], BLOCK)
    if stop > tail:
        _explain_blocks(plan, X[tail:stop], base, out[tail:stop], stop - tail)


@part
def _explain_blocks(plan: Plan, X: Floats, base: float, out: Floats, rows: int) -> None:
    """Explain block after block, each of exactly so many rows, in the same working memory."""
    features = plan.columns.features
    slots = len(features)
    values = np.empty((slots, rows))
    codes = np.empty((plan.columns.width, rows), dtype=np.uint8)
    cells = np.empty((plan.groups_held, rows), dtype=np.uint16)
    total = np.empty((slots, rows))
    for first in range(0, len(X), rows):
        encode(plan.columns, X[first : first + rows], values, codes)
        total[:] = 0.0
        for batch in range(len(plan.batch_start) - 1):
            _find_cells(plan, plan.batch_start[batch], plan.batch_start[batch + 1], codes, cells)
            for slot in range(slots):
                run = batch * slots + slot
                _add(plan, plan.run_start[run], plan.run_start[run + 1], cells, total[slot])
        for tile in range(0, rows, _TILE):
            for slot in range(slots):
                for row in range(tile, min(tile + _TILE, rows)):
                    out[first + row, features[slot]] = total[slot, row]
        out[first : first + rows, -1] = base


@kernel
def explain_members(plan: Plan, first_batch: Ints, X: Floats, out: Floats) -> None:
    """Write the Shapley values of several models, summed by groups of features.

    Parameters
    ----------
    plan : Plan
        The plans of all models joined, laid out for the groups' sums.
    first_batch : ndarray of int64, shape (models + 1,)
        Where the batches of each model begin.
    X : ndarray of float64, shape (features, rows), C order
        The rows, feature by feature.
    out : ndarray of float64, shape (rows, models, groups), C order
        Where the sums go; holds zeros. Each row's sums are the same whatever stands around it.
    """
    rows = X.shape[1]
    if rows < _FEW:
        for row in range(rows):
            _members_row(plan, first_batch, X[:, row], out[row])
        return
    tail = rows - rows % BLOCK
    if tail:
        _members_blocks(plan, first_batch, X[:, :tail], out[:tail], BLOCK)
    if rows > tail:
        _members_blocks(plan, first_batch, X[:, tail:], out[tail:], rows - tail)


@part
def _members_blocks(plan: Plan, first_batch: Ints, X: Floats, out: Floats, rows: int) -> None:
    """Work on block after block, each of exactly so many rows, in the same working memory."""
    columns, models, many = plan.columns, len(first_batch) - 1, out.shape[2]
    slots = len(columns.features)
    values = np.empty((slots, rows))
    codes = np.empty((columns.width, rows), dtype=np.uint8)
    cells = np.empty((plan.groups_held, rows), dtype=np.uint16)
    total = np.empty((models * many, rows))
    for first in range(0, X.shape[1], rows):
        for slot in range(slots):
            values[slot] = X[columns.features[slot], first : first + rows]
        _code_numbers(columns, values, codes)
        _code_sets(columns, values, codes)
        total[:] = 0.0
        for model in range(models):
            for batch in range(first_batch[model], first_batch[model + 1]):
                _find_cells(plan, plan.batch_start[batch], plan.batch_start[batch + 1], codes, cells)
                for group in range(many):
                    run = batch * many + group
                    first_look, last_look = plan.run_start[run], plan.run_start[run + 1]
                    _add(plan, first_look, last_look, cells, total[model * many + group])
        for tile in range(0, rows, _TILE):
            for place in range(len(total)):
                for row in range(tile, min(tile + _TILE, rows)):
                    out[first + row, place // many, place % many] = total[place, row]


@part
def _members_row(plan: Plan, first_batch: Ints, values: Floats, out: Floats) -> None:
    """Write the sums of one row, shape (models, groups)."""
    codes = np.empty(plan.columns.width, dtype=np.uint8)
    _row_codes(plan.columns, values, codes)
    cells = np.empty(plan.groups_held, dtype=np.uint32)
    many = out.shape[1]
    for model in range(len(out)):
        for batch in range(first_batch[model], first_batch[model + 1]):
            _row_cells(plan, plan.batch_start[batch], plan.batch_start[batch + 1], codes, cells)
            for group in range(many):
                run = batch * many + group
                first, last = plan.run_start[run], plan.run_start[run + 1]
                out[model, group] = _row_add(plan, first, last, cells, out[model, group])


@kernel
def encode(columns: Columns, X: Floats, values: Floats, codes: Codes) -> None:
    """Write the codes of all columns for a block of rows.

    Parameters
    ----------
    columns : Columns
        What the codes mean.
    X : ndarray of float64, shape (rows, features), C order
        The rows.
    values : ndarray of float64, shape (slots, rows)
        Working memory.
    codes : ndarray of uint8, shape (width, rows)
        Where the codes go.
    """
    for tile in range(0, len(X), _TILE):
        for slot in range(len(columns.features)):
            for row in range(tile, min(tile + _TILE, len(X))):
                values[slot, row] = X[row, columns.features[slot]]
    _code_numbers(columns, values, codes)
    _code_sets(columns, values, codes)


@part
def _code_numbers(columns: Columns, values: Floats, codes: Codes) -> None:
    """Rank every value among the thresholds of its feature; see `Columns` for the codes."""
    rows = values.shape[1]
    rank = np.empty(rows, dtype=np.int64)
    for slot, zero_too, start, end, right, gone, left in columns.ranked:
        value = values[slot]
        _rank(columns.thresholds[start:end], value, rank)
        none = ZERO if zero_too else -1.0
        if right >= 0:
            for row in range(rows):
                missing = math.isnan(value[row]) | (abs(value[row]) <= none)
                codes[right, row] = gone if missing else rank[row]
        if left >= 0:
            for row in range(rows):
                missing = math.isnan(value[row]) | (abs(value[row]) <= none)
                codes[left, row] = 0 if missing else rank[row] + 1


@part
def _rank(thresholds: Floats, value: Floats, rank: Ints) -> None:
    """Count the thresholds below each value, eight at a time, so that the loop over rows has work to do."""
    rank[:] = 0
    many = len(thresholds) // 8 * 8
    for i in range(0, many, 8):
        t0, t1, t2, t3 = thresholds[i], thresholds[i + 1], thresholds[i + 2], thresholds[i + 3]
        t4, t5, t6, t7 = thresholds[i + 4], thresholds[i + 5], thresholds[i + 6], thresholds[i + 7]
        for row in range(len(value)):
            x = value[row]
            low = (np.int64(t0 < x) + np.int64(t1 < x)) + (np.int64(t2 < x) + np.int64(t3 < x))
            high = (np.int64(t4 < x) + np.int64(t5 < x)) + (np.int64(t6 < x) + np.int64(t7 < x))
            rank[row] += low + high
    for i in range(many, len(thresholds)):
        for row in range(len(value)):
            rank[row] += np.int64(thresholds[i] < value[row])


@part
def _code_sets(columns: Columns, values: Floats, codes: Codes) -> None:
    for slot, start, end, column in columns.sets:
        words = columns.words[start:end]
        for row in range(values.shape[1]):
            codes[column, row] = 1 - _in_set(words, values[slot, row])


@part
def _find_cells(plan: Plan, first: int, last: int, codes: Codes, cells: Cells) -> None:
    """Answer questions `first` to `last` and number the cells of their groups."""
    cells[:] = 0
    for column, cut, stride, group in plan.questions[first:last]:
        code, limit, cell, step = codes[column], np.uint8(cut), cells[group], np.uint16(stride)
        for row in range(len(cell)):
            cell[row] += step if code[row] > limit else np.uint16(0)


@part
def _add(plan: Plan, first: int, last: int, cells: Cells, total: Floats) -> None:
    """Add the table columns of look-ups `first` to `last`, four at a time to spare loads of the sum."""
    many = first + (last - first) // 4 * 4
    for i in range(first, many, 4):
        cell0, table0 = _lookup(plan, i, cells)
        cell1, table1 = _lookup(plan, i + 1, cells)
        cell2, table2 = _lookup(plan, i + 2, cells)
        cell3, table3 = _lookup(plan, i + 3, cells)
        for row in range(len(total)):
            pair = table0[cell0[row]] + table1[cell1[row]]
            total[row] += pair + (table2[cell2[row]] + table3[cell3[row]])
    for i in range(many, last):
        cell0, table0 = _lookup(plan, i, cells)
        for row in range(len(total)):
            total[row] += table0[cell0[row]]


@part
def _lookup(plan: Plan, i: int, cells: Cells) -> tuple[NDArray[np.uint16], Floats]:
    """Give the cells of a look-up's group, and its column of the table."""
    return cells[plan.lookups[i, 0]], plan.table[plan.lookups[i, 1] :]


@part
def _explain_row(plan: Plan, values: Floats, out: Floats) -> None:
    """Write the Shapley values of one row.

    Parameters
    ----------
    plan : Plan
        The tables.
    values : ndarray of float64, shape (features,)
        The row.
    out : ndarray of float64, shape (features + 1,)
        Where the values go; features that no tree uses, and the last place, are left alone.
    """
    codes = np.empty(plan.columns.width, dtype=np.uint8)
    _row_codes(plan.columns, values, codes)
    cells = np.empty(plan.groups_held, dtype=np.uint32)
    features = plan.columns.features
    slots = len(features)
    for batch in range(len(plan.batch_start) - 1):
        _row_cells(plan, plan.batch_start[batch], plan.batch_start[batch + 1], codes, cells)
        for slot in range(slots):
            run = batch * slots + slot
            first, last = plan.run_start[run], plan.run_start[run + 1]
            out[features[slot]] = _row_add(plan, first, last, cells, out[features[slot]])


@part
def _row_codes(columns: Columns, values: Floats, codes: Codes) -> None:
    """Make the codes of all columns; see `Columns`."""
    for slot, zero_too, start, end, right, gone, left in columns.ranked:
        value = values[columns.features[slot]]
        rank = 0
        for threshold in columns.thresholds[start:end]:
            rank += threshold < value
        missing = math.isnan(value) or (zero_too and abs(value) <= ZERO)
        if right >= 0:
            codes[right] = gone if missing else rank
        if left >= 0:
            codes[left] = 0 if missing else rank + 1
    for slot, start, end, column in columns.sets:
        value = values[columns.features[slot]]
        codes[column] = 1 - _in_set(columns.words[start:end], value)


@part
def _in_set(words: NDArray[np.uint32], value: float) -> int:
    """Tell (1 or 0) whether the value, cut to a whole number, has its bit set; NaN never has."""
    if not -1.0 < value < 32.0 * len(words):
        return 0
    whole = int(value)
    return int(words[whole >> 5] >> np.uint32(whole & 31)) & 1


@part
def _row_cells(plan: Plan, first: int, last: int, codes: Codes, cells: Ints) -> None:
    """Answer questions `first` to `last` and number the cells of their groups."""
    cells[:] = 0
    asked = plan.questions[first:last]
    for i in range(len(asked)):
        # The sign of cut - code, spread over all bits: no branch for the processor to guess.
        above = (np.int64(asked[i, 1]) - np.int64(codes[asked[i, 0]])) >> 63
        cells[asked[i, 3]] += asked[i, 2] & np.uint32(above)


@part
def _row_add(plan: Plan, first: int, last: int, cells: Ints, total: float) -> float:
    """Add the table entries of look-ups `first` to `last`, four at a time as for a block."""
    many = first + (last - first) // 4 * 4
    for i in range(first, many, 4):
        pair = _row_entry(plan, i, cells) + _row_entry(plan, i + 1, cells)
        total += pair + (_row_entry(plan, i + 2, cells) + _row_entry(plan, i + 3, cells))
    for i in range(many, last):
        total += _row_entry(plan, i, cells)
    return total


@part
def _row_entry(plan: Plan, i: int, cells: Ints) -> float:
    entry: float = plan.table[plan.lookups[i, 1] + cells[plan.lookups[i, 0]]]
    return entry
