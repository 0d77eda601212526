"""Which column events name their leads by: one that is not called an id, or another one than the id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc

from qualify.errors import DataError, UserError
from qualify.leads.columns import id_keys, id_text
from qualify.leads.profile import ColumnProfile, profile_column
from qualify.leads.stamp import read_stamp

__all__ = ["explained", "find_joining_id"]

_LOOKED_AT = 20_000
_MOST_KNOWN, _FEWEST = 0.5, 10
_NO_KEYS = ("boolean", "date", "number")
_ID_TYPES = ("id", "category", "number", "text")
_DIFFERS = 0.98
_PERSONAL = "C004"


def find_joining_id(
    leads: pa.Table, profiles: Mapping[str, ColumnProfile], events: Iterable[pa.Table]
) -> str | None:
    """Return a column that differs from lead to lead and that a table of events has by the same name.

    Most values there have to be known here. Whatever it is called, such a column is the lead's id; what tells
    persons apart, such as a mail address, is none.
    """
    able = [
        name for name, found in profiles.items()
        if found.distinct >= _DIFFERS * found.rows and found.type in _ID_TYPES
        and not (found.exclude is not None and found.exclude.code == _PERSONAL)
    ]  # fmt: skip
    shared = [(name, table) for table in events for name in able if name in table.column_names]
    for name, table in shared:
        ours, theirs = (_ids(each.column(name), name) for each in (leads, table.slice(0, _LOOKED_AT)))
        if len(theirs) >= _FEWEST and _known(theirs, ours) > _MOST_KNOWN:
            return name
    return None


@contextmanager
def explained(leads: pa.Table, lead_id: str, events: pa.Table, what: str) -> Iterator[None]:
    """Say by which other column a table of events names the leads, where it holds none of their ids.

    Raises
    ------
    UserError
        Instead of the error that no ids were found.
    """
    try:
        yield
    except DataError as error:
        joined = _joined_by(leads, events)
        if joined is None or joined[1] == lead_id:  # the ids are there: something else is wrong
            raise
        there, here = joined
        raise UserError(
            f"The table of {what} names the leads by their {here!r}, not by their id.",
            where=read_stamp(events).origin, got=f"column {there!r}, which holds values of that column",
            expected="the ids of the leads in one column",
            mend=f"bring the id over, with pandas: {what}.merge(leads[[ID, {here!r}]], left_on={there!r}, "
            f"right_on={here!r})",
        ) from error  # fmt: skip


def _joined_by(leads: pa.Table, events: pa.Table) -> tuple[str, str] | None:
    """Return the column of the events, and that of the leads, most of whose values it holds."""
    best, found = _MOST_KNOWN, None
    ours = {name: _keys(leads.column(name), name) for name in leads.column_names}
    for there in events.column_names:
        theirs = _keys(events.column(there).slice(0, _LOOKED_AT), there)
        for here, values in ours.items():
            if theirs is None or values is None:
                continue
            known = _known(theirs, values)
            if known > best:
                best, found = known, (there, here)
    return found


def _keys(column: pa.ChunkedArray, name: str) -> pa.Array | None:
    """Return the different values of a column that could tell leads apart; None of one that could not."""
    if pa.types.is_nested(column.type) or profile_column(name, column).type in _NO_KEYS:
        return None
    keys = _ids(column, name)
    return keys if len(keys) >= _FEWEST else None


def _ids(column: pa.ChunkedArray, name: str) -> pa.Array:
    """Return the different values of a column as ids are compared."""
    return pc.unique(pc.drop_null(id_keys(id_text(column, name))))


def _known(theirs: pa.Array, ours: pa.Array) -> float:
    """Return the share of one column's values that another one holds."""
    return float(pc.mean(pc.is_in(theirs, value_set=ours).cast(pa.float64())).as_py() or 0.0)
