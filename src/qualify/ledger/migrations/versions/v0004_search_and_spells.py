"""Search without blanks beside CJK, and since when a lead is out of band A and out of SQL.

Revision ID: 0004
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_CJK = "[々-〇぀-ヿㇰ-ㇿ㐀-䶿一-鿿가-힣豈-﫿\U00020000-\U0003ffff]"
_BESIDE_CJK = re.compile(f"(?<={_CJK}) | (?={_CJK})")
_PAGE = 10_000
_LEADS = sa.table("ledger_leads", sa.column("lead_id", sa.Text()), sa.column("search", sa.Text()))
_SPACED = (
    sa.select(_LEADS.c.lead_id, _LEADS.c.search)
    .where(_LEADS.c.lead_id > sa.bindparam("last"), _LEADS.c.search.contains(" "))
    .order_by(_LEADS.c.lead_id)
    .limit(_PAGE)
)
_CHANGE = _LEADS.update().where(_LEADS.c.lead_id == sa.bindparam("id")).values(search=sa.bindparam("to"))


def upgrade() -> None:
    """Take blanks beside CJK out of what a search looks into, and add the columns of the spells.

    What was folded before holds no other blank than the plain space. SQLite knows no patterns, so the rows
    are made anew here, page by page. Leads that are out now have no time: their next passage is told at
    once, as it was until now.
    """
    for name in ("a_out_since", "sql_out_since"):
        op.add_column("ledger_leads", sa.Column(name, sa.BigInteger(), nullable=True))
    connection, last = op.get_bind(), ""
    while rows := connection.execute(_SPACED, {"last": last}).all():
        joined = [{"id": row[0], "to": _BESIDE_CJK.sub("", row[1])} for row in rows if not row[1].isascii()]
        if joined:
            connection.execute(_CHANGE, joined)
        last = rows[-1][0]
