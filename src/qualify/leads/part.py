"""A part of a larger table: what only the whole can tell comes with it, and its findings go back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from qualify.errors import DataError
from qualify.leads.manner import Manner, NumberManner, TimeManner

__all__ = ["ROW", "Part", "Tally", "refuse_unread"]

ROW = "\x00row"
"""The column of a part that holds each row's number in the source."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many values of a column could not be read, and what to say if that is all of them.

    Parameters
    ----------
    key
        The column and what is asked of it.
    bad, given
        Values that could not be read, and values that should have been.
    least
        From so many given values on, a column of which none can be read is refused.
    row
        The first bad row, in the source.
    error
        The parts of the message.
    """

    key: str
    bad: int
    given: int
    least: int
    row: int = -1
    error: dict[str, Any] = field(default_factory=dict)

    def plus(self, other: Tally) -> Tally:
        """Return the tally of both parts of the column."""
        first = min((each for each in (self, other) if each.bad), key=lambda each: each.row, default=self)
        return replace(first, bad=self.bad + other.bad, given=self.given + other.given)


@dataclass
class Part:
    """What is known of the whole table, and what reading the part found.

    Parameters
    ----------
    manners
        By ``role`` of the column (see `role`): how it is written.
    tallies
        Filled while the part is read.
    """

    manners: Mapping[str, Manner] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)

    def numbers(self, role: str) -> NumberManner | None:
        """Return how a column of numbers is written."""
        found = self.manners.get(role)
        return found if isinstance(found, NumberManner) else None

    def times(self, role: str) -> TimeManner | None:
        """Return how a column of times is written."""
        found = self.manners.get(role)
        return found if isinstance(found, TimeManner) else None

    def note(self, key: str, bad: int, given: int, row: int, error: DataError, least: int = 1) -> None:
        """Keep a tally; where nothing was bad, the message is not needed."""
        parts = {"what": error.what, "where": error.where, "got": error.got, "expected": error.expected,
                 "mend": error.mend} if bad else {}  # fmt: skip
        self.tallies.append(Tally(key, bad, given, least, row, parts))


def refuse_unread(tallies: Iterable[Tally]) -> None:
    """Refuse the whole table when every value of a column is bad in all its parts.

    Raises
    ------
    DataError
        The first such column, as if the table had been read in one piece.
    """
    joined: dict[str, Tally] = {}
    for each in tallies:
        joined[each.key] = joined[each.key].plus(each) if each.key in joined else each
    for tally in joined.values():
        if tally.bad == tally.given and tally.given >= tally.least:
            raise DataError(**tally.error)


def with_rows(table: pa.Table, rows: Any) -> pa.Table:
    """Return a table with its rows' numbers in the source."""
    return table.append_column(ROW, pa.array(rows, pa.int64()))
