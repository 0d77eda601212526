"""Recording what was scored: history, latest score, facts, documents, and whom to tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, insert

from qualify.config import Webhook
from qualify.leads.tables import MICROSECONDS_A_DAY
from qualify.ledger import forgetting
from qualify.ledger.answers import mark_returned
from qualify.ledger.call_order import call_order, feet_of_a
from qualify.ledger.database import Database
from qualify.ledger.events import event_row
from qualify.ledger.facts import FACT_COLUMNS, closed_now, merged
from qualify.ledger.outbox import alert_rows
from qualify.ledger.records import LeadFacts, Origin, Recorded
from qualify.ledger.rows import in_micros, write_many
from qualify.ledger.score_rows import ScoreRows
from qualify.ledger.standing import News, Standing, after_score, passes
from qualify.ledger.tables import SCORE_COLUMNS, alerts, documents, events, leads, scores
from qualify.ledger.values import AHEAD

_STANDING = ("in_sql", "closed_stage", "hot_since", "answer_id", "verdict", "answered_at", "left_a",
             "returned_at", "a_out_since", "sql_out_since")  # fmt: skip
_KNOWN = ("lead_id", "as_of", "model_version", "scorecard_version", "band", *FACT_COLUMNS, *_STANDING)


@dataclass(frozen=True)
class Recording:
    """What is the same for all rows of a score list.

    `feet` as of :func:`feet_of_a`; at first, those of the pieces of the list that came before.
    """

    origin: Origin
    recorded_at: int
    facts: Mapping[str, LeadFacts]
    rules: Sequence[Webhook]
    closed: Collection[str]
    sql_stage: str | None
    fresh_days: float | None = None
    rest_days: float = 0.0
    feet: Mapping[str, float] = field(default_factory=dict)

    def calls_sql(self, row: Mapping[Any, Any]) -> bool:
        """Say whether a score calls its lead SQL: the scorecard recommends it, and the score is not stale."""
        age = self.recorded_at - row["as_of"]
        fresh = self.fresh_days is None or age <= self.fresh_days * MICROSECONDS_A_DAY
        return fresh and self.sql_stage is not None and bool(row["recommended_stage"] == self.sql_stage)


@dataclass
class _Writes:
    """The rows of one chunk by the table they go to."""

    scores: list[dict[str, Any]] = field(default_factory=list)
    leads: list[dict[str, Any]] = field(default_factory=list)
    returned: list[tuple[str, int]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)


def record(database: Database, connection: Connection, rows: ScoreRows, how: Recording) -> Recorded:
    """Store a score list; the connection must be alone."""
    refused = forgetting.refused(connection, rows.lead_id)
    how = replace(how, feet=feet_of_a(connection, rows, how.feet))
    stored = repeated = told = 0
    dropped = sum(lead_id in refused for lead_id in rows.lead_id) if refused else 0
    for chunk in rows.chunks():
        kept = [position for position in chunk if rows.lead_id[position] not in refused]
        if not kept:
            continue
        writes = _chunk(connection, rows, kept, how)
        _write(database, connection, writes)
        stored += len(writes.scores)
        repeated += len(kept) - len(writes.scores)
        told += len(writes.alerts)
    return Recorded(stored, repeated, dropped, told)


def _chunk(connection: Connection, rows: ScoreRows, chunk: list[int], how: Recording) -> _Writes:
    ids = [rows.lead_id[position] for position in chunk]
    found = connection.execute(in_micros(leads, _KNOWN).where(leads.c.lead_id.in_(ids)).with_for_update())
    known = {row["lead_id"]: row for row in found.mappings().all()}
    there = (
        _there(connection, ids, [rows.columns["as_of"][position] for position in chunk]) if known else set()
    )
    writes = _Writes()
    for position in chunk:
        row = rows.row(position)
        old = known.get(row["lead_id"])
        key = _key(row)
        if key not in there:
            writes.scores.append(row | {"origin": how.origin, "recorded_at": how.recorded_at})
        if old is None or _follows(row, old, how.recorded_at, new=key not in there):
            _latest(writes, rows, row, old, how)
    return writes


def _follows(row: Mapping[Any, Any], old: Mapping[Any, Any], now: int, *, new: bool) -> bool:
    """Say whether a score takes the place of the lead's latest.

    One of a time that has not come, by a clock that ran ahead, gives way: else nothing would follow it until
    that time comes.
    """
    if row["as_of"] <= now + AHEAD < old["as_of"]:
        return True
    same = row["as_of"] == old["as_of"] and (new or _key(row) == _key(old))
    return same or bool(row["as_of"] > old["as_of"])


def _key(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return row["lead_id"], row["as_of"], row["model_version"], row["scorecard_version"]


def _there(connection: Connection, ids: list[str], moments: list[int]) -> set[tuple[Any, ...]]:
    """Return the keys of scores that are stored already."""
    asked = in_micros(scores, ("lead_id", "as_of", "model_version", "scorecard_version")).where(
        scores.c.lead_id.in_(ids), scores.c.as_of.between(min(moments), max(moments))
    )
    return {tuple(row) for row in connection.execute(asked).all()}


def _latest(
    writes: _Writes, rows: ScoreRows, row: dict[str, Any], old: Mapping[Any, Any] | None, how: Recording
) -> None:
    """Let a row be the lead's latest score."""
    lead_id = row["lead_id"]
    lead = merged(lead_id, old, how.facts.get(lead_id))
    before = None if old is None else Standing.of_row(old)
    news = News(
        row["band"], how.calls_sql(row), closed_now(lead, old, how.closed),
        row["as_of"], lead["last_activity_at"], bool(row["picked_by_lot"]),
    )  # fmt: skip
    now = after_score(before, news)
    lead.update(now.as_row())
    lead.update({name: row[name] for name in SCORE_COLUMNS})
    lead["call_order"] = call_order(row, how.feet)
    lead["lead_id"] = lead_id
    lead["answer_id"] = None if old is None else old["answer_id"]
    writes.leads.append(lead)
    if lead_id in rows.documents:
        body = rows.documents[lead_id]
        writes.documents.append({"lead_id": lead_id, "as_of": row["as_of"], "body": body})
    kinds = passes(before, now, row["as_of"], round(how.rest_days * MICROSECONDS_A_DAY))
    if kinds and how.rules:
        writes.alerts += alert_rows(how.rules, kinds, lead, row, how.recorded_at)
    if old is not None:
        _changes(writes, old, before, lead, now)


