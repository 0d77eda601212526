"""Small tables for the tests of reading and building."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from qualify.config import ActivityColumns, Data, StageColumns
from qualify.leads.tables import LeadTables

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

FULL = Data(
    leads="-",
    lead_id="lead_id",
    created_at="created_at",
    activity_columns=ActivityColumns(recorded_at="recorded_at", topic="topic", value="value"),
    stage_columns=StageColumns(recorded_at="recorded_at", reason="reason"),
)


def shared_file(name: str) -> str:
    """Return a real data file; skips the test where the data are not there."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"needs the shared data set {name}")
    return str(path)


def table(**columns: list[Any]) -> pa.Table:
    return pa.table(columns)


def leads(*ids: str) -> pa.Table:
    return table(lead_id=list(ids), created_at=["2026-01-01"] * len(ids))


def activities(*rows: tuple[Any, ...]) -> pa.Table:
    """Rows of (lead, type, occurred, recorded, topic, value)."""
    names = ("lead_id", "type", "occurred_at", "recorded_at", "topic", "value")
    return table(**{name: [row[k] for row in rows] for k, name in enumerate(names)})


def stages(*rows: tuple[Any, ...]) -> pa.Table:
    """Rows of (lead, stage, entered, recorded, reason)."""
    names = ("lead_id", "stage", "entered_at", "recorded_at", "reason")
    return table(**{name: [row[k] for row in rows] for k, name in enumerate(names)})


def values_of(tables: LeadTables, column: str) -> list[Any]:
    """Return a column's values as a list."""
    return list(tables.columns[column].values.tolist())


def write(folder: Path, data: bytes | str, name: str = "t.csv") -> str:
    """Write a file and return its name."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)
