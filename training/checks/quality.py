"""Rows and values that cannot be right, or tell nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from qualify.leads.local_times import write_day
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, Column, LeadTables
from training.checks.finding import Finding, Level
from training.data import Loaded
from training.future import times_of

MOSTLY_EMPTY, ALL_BUT_EMPTY = 0.5, 0.95
EARLY_SHARE = 0.2


def check_quality(loaded: Loaded, now: int | None = None) -> Iterator[Finding]:
    """Look at rejects, columns and times; `now` is in microseconds."""
    yield from _rejects(loaded)
    for name in loaded.used:
        yield from _column(name, loaded.tables.columns[name])
    yield from _future(loaded, time.time_ns() // 1_000 if now is None else now)
    yield from _early(loaded.tables)


def _rejects(loaded: Loaded) -> Iterator[Finding]:
    frame = loaded.rejects.frame
    for code, count in frame["code"].value_counts(sort=False).items():
        first = frame[frame["code"] == code].iloc[0]
        yield Finding(
            "Q001", "warning", "leads",
            f"{count:,} rows were left out ({code}); the first is row {first['row']}: {first['message']}",
        )  # fmt: skip
    for note in loaded.rejects.notes:
        yield Finding("Q001", "note", note.code, f"{note.count:,} times: {note.message}")


def _column(name: str, column: Column) -> Iterator[Finding]:
    missing = is_missing(column)
    empty = float(missing.mean())
    if empty >= MOSTLY_EMPTY:
        level: Level = "warning" if empty >= ALL_BUT_EMPTY else "note"
        yield Finding("Q002", level, name, f"{empty:.0%} of the leads have no value")
    given = column.values[~missing]
    if len(given) and (given == given[0]).all():
        yield Finding("Q003", "note", name, "every lead that has a value has the same one")


def is_missing(column: Column) -> BoolArray:
    """Return which leads have no value."""
    if column.kind == "number":
        return np.isnan(column.values)
    if column.kind == "date":
        return np.asarray(column.values == NO_TIME)
    return np.asarray(column.values < 0)


def _future(loaded: Loaded, now: int) -> Iterator[Finding]:
    left_out = {each.table: each for each in loaded.later}
    for table, known in times_of(loaded.tables).items():
        gone = left_out.get(table)
        rows = int(np.count_nonzero(known > now)) + (gone.rows if gone else 0)
        if rows:
            # The day is enough to find the row, and names no single moment in what a run keeps.
            zone = loaded.config.data.timezone
            latest = write_day(gone.latest if gone else int(known.max()), zone)
            yield Finding(
                "Q004", "warning", table, f"{rows:,} rows lie in the future, the latest on {latest} ({zone})"
            )


def _early(tables: LeadTables) -> Iterator[Finding]:
    sizes = np.diff(tables.activities.offsets)
    active = np.flatnonzero((sizes > 0) & (tables.created_at != NO_TIME))
    if not len(active):
        return
    first = tables.activities.occurred_at[tables.activities.offsets[active]]
    early = float(np.mean(first < tables.created_at[active] - MICROSECONDS_A_DAY))
    if early >= EARLY_SHARE:
        yield Finding(
            "Q005", "note", "activities",
            f"{early:.0%} of the active leads did something more than a day before their creation",
        )  # fmt: skip
