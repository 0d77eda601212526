"""Events that name their leads by another column than the id, such as a mail address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc

from qualify.errors import DataError, UserError
from qualify.leads.columns import id_keys, id_text
from qualify.leads.profile import profile_column
from qualify.leads.stamp import read_stamp

__all__ = ["explained"]

_LOOKED_AT = 20_000
_MOST_KNOWN, _FEWEST = 0.5, 10
_NO_KEYS = ("boolean", "date", "number")


@contextmanager
def explained(leads: pa.Table, events: pa.Table, what: str) -> Iterator[None]:
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
        if joined is None:
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
            known = pc.mean(pc.is_in(theirs, value_set=values).cast(pa.float64())).as_py() or 0.0
            if known > best:
                best, found = known, (there, here)
    return found


def _keys(column: pa.ChunkedArray, name: str) -> pa.Array | None:
    """Return the different values of a column that could tell leads apart; None of one that could not."""
    if pa.types.is_nested(column.type) or profile_column(name, column).type in _NO_KEYS:
        return None
    keys = pc.unique(pc.drop_null(id_keys(id_text(column, name))))
    return keys if len(keys) >= _FEWEST else None
