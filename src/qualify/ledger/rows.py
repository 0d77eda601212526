"""Small pieces of SQL that several concerns share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Connection, Insert, Select, Table, Update, select, type_coerce

from qualify.errors import UnknownLead
from qualify.ledger.tables import leads
from qualify.ledger.values import UtcTime, clean


def in_micros(table: Table, names: Iterable[str] | None = None) -> Select[Any]:
    """Select columns of a table (all by default), with times as microseconds."""
    chosen = [table.c[name] for name in names] if names is not None else list(table.c)
    return select(*(
        type_coerce(column, BigInteger).label(column.name) if isinstance(column.type, UtcTime) else column
        for column in chosen
    ))  # fmt: skip


def write_many(connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement once for each row, with the values as the tables keep them (times in microseconds).

    The driver is called directly: for many rows, the way through the types costs more than the database.
    """
    if not rows:
        return
    compiled: Any = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    if compiled.positional:
        values = itemgetter(*compiled.positiontup)
        connection.exec_driver_sql(compiled.string, [values(row) for row in rows])
    else:
        connection.exec_driver_sql(compiled.string, [dict(row) for row in rows])


def locked_lead(connection: Connection, lead_id: str) -> Mapping[Any, Any]:
    """Return the row of a lead, which nobody else changes until the transaction ends.

    Raises
    ------
    UnknownLead
        No such lead is stored.
    """
    asked = in_micros(leads).where(leads.c.lead_id == clean(lead_id)).with_for_update()
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise UnknownLead("the ledger holds no lead of this id", got=lead_id, mend="check the id")
    return row
