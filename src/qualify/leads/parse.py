"""A column of the leads table, read as what its specification says it means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.config import ColumnSpec
from qualify.leads.few import Values
from qualify.leads.manner import Manner, NumberManner, TimeManner
from qualify.leads.numbers import Numbers, look_at_numbers, parse_booleans, parse_numbers
from qualify.leads.strings import encode_clean
from qualify.leads.tables import BoolArray, Column
from qualify.leads.times import look_at_times, parse_times

EXPECTED = {
    "number": "a number",
    "boolean": "yes or no",
    "date": "a date such as 2026-04-01 or 2026-04-01T09:30+09:00",
}
"""What a value of a type looks like, for messages."""


@dataclass(frozen=True, slots=True)
class ParsedColumn:
    """A column, and which of its rows held something that could not be read (these are missing now)."""

    column: Column
    unread: BoolArray


def parse_column(
    values: Values,
    spec: ColumnSpec,
    *,
    timezone: str = "UTC",
    day_first: bool = False,
    name: str = "column",
    manner: Manner | None = None,
) -> ParsedColumn:
    """Read a column.

    Parameters
    ----------
    values
        Strings, or any typed Arrow column, which is taken as it is.
    spec
        The column's type and the placeholders that stand for a missing value. Categories, texts, e-mail
        addresses and job titles become codes into a sorted vocabulary; yes and no become 1 and 0.
    timezone, day_first
        See `qualify.leads.times.parse_times`.
    name
        For messages.
    manner
        How the column is written of which these values are a part (see `look_at_column`).

    Examples
    --------
    >>> import pyarrow as pa
    >>> spec = ColumnSpec(type="category", missing=("Select",))
    >>> parsed = parse_column(pa.array(["b", " a", "Select"]), spec)
    >>> parsed.column.vocabulary, parsed.column.values.tolist()
    (('a', 'b'), [1, 0, -1])
    """
    if spec.type == "date":
        known = manner if isinstance(manner, TimeManner) else None
        times = parse_times(
            values, timezone=timezone, day_first=day_first, missing=spec.missing, manner=known
        )
        return ParsedColumn(Column("date", times.micros), times.unread)
    if spec.type in ("number", "boolean"):
        numbers = _numbers(values, spec, manner)
        return ParsedColumn(
            Column("number", numbers.numbers, (), spec.unit, spec.type == "boolean"), numbers.unread
        )
    codes, vocabulary = encode_clean(values, spec.missing, name)
    return ParsedColumn(Column("category", codes, vocabulary), np.zeros(len(codes), dtype=bool))


def look_at_column(values: Values, spec: ColumnSpec) -> Manner | None:
    """Return how a column is written, where a value alone does not tell; None where each does."""
    if spec.type == "number":
        return look_at_numbers(values, spec.missing, spec.unit)
    return look_at_times(values, spec.missing) if spec.type == "date" else None


def _numbers(values: Values, spec: ColumnSpec, manner: Manner | None) -> Numbers:
    if spec.type == "boolean":
        return parse_booleans(values, spec.missing)
    known = manner if isinstance(manner, NumberManner) else None
    return parse_numbers(values, spec.missing, known, spec.unit)
