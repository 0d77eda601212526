"""The ledger's tables. What stands here is what the migrations arrive at; a test compares the two."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from qualify.ledger.values import UtcTime

metadata = MetaData()

# Compared byte by byte, so that pages come in the same order whatever the language of the server.
ID = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite counts by itself only in a column of exactly this type.
NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _needed(name: str, kind: Any, **more: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **more)


def _score_columns() -> list[Column[Any]]:
    return [
        _needed("as_of", UtcTime),
        _needed("model_version", Text),
        _needed("scorecard_version", Text),
        _needed("probability", Double),
        _needed("probability_low", Double),
        _needed("probability_high", Double),
        _needed("score", Integer),
        _needed("band", Text),
        _needed("fit", Double),
        _needed("engagement", Double),
        _needed("rule_points", Double),
        _needed("rule_band", Text),
        Column("recommended_stage", Text),
        _needed("disagreement", Text),
        Column("picked_by_lot", Boolean),  # these two: None where no lot was drawn
        Column("work_probability", Double),
    ]


SCORE_COLUMNS: tuple[str, ...] = tuple(column.name for column in _score_columns())
"""What the row of a lead repeats of its latest score."""

meta = Table(
    "ledger_meta",
    metadata,
    Column("name", Text, primary_key=True),
    _needed("value", Text),
)
"""Settings of the ledger itself: the key of the tombstones."""

leads = Table(
    "ledger_leads",
    metadata,
    Column("lead_id", ID, primary_key=True),
    Column("name", Text),
    Column("company", Text),
    Column("owner", Text),
    Column("owner_given", Text),  # by the user's table; `owner` may be an assignment
    Column("source", Text),
    Column("stage", Text),
    Column("stage_since", UtcTime),
    Column("created_at", UtcTime),
    Column("last_activity_at", UtcTime),
    _needed("search", Text),
    *_score_columns(),
    _needed("call_order", Double, server_default="0"),  # see call_order.py
    _needed("in_sql", Boolean),
    _needed("closed_stage", Boolean),
    Column("hot_since", UtcTime),  # the present spell in band A or SQL
    Column("a_out_since", UtcTime),  # when it fell out of band A and is out since; and of SQL
    Column("sql_out_since", UtcTime),
    Column("answer_id", Text),  # the last one that was not undone
    Column("verdict", Text),
    Column("answered_at", UtcTime),
    _needed("left_a", Boolean),  # out of band A at some time since that answer
    Column("returned_at", UtcTime),
    _needed("open", Boolean),
    _needed("answered", Boolean),
    Column("waiting_since", UtcTime),
)
"""One row a lead: facts, latest score, and where it stands on the desk."""

# Besides these, the queue has an index of its own, which differs by database and stands in the migrations.
for _name in ("source", "recommended_stage", "band"):
    Index(f"ledger_leads_{_name}", leads.c.open, leads.c[_name])
Index("ledger_leads_owner", leads.c.open, leads.c.owner, leads.c.answered)
Index("ledger_leads_stage", leads.c.open, leads.c.stage, leads.c.recommended_stage, leads.c.band)
Index("ledger_leads_waiting", leads.c.open, leads.c.answered, leads.c.waiting_since)
_CELLS = ("answered", "fit", "engagement", "probability")
Index("ledger_leads_grid", leads.c.open, *(leads.c[name] for name in _CELLS))
Index("ledger_leads_fit", leads.c.fit)
Index("ledger_leads_engagement", leads.c.engagement)

scores = Table(
    "ledger_scores",
    metadata,
    Column("id", NUMBER, primary_key=True),
    _needed("lead_id", ID),
    *_score_columns(),
    _needed("rank", Integer),
    _needed("targets", Text),  # p_<target>, a JSON object
    _needed("reasons", Text),  # a JSON list
    _needed("base_value", Double),
    _needed("other_contribution", Double),
    _needed("origin", Text),
    _needed("recorded_at", UtcTime),
    UniqueConstraint("lead_id", "as_of", "model_version", "scorecard_version", name="ledger_scores_key"),
)
"""Every score ever stored."""

documents = Table(
    "ledger_documents",
    metadata,
    Column("lead_id", ID, primary_key=True),
    _needed("as_of", UtcTime),
    _needed("body", LargeBinary),
)
"""What the latest score was made from."""

answers = Table(
    "ledger_answers",
    metadata,
    Column("id", Text, primary_key=True),
    _needed("key", Text, unique=True),
    _needed("lead_id", ID),
    _needed("verdict", Text),
    Column("reason", Text),
    Column("comment", Text),
    _needed("actor", Text),
    _needed("at", UtcTime),
    _needed("number", Integer),  # counts a lead's answers
    _needed("shown", Text),  # the score at that time, a JSON object
    Column("returned_at", UtcTime),
    Column("undone_at", UtcTime),
    Column("undone_by", Text),
    UniqueConstraint("lead_id", "number", name="ledger_answers_number"),
    Index("ledger_answers_at", "at"),
)

events = Table(
    "ledger_events",
    metadata,
    Column("id", NUMBER, primary_key=True),
    _needed("lead_id", ID),
    _needed("at", UtcTime),
    _needed("kind", Text),
    _needed("actor", Text),
    _needed("detail", Text),
    Index("ledger_events_lead", "lead_id", "id"),
)

audit = Table(
    "ledger_audit",
    metadata,
    Column("id", NUMBER, primary_key=True),
    _needed("at", UtcTime),
    _needed("actor", Text),
    _needed("action", Text),
    Column("lead_id", ID),
    Column("detail", Text),
    Index("ledger_audit_lead", "lead_id", "id"),
)

tokens = Table(
    "ledger_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    _needed("name", Text),
    _needed("digest", Text, unique=True),
    _needed("scopes", Text),
    _needed("created_by", Text),
    _needed("created_at", UtcTime),
    Column("revoked_at", UtcTime),
)

alerts = Table(
    "ledger_alerts",
    metadata,
    Column("number", NUMBER, primary_key=True),
    _needed("id", Text, unique=True),
    _needed("webhook", Text),
    _needed("kind", Text),
    _needed("lead_id", ID),
    _needed("payload", Text),
    _needed("status", Text),
    _needed("created_at", UtcTime),
    _needed("attempts", Integer),
    Column("due_at", UtcTime),
    Column("leased_until", UtcTime),
    Column("last_error", Text),
    Column("sent_at", UtcTime),
    Index("ledger_alerts_due", "status", "due_at"),
    Index("ledger_alerts_lead", "lead_id"),
)

forgotten = Table(
    "ledger_forgotten",
    metadata,
    Column("digest", Text, primary_key=True),
    _needed("at", UtcTime),
)
"""Tombstones: keyed hashes of the ids that were erased."""
