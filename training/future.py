"""Rows that lie in the future: planned ones, and slips of the pen; neither is a past to learn from.

The end of the history is the latest time in the tables. One call planned for next month, or one meeting of
2062, would make every outcome until then known: all open leads would be counted as lost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from qualify.console import say
from qualify.leads.local_times import write_time
from qualify.leads.tables import MICROSECONDS_A_DAY, IntArray, LeadTables
from training.cut import known_at

__all__ = ["Later", "past_of", "until_now"]

FEW = 0.01
"""Where more of the leads are later, it is the clock of this machine that is wrong, or the time zone."""


@dataclass(frozen=True, slots=True)
class Later:
    """Rows of one table that were left out: how many, and the time of the latest (microseconds)."""

    table: str
    rows: int
    latest: int


def until_now() -> int:
    """Return up to when a row counts as past: a day from now, since clocks and time zones differ."""
    return time.time_ns() // 1000 + MICROSECONDS_A_DAY


def past_of(tables: LeadTables, until: int, timezone: str = "UTC") -> tuple[LeadTables, tuple[Later, ...]]:
    """Return the tables without what lies after `until`, and what was left out; it is told to the user too.

    Parameters
    ----------
    until
        Microseconds since 1970 (UTC).
    timezone
        Whose clock the user is told a time on.
    """
    times = times_of(tables)
    later = tuple(
        Later(table, int(np.count_nonzero(known > until)), int(known.max()))
        for table, known in times.items() if len(known) and known.max() > until
    )  # fmt: skip
    if not later:
        return tables, ()
    # Tasks are planned, leads are not: only they tell that the clock is wrong.
    leads = sum(each.rows for each in later if each.table == "leads")
    if leads > FEW * len(tables):
        say(f"{leads:,} leads lie in the future: is the clock of this machine right, and `data.timezone`?")
        return tables, ()
    for each in later:
        latest = write_time(each.latest, timezone)
        say(f"{each.table}: left out {each.rows:,} rows that lie in the future, the latest at {latest}")
    return known_at(tables, until), later


def times_of(tables: LeadTables) -> dict[str, IntArray]:
    """Return when each row of each table was known."""
    return {
        "leads": tables.created_at,
        "activities": tables.activities.known_at,
        "stages": tables.stages.known_at,
    }