def _changes(
    writes: _Writes, old: Mapping[Any, Any], before: Standing | None, lead: Mapping[Any, Any], now: Standing
) -> None:
    """Note what changed in a lead that was known."""
    if lead["stage"] != old["stage"]:
        at = lead["stage_since"] or lead["as_of"]
        change = {"before": old["stage"], "after": lead["stage"]}
        writes.events.append(event_row(lead["lead_id"], at, "stage", "qualify", change))
    if before is not None and before.returned_at is None and now.returned_at is not None:
        detail = {"band": lead["band"], "recommended_stage": lead["recommended_stage"]}
        writes.events.append(event_row(lead["lead_id"], now.returned_at, "return", "qualify", detail))
        writes.returned.append((lead["answer_id"], now.returned_at))


def _write(database: Database, connection: Connection, writes: _Writes) -> None:
    for table, rows in ((scores, writes.scores), (events, writes.events), (alerts, writes.alerts)):
        write_many(connection, insert(table), rows)
    _upsert(database, connection, leads, writes.leads)
    _upsert(database, connection, documents, writes.documents)
    mark_returned(connection, writes.returned)


def _upsert(database: Database, connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Write whole rows by lead id, whether they are there or not."""
    new = database.insert(table)
    changed = {column.name: new.excluded[column.name] for column in table.c if column.name != "lead_id"}
    write_many(connection, new.on_conflict_do_update(index_elements=["lead_id"], set_=changed), rows)
