"""Erasing a lead. What stays is a keyed hash of its id, so that the lead is refused when it comes again."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select, update

from qualify.ledger.people import add_audit
from qualify.ledger.records import Forgotten
from qualify.ledger.rows import locked_lead
from qualify.ledger.tables import alerts, answers, audit, documents, events, forgotten, leads, meta, scores
from qualify.ledger.values import to_time

_KEY = "forgotten_key"
_ERASED = {
    "scores": scores, "documents": documents, "answers": answers, "events": events, "alerts": alerts,
    "leads": leads,
}  # fmt: skip


def forget(connection: Connection, lead_id: str, actor: str, at: int) -> Forgotten:
    """Erase a lead from every table; the connection must be alone. See `Ledger.forget`."""
    lead_id = locked_lead(connection, lead_id)["lead_id"]
    counts = {
        name: connection.execute(delete(table).where(table.c.lead_id == lead_id)).rowcount
        for name, table in _ERASED.items()
    }
    # Who looked at a lead is told on; at which one, no longer.
    blank = update(audit).where(audit.c.lead_id == lead_id).values(lead_id=None, detail=None)
    counts["audit"] = connection.execute(blank).rowcount
    digest = _digest(_key(connection) or _new_key(connection), lead_id)
    connection.execute(insert(forgotten), {"digest": digest, "at": at})
    add_audit(connection, actor, "forget", None, f"tombstone {digest[:12]}", at)
    return Forgotten(lead_id, to_time(at), counts)


def refused(connection: Connection, lead_ids: Iterable[str]) -> set[str]:
    """Return which of the ids belong to leads that were erased."""
    stones = set(connection.scalars(select(forgotten.c.digest)))
    key = _key(connection) if stones else None
    return set() if key is None else {each for each in set(lead_ids) if _digest(key, each) in stones}


def _digest(key: bytes, lead_id: str) -> str:
    return hmac.digest(key, lead_id.encode(), "sha256").hex()


def _key(connection: Connection) -> bytes | None:
    stored = connection.scalar(select(meta.c.value).where(meta.c.name == _KEY))
    return None if stored is None else bytes.fromhex(stored)


def _new_key(connection: Connection) -> bytes:
    key = secrets.token_bytes(32)
    connection.execute(insert(meta), {"name": _KEY, "value": key.hex()})
    return key
