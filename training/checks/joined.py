"""Q008: a table of events of which no row belongs to a lead."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.leads.joined import STRANGERS, rows_of_events
from training.checks.finding import Finding
from training.data import Loaded


def check_joined(loaded: Loaded) -> Iterator[Finding]:
    """Look for a configured table that gave no lead a row: what it tells is then missing without a sign.

    Rows of the future are no such case (see Q004).
    """
    later = {each.table for each in loaded.later}
    counts = loaded.rejects.counts()
    for table, used in rows_of_events(loaded.tables).items():
        if used or table in later or getattr(loaded.config.data, table) is None:
            continue
        strangers = counts.get(STRANGERS[table], 0)
        if strangers:
            yield Finding("Q008", "warning", table, f"none of {strangers:,} rows belongs to a lead")
        else:
            yield Finding("Q008", "warning", table, "no row can be used",
                          "fill the table, or take it out of `data`")  # fmt: skip
