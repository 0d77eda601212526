"""Lead documents made from the tables of the world."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from tests.world import AS_OF, World

LEADS = 40


def documents_of(world: World, count: int = LEADS) -> list[dict[str, Any]]:
    """Documents of the first leads that were created before `AS_OF`."""
    moment = datetime.fromisoformat(AS_OF)
    leads = [lead for lead in world.arrow["leads"].to_pylist() if lead["created_at"] <= moment][:count]
    wanted = {lead["lead_id"] for lead in leads}
    acts, stages = (_by_lead(world.arrow[name].to_pylist(), wanted) for name in ("activities", "stages"))
    return [
        {
            "lead_id": lead["lead_id"],
            "created_at": lead["created_at"].isoformat(),
            "as_of": AS_OF,
            "attributes": {k: _plain(v) for k, v in lead.items() if k not in ("lead_id", "created_at")},
            "activities": acts[lead["lead_id"]],
            "stages": stages[lead["lead_id"]],
        }
        for lead in leads
    ]


def _by_lead(rows: list[dict[str, Any]], wanted: set[str]) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows:
        if row["lead_id"] in wanted:
            found[row["lead_id"]].append({k: _plain(v) for k, v in row.items() if k != "lead_id"})
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
