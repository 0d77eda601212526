"""Which columns of each table have to be seen whole to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

import pyarrow as pa

from qualify.config import ActivityColumns, ColumnSpec, Data
from qualify.leads.manner import Manner, NumberManner, TimeManner
from qualify.leads.numbers import look_at_numbers
from qualify.leads.parse import look_at_column
from qualify.leads.times import look_at_times
from qualify.leads.wanted import event_columns

__all__ = ["Manners", "join_manners", "look"]

Manners: TypeAlias = dict[str, Manner]
_Look: TypeAlias = Callable[[pa.ChunkedArray], Manner | None]


def look(data: Data, columns: Mapping[str, ColumnSpec], what: str, piece: pa.Table, manners: Manners) -> None:
    """Add to `manners` how the columns of a piece are written."""
    for role, name, see in _looks(data, columns, what):
        known = manners.get(role)
        if _settled(known) or name not in piece.column_names:
            continue
        found = see(piece.column(name))
        if found is not None:
            manners[role] = join_manners(known, found)


def join_manners(known: Manner | None, found: Manner) -> Manner:
    """Return how two parts of a column are written; `known` is None where there was none before."""
    if known is None:
        return found
    if isinstance(known, NumberManner) and isinstance(found, NumberManner):
        return known | found
    assert isinstance(known, TimeManner), "a role has one kind"
    assert isinstance(found, TimeManner), "a role has one kind"
    return known | found


def _settled(manner: Manner | None) -> bool:
    """Say whether no further value can change what is known."""
    if isinstance(manner, NumberManner):
        return manner.english and not manner.plain
    return isinstance(manner, TimeManner) and not manner.serial


def _look_at(spec: ColumnSpec, values: pa.ChunkedArray) -> Manner | None:
    return look_at_column(values, spec)


def _looks(data: Data, columns: Mapping[str, ColumnSpec], what: str) -> Iterator[tuple[str, str, _Look]]:
    """Yield role (see `qualify.leads.part.Part`), column, and how to look at it."""
    if what == "leads":
        if data.created_at is not None:
            yield "created_at", data.created_at, look_at_times
        for name, spec in columns.items():
            if spec.type in ("number", "date"):
                yield f"column:{name}", name, partial(_look_at, spec)
        return
    names = event_columns(data, what)
    if isinstance(names, ActivityColumns):
        yield "activity:occurred_at", names.occurred_at, look_at_times
        if names.value is not None:
            yield "activity:value", names.value, look_at_numbers
    else:
        yield "stage:entered_at", names.entered_at, look_at_times
    if names.recorded_at is not None:
        kind = "activity" if what == "activities" else "stage"
        yield f"{kind}:recorded_at", names.recorded_at, look_at_times
