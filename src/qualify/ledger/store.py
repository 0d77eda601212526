"""The ledger's face: every method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from qualify.config import Webhook
from qualify.ledger.desk import Facets, GridCounts, QueuePage, QueueQuery
from qualify.ledger.records import (
    Answer,
    Forgotten,
    LeadFacts,
    LeadRecord,
    LedgerEvent,
    Origin,
    Recorded,
    ScoreRecord,
    Verdict,
)
from qualify.ledger.service_records import AlertRecord, AlertStatus, AuditRecord, TokenRecord


class Ledger:
    """Scores, answers, alerts, tokens and the audit log of one project, in SQLite or PostgreSQL.

    Every method is one transaction, and may be called from any thread. Times are aware, in UTC.

    Raises
    ------
    LedgerUnavailable
        By every method, when the database does not answer or refuses: wait, and call again.
    """

    url: str

    @classmethod
    def open(cls, url: str) -> Ledger:
        """Open a ledger; make it, or bring its tables up to date, where that is needed.

        Parameters
        ----------
        url
            ``sqlite:///FILE`` or ``postgresql+psycopg://...``. Two processes may do this at once.

        Raises
        ------
        UserError
            The URL is of another database, or the ledger was written by a newer version of the program.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Give the connections back."""
        raise NotImplementedError

    def ping(self) -> float:
        """Ask the database for a sign of life; return the seconds it took."""
        raise NotImplementedError

    def record_scores(
        self,
        scores: pa.Table,
        *,
        origin: Origin,
        facts: Mapping[str, LeadFacts] | None = None,
        documents: Mapping[str, Mapping[str, Any]] | None = None,
        alert_rules: Sequence[Webhook] = (),
        closed: Sequence[str] = (),
        sql_stage: str = "SQL",
    ) -> Recorded:
        """Store what was scored, and put into the outbox whom to tell.

        Parameters
        ----------
        scores
            Columns as of `qualify score`.
        facts, documents
            By lead id; a lead may be in neither. Documents are asked for one by one, so that the mapping may
            make them when it is asked.
        alert_rules
            Receivers. An alert is made when a lead that is open newly passes into band A (``band_a``), or
            its recommended stage newly becomes `sql_stage` (``sql``): once a spell; its first score counts
            as passing.
        closed
            Stages after which nothing follows: leads in them are not open.

        Notes
        -----
        Idempotent by lead, `as_of`, model version and scorecard version. A score older than the lead's latest
        goes to the history only.
        """
        raise NotImplementedError

    def queue(self, query: QueueQuery) -> QueuePage:
        """Return a page of the open leads, highest probability first."""
        raise NotImplementedError

    def grid(self, query: QueueQuery) -> GridCounts:
        """Count the leads of the whole result by fit and engagement; the query's own bins are not used."""
        raise NotImplementedError

    def facets(self) -> Facets:
        """Count the open leads by what they can be filtered by."""
        raise NotImplementedError

    def lead(self, lead_id: str) -> LeadRecord | None:
        """Return one lead as it stands, or None."""
        raise NotImplementedError

    def document(self, lead_id: str) -> dict[str, Any] | None:
        """Return the lead document of the latest score, or None where none was kept."""
        raise NotImplementedError

    def history(self, lead_id: str) -> list[ScoreRecord]:
        """Return all scores of a lead, oldest first."""
        raise NotImplementedError

    def events(self, lead_id: str) -> list[LedgerEvent]:
        """Return what happened to a lead, oldest first."""
        raise NotImplementedError

    def answer(
        self,
        lead_id: str,
        verdict: Verdict,
        *,
        actor: str,
        reason: str | None,
        comment: str | None,
        key: str,
        at: datetime | None = None,
    ) -> Answer:
        """Keep an answer of sales.

        Parameters
        ----------
        key
            The caller's idempotency key: the same key with the same content returns the same answer.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        KeyReused
            The key came before with another content.
        UserError
            The verdict or the reason is not known, or a reason comes with a verdict that takes none.
        """
        raise NotImplementedError

    def undo(self, lead_id: str, answer_id: str, *, actor: str) -> Answer:
        """Take an answer back: it stays in the history, marked as undone. Doing so twice changes nothing.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        UserError
            The lead has no such answer.
        """
        raise NotImplementedError

    def assign(self, lead_id: str, owner: str | None, *, actor: str) -> None:
        """Give a lead to somebody. This holds until the user's own table names another owner than before.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        """
        raise NotImplementedError

    def answers(self, since: datetime | None = None) -> pa.Table:
        """Return all answers, oldest first: tomorrow's training data.

        Returns
        -------
        pyarrow.Table
            `lead_id`, `verdict`, `reason`, `actor`, `at`, `undone`, and what was shown at that time:
            `as_of`, `probability`, `score`, `band`, `model_version`.
        """
        raise NotImplementedError

    def audit(self, actor: str, action: str, lead_id: str | None = None, detail: str | None = None) -> None:
        """Note who did what."""
        raise NotImplementedError

    def audit_log(self, *, lead_id: str | None = None, limit: int = 200) -> list[AuditRecord]:
        """Return the latest notes, newest first."""
        raise NotImplementedError

    def add_token(self, name: str, digest: str, scopes: Sequence[str], created_by: str) -> TokenRecord:
        """Keep a new access token.

        Raises
        ------
        UserError
            A token of that name is in use.
        """
        raise NotImplementedError

    def tokens(self) -> list[TokenRecord]:
        """Return all tokens, revoked ones too, oldest first."""
        raise NotImplementedError

    def token_by_digest(self, digest: str) -> TokenRecord | None:
        """Return the token of a digest; None where there is none or it is revoked."""
        raise NotImplementedError

    def revoke_token(self, name_or_id: str) -> TokenRecord:
        """Revoke a token; its name becomes free.

        Raises
        ------
        UserError
            No token in use has that name or id.
        """
        raise NotImplementedError

    def due_alerts(self, now: datetime, limit: int = 50) -> list[AlertRecord]:
        """Take alerts to be sent, oldest first: for two minutes nobody else gets them."""
        raise NotImplementedError

    def alert_sent(self, alert_id: str, at: datetime) -> None:
        """Note that an alert was delivered."""
        raise NotImplementedError

    def alert_failed(self, alert_id: str, error: str, retry_at: datetime | None) -> None:
        """Note a failure; with `retry_at` None the alert is a dead letter."""
        raise NotImplementedError

    def alerts(self, status: AlertStatus | None = None, limit: int = 200) -> list[AlertRecord]:
        """Return alerts, newest first."""
        raise NotImplementedError

    def resend(self, alert_id: str) -> AlertRecord:
        """Let an alert be sent again from the first attempt on.

        Raises
        ------
        UserError
            There is no such alert.
        """
        raise NotImplementedError

    def forget(self, lead_id: str, *, actor: str) -> Forgotten:
        """Erase a lead from every table; what stays is a keyed hash of its id, so that it is refused later.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        """
        raise NotImplementedError

    def is_forgotten(self, lead_id: str) -> bool:
        """Return whether a lead of that id was erased."""
        raise NotImplementedError

    def similar_ids(self, lead_id: str) -> list[str]:
        """Return ids of stored leads that look like this one, for a message."""
        raise NotImplementedError
