"""Rows of attribute tables that get in each other's way."""

from __future__ import annotations

import math
from itertools import combinations

from qualify.rules.kinds import AttributeRule
from qualify.rules.lint.finding import Finding
from qualify.rules.schema import TableRow
from qualify.rules.scorecard import Scorecard
from qualify.rules.vocabulary import folded

_RANGE = frozenset({"from_", "below"})


def shadowed_rows(card: Scorecard) -> list[Finding]:
    """K006: a row whose every value is taken by rows above it."""
    return [
        Finding("K006", rule.id, f"row {at + 1} of the table can't be reached: the rows above take all of it")
        for rule in card.rules
        if isinstance(rule, AttributeRule)
        for at, row in enumerate(rule.table)
        if _shadowed(row, rule.table[:at])
    ]


def overlapping_ranges(card: Scorecard) -> list[Finding]:
    """K009: two ranges of a table that share values; the upper row wins, which readers overlook."""
    return [
        Finding("K009", rule.id, f"the ranges of rows {i + 1} and {j + 1} overlap; say where each ends")
        for rule in card.rules
        if isinstance(rule, AttributeRule)
        for (i, a), (j, b) in combinations(enumerate(rule.table), 2)
        if _is_range(a) and _is_range(b) and _shared(a, b) and not _shadowed(b, rule.table[:j])
    ]


def _shadowed(row: TableRow, above: tuple[TableRow, ...]) -> bool:
    if _is_range(row):
        return _covered(_bounds(row), [_bounds(other) for other in above if _is_range(other)])
    if row.given == {"is_"}:
        taken = {_same(value) for other in above if other.given == {"is_"} for value in other.is_ or ()}
        return {_same(value) for value in row.is_ or ()} <= taken
    return any(row.given and _content(row) == _content(other) for other in above)


def _covered(inner: tuple[float, float], outer: list[tuple[float, float]]) -> bool:
    """Say whether the union of half-open ranges covers another."""
    low, high = inner
    for start, end in sorted(outer):
        if start <= low < end:
            low = end
    return low >= high


def _shared(a: TableRow, b: TableRow) -> bool:
    (a_low, a_high), (b_low, b_high) = _bounds(a), _bounds(b)
    return max(a_low, b_low) < min(a_high, b_high)


def _is_range(row: TableRow) -> bool:
    return bool(row.given) and row.given <= _RANGE


def _bounds(row: TableRow) -> tuple[float, float]:
    return (
        -math.inf if row.from_ is None else row.from_,
        math.inf if row.below is None else row.below,
    )


def _same(value: object) -> object:
    return folded(value) if isinstance(value, str) else value


def _content(row: TableRow) -> dict[str, object]:
    return row.model_dump(exclude={"points"})
