"""Search without blanks, and since when a lead is out of band A and out of SQL.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Take the blanks out of what a search looks into, and add the columns of the spells.

    What was folded before holds no other blank than the plain space. Leads that are out now have no time:
    their next passage is told at once, as it was until now.
    """
    for name in ("a_out_since", "sql_out_since"):
        op.add_column("ledger_leads", sa.Column(name, sa.BigInteger(), nullable=True))
    leads = sa.table("ledger_leads", sa.column("search", sa.Text()))
    spaced = sa.func.replace(leads.c.search, " ", "")
    op.execute(leads.update().where(leads.c.search != spaced).values(search=spaced))
