"""What happened to leads: answers, undone answers, assignments, changes of stage, returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from qualify.ledger.records import LedgerEvent
from qualify.ledger.tables import events
from qualify.ledger.values import clean


def event_row(lead_id: str, at: int, kind: str, actor: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the table of events."""
    text = orjson.dumps(detail).decode()
    return {"lead_id": lead_id, "at": at, "kind": kind, "actor": actor, "detail": text}


def add_event(
    connection: Connection, lead_id: str, at: int, kind: str, actor: str, detail: Mapping[str, Any]
) -> None:
    """Note one event."""
    connection.execute(insert(events), event_row(lead_id, at, kind, actor, detail))


def events_of(connection: Connection, lead_id: str) -> list[LedgerEvent]:
    """Return what happened to a lead, oldest first."""
    asked = select(events).where(events.c.lead_id == clean(lead_id)).order_by(events.c.at, events.c.id)
    return [
        LedgerEvent(row.lead_id, row.at, row.kind, row.actor, orjson.loads(row.detail))
        for row in connection.execute(asked)
    ]
