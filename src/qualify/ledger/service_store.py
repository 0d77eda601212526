"""The part of the ledger that serves people and programs: audit log, access tokens, alerts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from qualify.ledger.database import Database
from qualify.ledger.migrate import migrate
from qualify.ledger.outbox import alert_failed, alert_sent, due_alerts, list_alerts, resend
from qualify.ledger.people import (
    add_audit,
    add_token,
    all_tokens,
    audit_log,
    revoke_token,
    token_by_digest,
)
from qualify.ledger.service_records import AlertRecord, AlertStatus, AuditRecord, TokenRecord
from qualify.ledger.values import now_micros, to_micros


class ServiceStore:
    """Connects to the database; see :class:`qualify.ledger.store.Ledger`."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.url = url
        try:
            migrate(self._database)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def ping(self) -> float:
        """Ask the database for a sign of life; return the seconds it took."""
        began = time.perf_counter()
        with self._database.read() as connection:
            connection.execute(select(1))
        return time.perf_counter() - began

    def audit(self, actor: str, action: str, lead_id: str | None = None, detail: str | None = None) -> None:
        """Note who did what."""
        with self._database.write() as connection:
            add_audit(connection, actor, action, lead_id, detail, now_micros())

    def audit_log(self, *, lead_id: str | None = None, limit: int = 200) -> list[AuditRecord]:
        """Return the latest notes, newest first."""
        with self._database.read() as connection:
            return audit_log(connection, lead_id, limit)

    def add_token(self, name: str, digest: str, scopes: Sequence[str], created_by: str) -> TokenRecord:
        """Keep a new access token.

        Raises
        ------
        UserError
            A token of that name is in use.
        """
        with self._database.write(alone=True) as connection:
            return add_token(connection, name, digest, scopes, created_by, now_micros())

    def tokens(self) -> list[TokenRecord]:
        """Return all tokens, revoked ones too, oldest first."""
        with self._database.read() as connection:
            return all_tokens(connection)

    def token_by_digest(self, digest: str) -> TokenRecord | None:
        """Return the token of a digest; None where there is none or it is revoked."""
        with self._database.read() as connection:
            return token_by_digest(connection, digest)

    def revoke_token(self, name_or_id: str) -> TokenRecord:
        """Revoke a token; its name becomes free.

        Raises
        ------
        UserError
            No token in use has that name or id.
        """
        with self._database.write(alone=True) as connection:
            return revoke_token(connection, name_or_id, now_micros())

    def due_alerts(self, now: datetime, limit: int = 50) -> list[AlertRecord]:
        """Take alerts to be sent, oldest first: for five minutes nobody else gets them."""
        with self._database.write() as connection:
            return due_alerts(connection, to_micros(now), limit)

    def alert_sent(self, alert_id: str, at: datetime) -> None:
        """Note that an alert was delivered."""
        with self._database.write() as connection:
            alert_sent(connection, alert_id, to_micros(at))

    def alert_failed(self, alert_id: str, error: str, retry_at: datetime | None) -> None:
        """Note a failure; with `retry_at` None the alert is a dead letter."""
        moment = None if retry_at is None else to_micros(retry_at)
        with self._database.write() as connection:
            alert_failed(connection, alert_id, error, moment)

    def alerts(self, status: AlertStatus | None = None, limit: int = 200) -> list[AlertRecord]:
        """Return alerts, newest first."""
        with self._database.read() as connection:
            return list_alerts(connection, status, limit)

    def resend(self, alert_id: str) -> AlertRecord:
        """Let an alert be sent again from the first attempt on.

        Raises
        ------
        UserError
            There is no such alert.
        """
        with self._database.write() as connection:
            return resend(connection, alert_id, now_micros())
