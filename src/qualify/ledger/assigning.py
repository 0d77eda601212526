"""Giving leads to people."""

from __future__ import annotations

from sqlalchemy import Connection, update

from qualify.ledger.events import add_event
from qualify.ledger.rows import locked_lead
from qualify.ledger.tables import leads
from qualify.ledger.values import clean, clean_or_none


def assign(connection: Connection, lead_id: str, owner: str | None, actor: str, at: int) -> None:
    """Give a lead to somebody, or to nobody; see `Ledger.assign`."""
    lead = locked_lead(connection, lead_id)
    new = clean_or_none(owner)
    if new == lead["owner"]:
        return
    connection.execute(update(leads).where(leads.c.lead_id == lead["lead_id"]), {"owner": new})
    change = {"before": lead["owner"], "after": new}
    add_event(connection, lead["lead_id"], at, "assign", clean(actor), change)
