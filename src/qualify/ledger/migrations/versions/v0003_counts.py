"""Indexes that let the desk count by owner, by waiting time and by stages without reading every open lead.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Widen the indexes of owner and stage, and add that of the waiting time."""
    for name in ("owner", "stage"):
        op.drop_index(f"ledger_leads_{name}", "ledger_leads")
    op.create_index("ledger_leads_owner", "ledger_leads", ["open", "owner", "answered"])
    op.create_index("ledger_leads_stage", "ledger_leads", ["open", "stage", "recommended_stage", "band"])
    op.create_index("ledger_leads_waiting", "ledger_leads", ["open", "answered", "waiting_since"])
