"""Finding the columns that carry ids and times, and saying clearly what is wrong with them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.errors import DataError, did_you_mean
from qualify.leads.few import DocumentTable, Few, Values, missing
from qualify.leads.part import Part
from qualify.leads.stamp import Stamp
from qualify.leads.strings import as_text, flat, trimmed, whole_numbers, without_fraction
from qualify.leads.tables import BoolArray, IntArray


def needed(table: pa.Table | DocumentTable, name: str, what: str, origin: str, key: str) -> Values:
    """Return a column that has to be there.

    Raises
    ------
    DataError
        The table has no column of that name; the message names near ones.
    """
    if name not in table.column_names:
        near = did_you_mean(name, table.column_names)
        raise DataError(
            f"The table of {what} has no column {name!r}.", where=origin,
            expected=f"the column that `{key}` names, among {', '.join(table.column_names[:12])}",
            mend=near or f"name the right column in `{key}`",
        )  # fmt: skip
    return table.column(name)


def optional(
    table: pa.Table | DocumentTable, name: str | None, what: str, origin: str, key: str, lenient: bool
) -> Values | None:
    """Return a column that the configuration may name; where it does, the table has to have it."""
    if name is None or (lenient and name not in table.column_names):
        return None
    return needed(table, name, what, origin, key)


def id_keys(text: pa.Array | Few) -> pa.Array | Few:
    """Return ids as they are compared: text, with ``5.0`` and ``5`` the same."""
    if isinstance(text, Few):
        return text.each_once(without_fraction)
    return whole_numbers(text)


def id_text(values: Values, name: str) -> pa.Array | Few:
    """Return ids as text, null where missing."""
    if isinstance(values, Few) and values.kind == "text":
        return values.each_once(lambda text: trimmed(text) or None)
    text = as_text(values, name)
    return text.cast(pa.string()) if pa.types.is_large_string(text.type) else text


_SHORT_YEAR = re.compile(r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2}(?!\d)")
_TOTALS = (
    "合計", "総合計", "総計", "小計", "計", "total", "totals", "grand total", "subtotal", "sub total", "sum",
    "summe", "gesamt", "gesamtsumme", "total général", "totale",
)  # fmt: skip
_TOTALS_WRITTEN = frozenset(
    style(word) + end for word in _TOTALS for style in (str, str.upper, str.title, str.capitalize)
    for end in ("", ":", "：")
)  # fmt: skip


def are_totals(keys: pa.Array | Few) -> BoolArray:
    """Return which ids are no ids, but the word before a row of totals.

    Examples
    --------
    >>> are_totals(pa.array(["L1", "Total", "合計", None])).tolist()
    [False, True, True, False]
    """
    if isinstance(keys, Few):
        return np.array([key in _TOTALS_WRITTEN for key in keys.values], dtype=np.bool_)
    hit = pc.is_in(keys, value_set=pa.array(sorted(_TOTALS_WRITTEN), keys.type))
    return np.asarray(hit.to_numpy(zero_copy_only=False))


def only_leads(table: pa.Table, lead_id: str | None) -> pa.Table:
    """Return the rows with an id that is none of a total; all where the leads have no ids."""
    if lead_id is None:
        return table
    keys = id_text(table.column(lead_id), lead_id)
    kept = ~(missing(keys) | are_totals(keys))
    return table if kept.all() or not kept.any() else table.filter(pa.array(kept))


def refuse_all_bad(
    bad: BoolArray,
    values: Values,
    stamp: Stamp,
    rows: IntArray,
    name: str,
    expected: str,
    part: Part | None = None,
) -> None:
    """Raise when every row of a needed column is bad; of a part of a table, note how many are.

    Raises
    ------
    DataError
        Names the column, the first row, what stands there and what was expected.
    """
    if not len(bad) or not (bad.all() or part):
        return
    error = DataError(
        f"Column {name!r} cannot be read in any row.", where=f"{stamp.origin}, row {int(rows[0])}",
        got=value_at(values, 0), expected=expected, mend=_mend(values),
    )  # fmt: skip
    if part is None:
        raise error
    part.note(f"{stamp.origin}: {name}: {expected}", int(bad.sum()), len(bad), int(rows[0]), error)


def value_at(values: Values, position: int) -> Any:
    """Return one value as Python has it, for messages."""
    if isinstance(values, Few):
        return values.values[position] if len(values) else None
    return values[position].as_py() if len(values) else None


def values_at(values: Values, positions: IntArray) -> list[Any]:
    """Return some values as Python has them, for messages."""
    return list(flat(values).take(pa.array(positions)).to_pylist()) if len(positions) else []


def taken(values: Values, positions: IntArray) -> Values:
    """Return a column at some positions."""
    return values.take(positions if isinstance(values, Few) else pa.array(positions))


def looks_day_first(texts: list[Any]) -> BoolArray:
    """Say which unread dates begin with a day, as in 31/12/2026."""
    known = pa.array([text if isinstance(text, str) else None for text in texts], pa.string())
    hit = pc.match_substring_regex(known, r"^\s*(1[3-9]|2\d|3[01])[/-]\d{1,2}[/-]\d{4}")
    return np.asarray(hit.fill_null(False).to_numpy(zero_copy_only=False))


def _short_years(texts: list[Any]) -> bool:
    """Say whether dates are written with years of two digits, of which the century is not sure."""
    given = [text for text in texts if isinstance(text, str) and text.strip()]
    return bool(given) and all(_SHORT_YEAR.match(text) for text in given)


def _mend(values: Values) -> str:
    head = values_at(values, np.arange(min(50, len(values)), dtype=np.int64))
    if looks_day_first(head).any():
        return "set `data.day_first: true`"
    if _short_years(head):
        return "export the years with four digits: 03/04/26 may be of 1926 or 2026"
    return "name the right column in the configuration, or correct its values"
