"""The first ledger: leads, scores, documents, answers, events, audit, tokens, alerts, tombstones.

Revision ID: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT, _TIME, _WHOLE, _YES_NO = sa.Text(), sa.BigInteger(), sa.Integer(), sa.Boolean()
_REAL: sa.Double[float] = sa.Double()
_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _leads()
    _scores()
    _answers()
    _people()
    _outbox()


def _all(kind: Any, names: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names.split()]


def _score() -> list[sa.Column[Any]]:
    return [
        *_all(_TIME, "as_of"),
        *_all(_TEXT, "model_version scorecard_version"),
        *_all(_REAL, "probability probability_low probability_high"),
        *_all(_WHOLE, "score"),
        *_all(_TEXT, "band"),
        *_all(_REAL, "fit engagement rule_points"),
        *_all(_TEXT, "rule_band"),
        *_all(_TEXT, "recommended_stage", nullable=True),
        *_all(_TEXT, "disagreement"),
    ]


def _leads() -> None:
    op.create_table(
        "ledger_leads",
        sa.Column("lead_id", _ID, primary_key=True),
        *_all(_TEXT, "name company owner owner_given source stage", nullable=True),
        *_all(_TIME, "stage_since created_at last_activity_at", nullable=True),
        *_all(_TEXT, "search"),
        *_score(),
        *_all(_YES_NO, "in_sql closed_stage"),
        *_all(_TIME, "hot_since", nullable=True),
        *_all(_TEXT, "answer_id verdict", nullable=True),
        *_all(_TIME, "answered_at", nullable=True),
        *_all(_YES_NO, "left_a"),
        *_all(_TIME, "returned_at", nullable=True),
        *_all(_YES_NO, "open answered"),
        *_all(_TIME, "waiting_since", nullable=True),
    )
    order: list[Any] = ["open", sa.text("probability DESC"), "lead_id"]
    if op.get_bind().dialect.name == "sqlite":
        filtered = (
            "answered band stage recommended_stage owner source disagreement waiting_since "
            "fit engagement search"
        )
        op.create_index("ledger_leads_queue", "ledger_leads", [*order, *filtered.split()])
    else:
        op.create_index("ledger_leads_queue_pg", "ledger_leads", order)
    for name in ("owner", "source", "stage", "recommended_stage", "band"):
        op.create_index(f"ledger_leads_{name}", "ledger_leads", ["open", name])
    cells = ["open", "answered", "fit", "engagement", "probability"]
    op.create_index("ledger_leads_grid", "ledger_leads", cells)
    op.create_index("ledger_leads_fit", "ledger_leads", ["fit"])
    op.create_index("ledger_leads_engagement", "ledger_leads", ["engagement"])


def _scores() -> None:
    op.create_table(
        "ledger_scores",
        sa.Column("id", _NUMBER, primary_key=True),
        *_all(_ID, "lead_id"),
        *_score(),
        *_all(_WHOLE, "rank"),
        *_all(_TEXT, "targets reasons"),
        *_all(_REAL, "base_value other_contribution"),
        *_all(_TEXT, "origin"),
        *_all(_TIME, "recorded_at"),
        sa.UniqueConstraint(
            "lead_id", "as_of", "model_version", "scorecard_version", name="ledger_scores_key"
        ),
    )
    op.create_table(
        "ledger_documents",
        sa.Column("lead_id", _ID, primary_key=True),
        *_all(_TIME, "as_of"),
        *_all(sa.LargeBinary(), "body"),
    )


def _answers() -> None:
    op.create_table(
        "ledger_answers",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("key", _TEXT, nullable=False, unique=True),
        *_all(_ID, "lead_id"),
        *_all(_TEXT, "verdict"),
        *_all(_TEXT, "reason comment", nullable=True),
        *_all(_TEXT, "actor"),
        *_all(_TIME, "at"),
        *_all(_WHOLE, "number"),
        *_all(_TEXT, "shown"),
        *_all(_TIME, "returned_at undone_at", nullable=True),
        *_all(_TEXT, "undone_by", nullable=True),
        sa.UniqueConstraint("lead_id", "number", name="ledger_answers_number"),
    )
    op.create_index("ledger_answers_at", "ledger_answers", ["at"])
    op.create_table(
        "ledger_events",
        sa.Column("id", _NUMBER, primary_key=True),
        *_all(_ID, "lead_id"),
        *_all(_TIME, "at"),
        *_all(_TEXT, "kind actor detail"),
    )
    op.create_index("ledger_events_lead", "ledger_events", ["lead_id", "id"])


def _people() -> None:
    op.create_table(
        "ledger_audit",
        sa.Column("id", _NUMBER, primary_key=True),
        *_all(_TIME, "at"),
        *_all(_TEXT, "actor action"),
        *_all(_ID, "lead_id", nullable=True),
        *_all(_TEXT, "detail", nullable=True),
    )
    op.create_index("ledger_audit_lead", "ledger_audit", ["lead_id", "id"])
    op.create_table(
        "ledger_tokens",
        sa.Column("id", _TEXT, primary_key=True),
        *_all(_TEXT, "name"),
        sa.Column("digest", _TEXT, nullable=False, unique=True),
        *_all(_TEXT, "scopes created_by"),
        *_all(_TIME, "created_at"),
        *_all(_TIME, "revoked_at", nullable=True),
    )


def _outbox() -> None:
    op.create_table(
        "ledger_alerts",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("id", _TEXT, nullable=False, unique=True),
        *_all(_TEXT, "webhook kind"),
        *_all(_ID, "lead_id"),
        *_all(_TEXT, "payload status"),
        *_all(_TIME, "created_at"),
        *_all(_WHOLE, "attempts"),
        *_all(_TIME, "due_at leased_until", nullable=True),
        *_all(_TEXT, "last_error", nullable=True),
        *_all(_TIME, "sent_at", nullable=True),
    )
    op.create_index("ledger_alerts_due", "ledger_alerts", ["status", "due_at"])
    op.create_index("ledger_alerts_lead", "ledger_alerts", ["lead_id"])
    op.create_table("ledger_forgotten", sa.Column("digest", _TEXT, primary_key=True), *_all(_TIME, "at"))
    op.create_table("ledger_meta", sa.Column("name", _TEXT, primary_key=True), *_all(_TEXT, "value"))
