"""Events put in the order of their leads, and of each lead in that of their times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualify.compiled import compiled
from qualify.leads.grouping import by_group
from qualify.leads.tables import CodeArray, FloatArray, IntArray

__all__ = ["EventColumns", "event_order", "in_event_order"]

_FEW = 1_024
"""Fewer are as quick without compiled code, which a first request need not load."""


_NO_NUMBERS: FloatArray = np.empty(0, dtype=np.float64)


class EventColumns(NamedTuple):
    """Columns of events, each of shape (rows,).

    Parameters
    ----------
    at, known_at
        When they happened, and from when on that was known.
    name, more
        Codes.
    value
        Empty where such events have no number.
    """

    at: IntArray
    known_at: IntArray
    name: CodeArray
    more: CodeArray
    value: FloatArray = _NO_NUMBERS

    def take(self, rows: IntArray) -> EventColumns:
        """Return some rows."""
        value = self.value[rows] if len(self.value) else self.value
        return EventColumns(self.at[rows], self.known_at[rows], self.name[rows], self.more[rows], value)

    def ties(self) -> tuple[NDArray[Any], ...]:
        """Return what orders events of one lead and moment, the first key last.

        All that a row holds; but without numbers only when it was known, and then the order of the input.
        """
        return (self.value, self.more, self.name, self.known_at) if len(self.value) else (self.known_at,)


def in_event_order(lead: IntArray, leads: int, columns: EventColumns) -> tuple[IntArray, EventColumns]:
    """Return where the events of each lead begin, shape (leads + 1,), and the columns in their order.

    The same as with `event_order`, in one pass over the rows: each is read and written once.

    Parameters
    ----------
    lead
        Position of each row's lead, shape (rows,).
    """
    offsets = np.zeros(leads + 1, dtype=np.int64)
    np.cumsum(np.bincount(lead, minlength=leads), out=offsets[1:])
    if len(lead) <= _FEW:
        return offsets, columns.take(event_order(lead, columns.at, columns.ties()))
    at = columns.at
    order = np.empty(0, dtype=np.int64) if _ascend(at) else at.argsort(kind="stable")
    # What Arrow holds may not be written to, and would be compiled for apart.
    given = columns._replace(
        at=np.require(at, requirements="W"), known_at=np.require(columns.known_at, requirements="W")
    )
    found = EventColumns(*map(np.empty_like, given))
    _spread(lead, order, offsets[:-1].copy(), *given, *found)
    if (found.at[1:] == found.at[:-1]).any():
        tied, rows = _tied(np.repeat(np.arange(leads), np.diff(offsets)), found.at, found.ties())
        for each in (each for each in found if len(each)):
            each[tied] = each[rows]
    return offsets, found


@compiled()
def _spread(  # type: ignore[no-untyped-def]  # pragma: no cover
    lead, order, next_place, at, known_at, name, more, value,
    to_at, to_known_at, to_name, to_more, to_value,
):  # fmt: skip
    """Write each row to the next place of its lead; an empty `order` is that of the rows."""
    for k in range(len(lead)):
        row = order[k] if len(order) else k
        place = next_place[lead[row]]
        next_place[lead[row]] = place + 1
        to_at[place], to_known_at[place] = at[row], known_at[row]
        to_name[place], to_more[place] = name[row], more[row]
        if len(value):
            to_value[place] = value[row]


def event_order(lead: IntArray, at: IntArray, ties: Sequence[NDArray[Any]]) -> IntArray:
    """Return the order by lead and then by time; rows alike in both are ordered by `ties`, last key first.

    Examples
    --------
    >>> lead, at = np.array([1, 0, 1, 1]), np.array([5, 9, 3, 5])
    >>> event_order(lead, at, (np.array([8, 0, 0, 7]),)).tolist()
    [1, 2, 3, 0]
    """
    if _ascend(at):
        order = by_group(lead)
    else:
        order = at.argsort(kind="stable")
        order = order[by_group(lead[order])]
    if ties and len(order) > 1:
        tied, rows = _tied(lead[order], at[order], [key[order] for key in ties])
        order[tied] = order[rows]
    return order


def _ascend(at: IntArray) -> bool:
    return len(at) < 2 or bool((at[1:] >= at[:-1]).all())


def _tied(lead: IntArray, at: IntArray, ties: Sequence[NDArray[Any]]) -> tuple[IntArray, IntArray]:
    """Return the places of ordered rows that are alike in lead and time, and which row goes to each."""
    same = (at[1:] == at[:-1]) & (lead[1:] == lead[:-1])
    alike = np.zeros(len(at), dtype=bool)
    alike[:-1] |= same
    alike[1:] |= same
    tied = np.flatnonzero(alike)
    keys = [key[tied] for key in ties]
    return tied, tied[np.lexsort((*keys, at[tied], lead[tied]))]
