"""What the columns of a table seem to mean, with the evidence."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa

from qualify.config import Excluded
from qualify.leads import proposals, shapes
from qualify.leads.column_profile import ColumnProfile, DistinctValues, distinct_values
from qualify.leads.hints import words_hint
from qualify.leads.sentinels import word_placeholders
from qualify.leads.strings import as_text, flat, is_text
from qualify.leads.tables import NO_TIME
from qualify.leads.times import parse_times

__all__ = ["ColumnProfile", "profile", "profile_column"]

NEARLY_UNIQUE = 0.9
"""A category with so many different values a given row says nothing about the next lead."""

_ENOUGH_FOR_UNIQUE = 20
_FREQUENT = 1_000
_TOLD = ("number", "date", "boolean", "email", "multi_select")
"""Types whose proposal says itself what a person should know of the way the values are written."""


def profile(table: pa.Table) -> dict[str, ColumnProfile]:
    """Look at every column of a table and propose what it means.

    Returns
    -------
    dict
        By column name. Exclusion codes: ``C001`` constant, ``C002`` empty, ``C003`` nearly unique, ``C004``
        personal data, ``C005`` nested values.

    Examples
    --------
    >>> table = pa.table({"visits": ["0", "1", "1", "9"], "mail": ["a@b.jp", "c@d.jp", None, "e@f.jp"]})
    >>> {name: found.type for name, found in profile(table).items()}
    {'visits': 'number', 'mail': 'email'}
    """
    return {name: profile_column(name, table.column(name)) for name in table.column_names}


def profile_column(name: str, values: pa.ChunkedArray | pa.Array) -> ColumnProfile:
    """Look at one column."""
    if pa.types.is_nested(values.type) and not pa.types.is_dictionary(values.type):
        nested = Excluded(code="C005", evidence=f"holds {values.type}, not plain values")
        return ColumnProfile(name, "category", len(values), len(values), 0, exclude=nested)
    array = flat(values)
    found = _profile_times(name, array) if pa.types.is_temporal(array.type) else None
    if found is None:
        found = _profile_text(name, array)
    exclude = found.exclude or _unusable(found)
    silent = exclude is not None or shapes.names_an_id(name)
    return replace(found, exclude=exclude, examples=() if silent else found.examples)


def _profile_times(name: str, array: pa.Array) -> ColumnProfile | None:
    if pa.types.is_duration(array.type) or pa.types.is_time(array.type):
        return None
    micros = parse_times(array).micros
    given = micros[micros != NO_TIME]
    return ColumnProfile(
        name, "date", len(array), len(given), len(np.unique(given)), examples=proposals.date_examples(given)
    )


def _profile_text(name: str, array: pa.Array) -> ColumnProfile:
    """Decide among the types by the distinct values as text."""
    typed = not is_text(array.type)
    values = distinct_values(as_text(array, name))
    placeholders = [] if typed else word_placeholders(values.texts.slice(0, _FREQUENT).to_pylist())
    clean = values.without(placeholders)
    base = ColumnProfile(
        name, "category", len(array), clean.given, len(clean.texts), tuple(placeholders), clean.top()
    )
    if not clean.given:
        return base
    checks = (
        proposals.as_boolean,
        proposals.as_personal,
        partial(proposals.as_number, also_none=not typed),
        proposals.as_date,
        proposals.as_quantity,
        proposals.as_words,
    )
    for check in checks:
        found = check(base, clean)
        if found is not None:
            return found if found.type in _TOLD else _hinted(found, clean)
    return _hinted(base, clean)


def _hinted(found: ColumnProfile, values: DistinctValues) -> ColumnProfile:
    """Note what looks as if it were meant as something else than words."""
    if found.exclude is not None:
        return found
    return replace(found, hint=words_hint(found.name, values.texts, values.counts))


def _unusable(found: ColumnProfile) -> Excluded | None:
    """Say why a column tells nothing: empty, constant, or nearly unique."""
    if found.given == 0:
        return Excluded(code="C002", evidence="no value in any row")
    if found.distinct == 1 and found.given == found.rows:
        return Excluded(code="C001", evidence="the same value in every row")
    keyed = found.type in ("category", "id")
    unique = found.distinct >= NEARLY_UNIQUE * found.given and found.given >= _ENOUGH_FOR_UNIQUE
    if keyed and unique:
        more = f"; {found.hint}" if found.hint else ""
        return Excluded(
            code="C003", evidence=f"{found.distinct:,} different values in {found.given:,} rows{more}"
        )
    return None
