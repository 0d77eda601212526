"""Leads picked by lot: who was, with which chance of being worked, and the order of calls that follows.

Revision ID: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_REAL: sa.Double[float] = sa.Double()
_FILTERS = (
    "answered band stage recommended_stage owner source disagreement waiting_since fit engagement search"
)


def upgrade() -> None:
    """Add the columns, and let the queue's index follow the order of calls."""
    for table in ("ledger_leads", "ledger_scores"):
        op.add_column(table, sa.Column("picked_by_lot", sa.Boolean(), nullable=True))
        op.add_column(table, sa.Column("work_probability", _REAL, nullable=True))
    op.add_column("ledger_leads", sa.Column("call_order", _REAL, nullable=False, server_default="0"))
    leads = sa.table("ledger_leads", sa.column("call_order"), sa.column("probability"))
    op.execute(leads.update().values(call_order=leads.c.probability))
    order: list[Any] = ["open", sa.text("call_order DESC"), "lead_id"]
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ledger_leads_queue", "ledger_leads")
        op.create_index("ledger_leads_queue", "ledger_leads", [*order, *_FILTERS.split()])
    else:
        op.drop_index("ledger_leads_queue_pg", "ledger_leads")
        op.create_index("ledger_leads_queue_pg", "ledger_leads", order)
