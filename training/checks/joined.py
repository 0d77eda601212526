"""Q008: a table of events of which no row belongs to a lead."""

from __future__ import annotations

from collections.abc import Iterator

from training.checks.finding import Finding
from training.data import Loaded

_STRANGERS = {"activities": "activity_unknown_lead", "stages": "stage_unknown_lead"}


def check_joined(loaded: Loaded) -> Iterator[Finding]:
    """Look for a configured table that gave no lead a row: what it tells is then missing without a sign.

    Rows of the future are no such case (see Q004).
    """
    tables, later = loaded.tables, {each.table for each in loaded.later}
    rows = {"activities": len(tables.activities.occurred_at), "stages": len(tables.stages.entered_at)}
    counts = loaded.rejects.counts()
    for table, used in rows.items():
        if used or table in later or getattr(loaded.config.data, table) is None:
            continue
        strangers = counts.get(_STRANGERS[table], 0)
        if strangers:
            yield Finding("Q008", "warning", table, f"none of {strangers:,} rows belongs to a lead")
        else:
            yield Finding("Q008", "warning", table, "no row can be used",
                          "fill the table, or take it out of `data`")  # fmt: skip
