"""Attribute tables: a column's values become points, once a distinct value where there is a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    BoolArray,
    Column,
    FloatArray,
    IntArray,
    LeadTables,
)
from qualify.rules.reading import Reading, number, reading_of
from qualify.rules.schema import Condition, TableRow

NO_ROW = -1
UNREADABLE = -2
"""Codes of `Picked`: no row of the table holds; the value could not be read."""

Picked: TypeAlias = NDArray[np.int64]
Picker: TypeAlias = Callable[[IntArray, IntArray], Picked]

_NUMERIC = frozenset({"from_", "below"})
_TITLE = frozenset({"rank", "department"})
_ADDRESS = frozenset({"email_kind", "domain"})
_TEXT = frozenset({"is_", "like"})


def picker(conditions: Sequence[Condition], column: Column | None, reading: Reading | None = None) -> Picker:
    """Return a function of (rows, as_of) that says which condition each lead's value meets first.

    Parameters
    ----------
    conditions
        Tried in order.
    column
        None where the user's table has no such column.
    reading
        The column's vocabulary as other rules have read it already.

    Returns
    -------
    callable
        ``(rows, as_of) -> int64 array``: the position in `conditions`, `NO_ROW`, or `UNREADABLE` when the
        column is missing, the value is missing and no condition asks for that, or it can't be read as what is
        asked for.
    """
    if column is None:
        return lambda rows, as_of: np.full(len(rows), UNREADABLE)
    if column.kind in {"category", "text"}:
        return _by_code(conditions, column, reading or reading_of(column.vocabulary))
    return _by_number(conditions, column)


class Columns:
    """The columns of one set of tables; a vocabulary that several rules look at is read once."""

    def __init__(self, tables: LeadTables) -> None:
        self._columns = tables.columns

    def picker(self, conditions: Sequence[Condition], name: str) -> Picker:
        """Return `picker` for the column of that name."""
        column = self._columns.get(name)
        if column is None:
            return picker(conditions, None)
        return picker(conditions, column, reading_of(column.vocabulary))


def points_and_unknown(table: Sequence[TableRow], picked: Picked) -> tuple[FloatArray, BoolArray]:
    """Turn picked rows into points (0 where no row holds) and the unknown mask."""
    points = np.array([row.points for row in table] + [0.0])
    return points[np.where(picked >= 0, picked, len(table))], picked == UNREADABLE


def _by_code(conditions: Sequence[Condition], column: Column, reading: Reading) -> Picker:
    words = len(column.vocabulary)
    picked = np.full(words + 1, NO_ROW)
    readable = _nothing_to_read(conditions, words)
    for position, condition in enumerate(conditions):
        holds, could = _text_holds(condition, reading, words)
        readable |= could
        picked[:-1][holds & (picked[:-1] == NO_ROW)] = position
    picked[:-1][~readable & _by_default(conditions, picked[:-1])] = UNREADABLE
    picked[-1] = _missing_row(conditions)
    # Code -1 (missing) reaches the last entry.
    return lambda rows, as_of: picked[column.values[rows].astype(np.int64)]


def _by_number(conditions: Sequence[Condition], column: Column) -> Picker:
    missing_row = _missing_row(conditions)

    def pick(rows: IntArray, as_of: IntArray) -> Picked:
        values = (
            _days_before(column, rows, as_of)
            if column.kind == "date"
            else column.values[rows].astype(np.float64)
        )
        picked = np.full(len(rows), NO_ROW)
        readable = _nothing_to_read(conditions, len(rows))
        for position, condition in enumerate(conditions):
            holds, could = _number_holds(condition, values)
            readable |= could
            picked[holds & (picked == NO_ROW)] = position
        picked[~readable & _by_default(conditions, picked)] = UNREADABLE
        return np.where(np.isnan(values), missing_row, picked)

    return pick


def _nothing_to_read(conditions: Sequence[Condition], values: int) -> BoolArray:
    """Start the mask of readable values: all of them when only "there" or "not there" is asked."""
    return np.full(values, all(c.given <= {"missing"} for c in conditions))


def _by_default(conditions: Sequence[Condition], picked: Picked) -> BoolArray:
    """Say where no row or only `otherwise` held: what can't be read is not "something else"."""
    by_default = picked == NO_ROW
    for position, condition in enumerate(conditions):
        if not condition.given:
            by_default |= picked == position
    return np.asarray(by_default)


def _missing_row(conditions: Sequence[Condition]) -> int:
    return next((i for i, condition in enumerate(conditions) if condition.missing), UNREADABLE)


def _days_before(column: Column, rows: IntArray, as_of: IntArray) -> FloatArray:
    times = column.values[rows].astype(np.int64)
    days = (as_of - np.where(times == NO_TIME, as_of, times)) / MICROSECONDS_A_DAY
    return np.where(times == NO_TIME, np.nan, days)


def _number_holds(condition: Condition, values: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return where `condition` holds, and where the value could be read as what it asks for."""
    there = ~np.isnan(values)
    if not condition.given:
        return there, np.zeros(len(values), dtype=bool)
    if condition.missing:
        return np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    if condition.given & (_TITLE | _ADDRESS) or condition.like is not None:
        return np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    holds = there & _in_range(condition, values)
    if condition.is_ is not None:
        numbers = [read for value in condition.is_ if (read := number(value)) is not None]
        holds &= np.isin(values, numbers)
        there = there & bool(numbers)
    return holds, there


def _text_holds(condition: Condition, reading: Reading, words: int) -> tuple[BoolArray, BoolArray]:
    """Return which words meet `condition`, and which could be read as what it asks for."""
    holds = np.ones(words, dtype=bool)
    readable = np.ones(words, dtype=bool)
    if not condition.given:
        return holds, ~readable
    if condition.missing:
        return ~holds, ~readable
    if condition.given & _TEXT:
        holds &= reading.same_text(condition)
    if condition.given & _NUMERIC:
        readable &= ~np.isnan(reading.numbers)
        holds &= readable & _in_range(condition, reading.numbers)
    if condition.given & _TITLE:
        ok, known = reading.titles(condition)
        holds, readable = holds & ok, readable & known
    if condition.given & _ADDRESS:
        ok, known = reading.addresses(condition)
        holds, readable = holds & ok, readable & known
    return holds, readable


def _in_range(condition: Condition, values: FloatArray) -> BoolArray:
    inside = np.ones(len(values), dtype=bool)
    if condition.from_ is not None:
        inside &= values >= condition.from_
    if condition.below is not None:
        inside &= values < condition.below
    return inside
