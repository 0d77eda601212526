"""The ledger's face: every method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from qualify.config import Webhook
from qualify.ledger import forgetting
from qualify.ledger.answers import Content, answer, answers_table, undo
from qualify.ledger.assigning import assign
from qualify.ledger.assignments import assignments
from qualify.ledger.desk import Facets, GridCounts, QueuePage, QueueQuery
from qualify.ledger.events import events_of
from qualify.ledger.lead_records import document, history, lead_record, similar_ids
from qualify.ledger.queue import facets, grid_counts, queue_page
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
from qualify.ledger.score_list import first_scores, open_scores
from qualify.ledger.score_rows import score_rows
from qualify.ledger.scores import Recording, record
from qualify.ledger.service_store import ServiceStore
from qualify.ledger.values import clean, now_micros, to_micros


class Ledger(ServiceStore):
    """Scores, answers, alerts, tokens and the audit log of one project, in SQLite or PostgreSQL.

    Every method is one transaction, and may be called from any thread. Times are aware, in UTC.

    Raises
    ------
    LedgerUnavailable
        By every method, when the database does not answer or refuses: wait, and call again.
    """

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
        return cls(url)

    def record_scores(
        self,
        scores: pa.Table,
        *,
        origin: Origin,
        facts: Mapping[str, LeadFacts] | None = None,
        documents: Mapping[str, Mapping[str, Any]] | None = None,
        alert_rules: Sequence[Webhook] = (),
        closed: Sequence[str] = (),
        sql_stage: str | None = "SQL",
        fresh_days: float | None = None,
        alert_rest_days: float = 0.0,
        feet: Mapping[str, float] | None = None,
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
        sql_stage
            What the scorecard calls the SQL stage; None: it has none.
        fresh_days
            How old a score may be (from its `as_of` to now) for its lead to be called `sql_stage`; None: any
            age.
        alert_rest_days
            How long, by the times of its scores, a lead must have been out of band A or of `sql_stage` before
            the next spell is told.
        feet
            Of a list that is stored in pieces, best first: the lowest probability in band A of the pieces
            before, by model version. Leads picked by lot stand there.

        Notes
        -----
        Idempotent by lead, `as_of`, model version and scorecard version. A score older than the lead's latest
        goes to the history only.
        """
        # What takes long is done before the transaction, so that others wait a short time.
        rows = score_rows(scores, documents or {})
        known = {clean(lead_id): each for lead_id, each in (facts or {}).items()}
        how = Recording(
            origin, now_micros(), known, alert_rules, frozenset(closed), sql_stage, fresh_days,
            alert_rest_days, feet or {},
        )  # fmt: skip
        with self._database.write(alone=True) as connection:
            return record(self._database, connection, rows, how)

    def queue(self, query: QueueQuery) -> QueuePage:
        """Return a page of the open leads: highest probability first, picked ones at the foot of band A."""
        with self._database.read() as connection:
            return queue_page(connection, query)

    def grid(self, query: QueueQuery) -> GridCounts:
        """Count the leads of the whole result by fit and engagement; the query's own bins are not used."""
        with self._database.read() as connection:
            return grid_counts(connection, query)

    def facets(self) -> Facets:
        """Count the open leads without an answer by what they can be filtered by."""
        with self._database.read() as connection:
            return facets(connection)

    def lead(self, lead_id: str) -> LeadRecord | None:
        """Return one lead as it stands, or None."""
        with self._database.read() as connection:
            return lead_record(connection, lead_id)

    def document(self, lead_id: str) -> dict[str, Any] | None:
        """Return the lead document of the latest score, or None where none was kept."""
        with self._database.read() as connection:
            return document(connection, lead_id)

    def history(self, lead_id: str) -> list[ScoreRecord]:
        """Return all scores of a lead, oldest first."""
        with self._database.read() as connection:
            return history(connection, lead_id)

    def open_scores(self) -> pa.Table:
        """Return the latest score of every open lead.

        Returns
        -------
        pyarrow.Table
            `lead_id`, `as_of`, `probability`, `band`, `rule_points`, `rule_band`, `disagreement`,
            `model_version`.
        """
        with self._database.read() as connection:
            return open_scores(connection)

    def first_scores(self) -> pa.Table:
        """Return the first score of every lead, open or not: what was said before its outcome was known.

        The columns are those of `open_scores`.
        """
        with self._database.read() as connection:
            return first_scores(connection)

    def assignments(self, until: datetime | None = None) -> pa.Table:
        """Return who was to be worked, of the leads that were scored while a lot was drawn.

        Parameters
        ----------
        until
            As the ledger was then: scores that were recorded later are left out.

        Returns
        -------
        pyarrow.Table
            `lead_id`; `scored_at`: the first such score; `selected_at`: the first one in band A; `picked_at`:
            the first one that names the lead as picked by lot (both null: never); `chance`: of being worked
            without band A; `best_band`: the best of these scores.
        """
        with self._database.read() as connection:
            return assignments(connection, None if until is None else to_micros(until))

    def events(self, lead_id: str) -> list[LedgerEvent]:
        """Return what happened to a lead, oldest first."""
        with self._database.read() as connection:
            return events_of(connection, lead_id)

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
        seen: str | None = None,
    ) -> Answer:
        """Keep an answer of sales.

        Parameters
        ----------
        key
            The caller's idempotency key: the same key with the same content returns the same answer.
        seen
            Id of the lead's last answer as the person saw it, ``""`` for none; None: it is not asked.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        AnsweredMeanwhile
            Another answer than `seen` holds now; nothing was changed.
        KeyReused
            The key came before with another content.
        UserError
            The verdict or the reason is not known, or a reason comes with a verdict that takes none.
        """
        content = Content(lead_id, verdict, reason, comment, actor).checked()
        moment = now_micros() if at is None else to_micros(at)
        with self._database.write() as connection:
            return answer(connection, content, key, moment, seen)

    def undo(self, lead_id: str, answer_id: str, *, actor: str) -> Answer:
        """Take an answer back: it stays in the history, marked as undone. Doing so twice changes nothing.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        UserError
            The lead has no such answer.
        """
        with self._database.write() as connection:
            return undo(connection, lead_id, answer_id, actor, now_micros())

    def assign(self, lead_id: str, owner: str | None, *, actor: str) -> None:
        """Give a lead to somebody. This holds until the user's own table names another owner than before.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        """
        with self._database.write() as connection:
            assign(connection, lead_id, owner, actor, now_micros())

    def answers(self, since: datetime | None = None, until: datetime | None = None) -> pa.Table:
        """Return all answers, oldest first: tomorrow's training data.

        Parameters
        ----------
        since
            The earliest to be returned.
        until
            As the ledger was then: later answers are left out, and what was taken back later still stands. An
            answer that was given before and stored afterwards, because the ledger was away, is returned.

        Returns
        -------
        pyarrow.Table
            `lead_id`, `verdict`, `reason`, `actor`, `at`, `undone`, and what was shown at that time:
            `as_of`, `probability`, `score`, `band`, `model_version`.
        """
        with self._database.read() as connection:
            bounds = (None if each is None else to_micros(each) for each in (since, until))
            return answers_table(connection, *bounds)

    def forget(self, lead_id: str, *, actor: str) -> Forgotten:
        """Erase a lead from every table; what stays is a keyed hash of its id, so that it is refused later.

        Raises
        ------
        UnknownLead
            No such lead is stored.
        """
        with self._database.write(alone=True) as connection:
            erased = forgetting.forget(connection, lead_id, actor, now_micros())
        self._database.empty_log()
        return erased

    def is_forgotten(self, lead_id: str) -> bool:
        """Return whether a lead of that id was erased."""
        with self._database.read() as connection:
            return bool(forgetting.refused(connection, [clean(lead_id)]))

    def similar_ids(self, lead_id: str) -> list[str]:
        """Return ids of stored leads that look like this one, for a message."""
        with self._database.read() as connection:
            return similar_ids(connection, lead_id)
