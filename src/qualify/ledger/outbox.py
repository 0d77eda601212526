"""Alerts: put into the outbox with the score that caused them, taken by a worker under a lease."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, CursorResult, Row, or_, select, update

from qualify.config import Webhook
from qualify.errors import UserError
from qualify.ledger.records import AlertKind
from qualify.ledger.service_records import AlertRecord, AlertStatus
from qualify.ledger.tables import alerts
from qualify.ledger.values import clean, to_time

LEASE_SECONDS = 300
LONGEST_WAIT_SECONDS = 2 * 86_400
"""No alert is put off for longer: a receiver may ask for a day."""
_ERROR_CHARACTERS = 500
_REASONS = 3
_OF_SCORE = ("lead_id", "probability", "score", "band", "recommended_stage", "rule_points", "rule_band",
             "model_version", "scorecard_version")  # fmt: skip
_OF_FACTS = ("name", "company", "owner", "source", "stage")


def alert_rows(
    rules: Sequence[Webhook], kinds: Collection[AlertKind], lead: Mapping[str, Any],
    score: Mapping[str, Any], at: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of the outbox for what a lead newly passed into."""
    told = {
        **{name: score[name] for name in _OF_SCORE},
        **{name: lead[name] for name in _OF_FACTS},
        "as_of": to_time(score["as_of"]),
        "reasons": orjson.loads(score["reasons"])[:_REASONS],
    }
    return [
        {
            "id": uuid.uuid4().hex, "webhook": rule.name, "kind": kind, "lead_id": lead["lead_id"],
            "payload": orjson.dumps({**told, "kind": kind}).decode(), "status": "waiting",
            "created_at": at, "attempts": 0, "due_at": at,
        }
        for kind in kinds for rule in rules if kind in rule.on
    ]  # fmt: skip


def due_alerts(connection: Connection, now: int, limit: int) -> list[AlertRecord]:
    """Take alerts under a lease; see `Ledger.due_alerts`."""
    # A moment too far ahead was noted by a clock that ran ahead: it is not waited for.
    ahead = now + LEASE_SECONDS * 1_000_000
    free = or_(alerts.c.leased_until.is_(None), alerts.c.leased_until <= now, alerts.c.leased_until > ahead)
    due = or_(alerts.c.due_at <= now, alerts.c.due_at > now + LONGEST_WAIT_SECONDS * 1_000_000)
    asked = select(alerts).where(alerts.c.status == "waiting", due, free)
    asked = asked.order_by(alerts.c.due_at, alerts.c.number).limit(limit).with_for_update(skip_locked=True)
    rows = connection.execute(asked).all()
    if rows:
        taken = update(alerts).where(alerts.c.number.in_([row.number for row in rows]))
        connection.execute(taken, {"leased_until": now + LEASE_SECONDS * 1_000_000})
    return [_record(row) for row in rows]


def alert_sent(connection: Connection, alert_id: str, at: int) -> None:
    """Note that an alert was delivered."""
    _change(connection, alert_id, status="sent", sent_at=at, due_at=None, leased_until=None)


def alert_failed(connection: Connection, alert_id: str, error: str, retry_at: int | None) -> None:
    """Note a failure; without `retry_at` the alert is a dead letter."""
    _change(
        connection, alert_id, status="dead" if retry_at is None else "waiting", due_at=retry_at,
        leased_until=None, attempts=alerts.c.attempts + 1, last_error=clean(error)[:_ERROR_CHARACTERS],
    )  # fmt: skip


def resend(connection: Connection, alert_id: str, at: int) -> AlertRecord:
    """Let an alert be sent again from the first attempt on."""
    _change(connection, alert_id, status="waiting", due_at=at, leased_until=None, attempts=0, sent_at=None)
    return _record(connection.execute(select(alerts).where(alerts.c.id == alert_id)).one())


def list_alerts(connection: Connection, status: AlertStatus | None, limit: int) -> list[AlertRecord]:
    """Return alerts, newest first."""
    asked = select(alerts).order_by(alerts.c.number.desc()).limit(limit)
    if status is not None:
        asked = asked.where(alerts.c.status == status)
    return [_record(row) for row in connection.execute(asked)]


def _change(connection: Connection, alert_id: str, **values: Any) -> None:
    done: CursorResult[Any] = connection.execute(
        update(alerts).where(alerts.c.id == clean(alert_id)).values(**values)
    )
    if done.rowcount == 0:
        raise UserError("there is no such alert", where="the outbox", got=alert_id,
                        mend="its lead may have been forgotten")  # fmt: skip


def _record(row: Row[Any]) -> AlertRecord:
    return AlertRecord(
        row.id, row.webhook, row.kind, row.lead_id, orjson.loads(row.payload), row.status, row.created_at,
        row.attempts, row.due_at, row.last_error, row.sent_at,
    )  # fmt: skip
