"""Attribute tables: a column's values become points, once a distinct value where there is a vocabulary."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qualify.leads.identity import ById
from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    BoolArray,
    Column,
    FloatArray,
    IntArray,
)
from qualify.rules.addresses import email_domain
from qualify.rules.kernel import NO_ROW, UNREADABLE
from qualify.rules.reading import Reading, number, reading_of
from qualify.rules.remembered import MOST_WORDS, SMALL
from qualify.rules.schema import Condition

Picked: TypeAlias = NDArray[np.int64]
Picker: TypeAlias = Callable[[IntArray, IntArray], Picked]

_FEW_ROWS = 16
"""Up to so many rows are read one by one."""

_NEW = -3
"""No row of a table, nor what stands for one: the word has not come before."""

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
        return _by_code(conditions, column, reading)
    return _by_number(conditions, column)


class Asked:
    """A table of conditions and the column that it asks, made ready once for any leads.

    Parameters
    ----------
    conditions, name
        What is asked, and of which column.
    """

    def __init__(self, conditions: tuple[Condition, ...], name: str) -> None:
        self._conditions, self._name = conditions, name
        self._known = _known(ById(conditions))

    def picked(self, columns: Mapping[str, Column], rows: IntArray, as_of: IntArray) -> Picked | list[int]:
        """Return what `picker` does; of few rows value by value, without an array for each step."""
        column = columns.get(self._name)
        if column is None or column.kind == "date" or len(rows) > _FEW_ROWS:
            return picker(self._conditions, column)(rows, as_of)
        values = column.values[rows].tolist()
        if column.kind == "number":
            return self._known.each_number(values)
        return self._known.each_code(values, column.vocabulary)


def _by_code(conditions: Sequence[Condition], column: Column, reading: Reading | None) -> Picker:
    words = column.vocabulary
    if reading is None and isinstance(conditions, tuple) and len(words) <= SMALL:
        picked = _known(ById(conditions)).words(words)
    else:
        picked = _picked_once(conditions, reading or reading_of(words))
    # Code -1 (missing) reaches the last entry.
    return lambda rows, as_of: picked[column.values[rows].astype(np.int64)]


def _picked_once(conditions: Sequence[Condition], reading: Reading) -> Picked:
    """Return the row of each word, and of a missing one; a table's parts share its words, and the answer."""

    def pick(reading: Reading) -> Picked:
        return np.append(_pick_words(conditions, reading, len(reading)), _missing_row(conditions))

    return reading.once(pick, ("picked", ById(conditions)))


class _Known:
    """What a table of conditions says of values that came before, for columns of few values."""

    def __init__(self, conditions: tuple[Condition, ...]) -> None:
        self._conditions = conditions
        self.missing = _missing_row(conditions)
        given = frozenset[str]().union(*(condition.given for condition in conditions))
        self._addresses = bool(given & _ADDRESS)
        self._domains_alone = given <= _ADDRESS | {"missing"}
        self._known: dict[str | float, int] = {}

    def each_code(self, codes: Sequence[int], words: Sequence[str]) -> list[int]:
        """Return the row of the word of each code."""
        if self._addresses:
            return [self.missing if code < 0 else self._word(words[code]) for code in codes]
        known = self._known
        rows = [self.missing if code < 0 else known.get(words[code], _NEW) for code in codes]
        if _NEW in rows:
            rows = [self.missing if code < 0 else self._word(words[code]) for code in codes]
        return rows

    def each_number(self, values: Sequence[float]) -> list[int]:
        """Return the row of each number."""
        return [self.missing if math.isnan(value) else self._number(value) for value in values]

    def words(self, words: Sequence[str]) -> Picked:
        """Return the row of each word, and of a missing one."""
        return np.array([*(self._word(word) for word in words), self.missing], dtype=np.int64)

    def _word(self, word: str) -> int:
        if self._addresses:
            # Addresses seldom come twice and are not to stay in memory; their domains are.
            domain = email_domain(word) if self._domains_alone else None
            if domain is None:
                return self._pick(word)
            word = f"x@{domain}"
        found = self._known.get(word)
        return self._learn(word, self._pick(word)) if found is None else found

    def _number(self, value: float) -> int:
        found = self._known.get(value)
        if found is None:
            found = self._learn(value, int(_pick_numbers(self._conditions, np.array([value]))[0]))
        return found

    def _pick(self, word: str) -> int:
        return int(_pick_words(self._conditions, Reading((word,)), 1)[0])

    def _learn(self, value: str | float, row: int) -> int:
        if len(self._known) >= MOST_WORDS:
            self._known.clear()
        self._known[value] = row
        return row


@lru_cache(maxsize=1_000)
def _known(conditions: ById[tuple[Condition, ...]]) -> _Known:
    return _Known(conditions.value)


def _pick_words(conditions: Sequence[Condition], reading: Reading, words: int) -> Picked:
    """Return which condition each word meets first."""
    picked = np.full(words, NO_ROW)
    readable = _nothing_to_read(conditions, words)
    for position, condition in enumerate(conditions):
        holds, could = _text_holds(condition, reading, words)
        readable |= could
        picked[holds & (picked == NO_ROW)] = position
    picked[~readable & _by_default(conditions, picked)] = UNREADABLE
    return picked


def _by_number(conditions: Sequence[Condition], column: Column) -> Picker:
    if column.kind == "date":
        return lambda rows, as_of: _pick_numbers(conditions, _days_before(column, rows, as_of))

    def pick(rows: IntArray, as_of: IntArray) -> Picked:
        values = column.values[rows].astype(np.float64)
        if isinstance(conditions, tuple) and len(values) <= SMALL:
            return np.array(_known(ById(conditions)).each_number(values.tolist()), dtype=np.int64)
        return _pick_numbers(conditions, values)

    return pick


def _pick_numbers(conditions: Sequence[Condition], values: FloatArray) -> Picked:
    """Return which condition each value meets first."""
    picked = np.full(len(values), NO_ROW)
    readable = _nothing_to_read(conditions, len(values))
    for position, condition in enumerate(conditions):
        holds, could = _number_holds(condition, values)
        readable |= could
        picked[holds & (picked == NO_ROW)] = position
    picked[~readable & _by_default(conditions, picked)] = UNREADABLE
    return np.where(np.isnan(values), _missing_row(conditions), picked)


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
