"""Tiny funnels written by hand: lead, what, day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from qualify.config import ActivityColumns, ColumnSpec, Data, StageColumns
from qualify.leads.build import build_tables
from qualify.leads.tables import LeadTables

START = datetime(2026, 1, 1, tzinfo=UTC)
DATA = Data(
    leads="-",
    lead_id="lead_id",
    created_at="created_at",
    activity_columns=ActivityColumns(topic="topic", recorded_at="recorded_at"),
    stage_columns=StageColumns(reason="reason", recorded_at="recorded_at"),
)
TIME = pa.timestamp("us", tz="UTC")


def day(n: float) -> datetime:
    return START + timedelta(days=n)


def funnel(
    leads: Sequence[str],
    stages: Sequence[tuple] = (),
    activities: Sequence[tuple] = (),
    sources: Sequence[str | None] | None = None,
) -> LeadTables:
    """Rows: (lead, stage, day[, reason[, day recorded]]) and (lead, type, day[, topic[, day recorded]])."""
    table = pa.table(
        {
            "lead_id": list(leads),
            "created_at": pa.array([START] * len(leads), TIME),
            "source": pa.array(sources or [None] * len(leads), pa.string()),
        }
    )
    columns = {"source": ColumnSpec(type="category")} if sources else {}
    return build_tables(
        DATA, columns, table, events(activities, "type", "occurred_at", "topic"),
        events(stages, "stage", "entered_at", "reason"),
    )[0]  # fmt: skip


def events(rows: Sequence[tuple], what: str, when: str, more: str) -> pa.Table | None:
    if not rows:
        return None
    return pa.table(
        {
            "lead_id": [row[0] for row in rows],
            what: [row[1] for row in rows],
            when: pa.array([day(row[2]) for row in rows], TIME),
            more: pa.array([row[3] if len(row) > 3 else None for row in rows], pa.string()),
            "recorded_at": pa.array([day(row[4] if len(row) > 4 else row[2]) for row in rows], TIME),
        }
    )


def answers(*rows: tuple) -> pa.Table:
    """Rows: (lead, verdict, day[, reason[, undone]])."""
    return pa.table(
        {
            "lead_id": pa.array([row[0] for row in rows], pa.string()),
            "verdict": pa.array([row[1] for row in rows], pa.string()),
            "at": pa.array([day(row[2]) for row in rows], TIME),
            "reason": pa.array([row[3] if len(row) > 3 else None for row in rows], pa.string()),
            "undone": pa.array([row[4] if len(row) > 4 else False for row in rows], pa.bool_()),
        }
    )
