"""How many rows of the tables of events belong to leads, and how many do not."""

from __future__ import annotations

from qualify.leads.tables import LeadTables

__all__ = ["STRANGERS", "rows_of_events"]

STRANGERS = {"activities": "activity_unknown_lead", "stages": "stage_unknown_lead"}
"""Under which code a table's rows of other leads are counted (`qualify.leads.rejects.Rejects.counts`)."""


def rows_of_events(tables: LeadTables) -> dict[str, int]:
    """Return how many rows the leads have of each table of events, by its name."""
    return {"activities": len(tables.activities.occurred_at), "stages": len(tables.stages.entered_at)}
