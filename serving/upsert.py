"""Scores in a database table: one row for each lead, moment and model, however often a job is run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    MetaData,
    Table,
    Text,
    bindparam,
    create_engine,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from qualify.errors import UserError
from serving.flat import flat

__all__ = ["KEY", "upsert"]

KEY = ("lead_id", "as_of", "model_version")
"""What a row is known by."""

_ROWS_AT_ONCE = 5_000
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def upsert(groups: Iterator[pa.Table], out: str) -> None:
    """Write a score list to a table, which is made where there is none; a group of rows a transaction.

    Parameters
    ----------
    groups
        Pieces of the list.
    out
        ``URL#TABLE``, or ``URL#SCHEMA.TABLE``.

    Raises
    ------
    UserError
        The database does not answer or refuses, or the table has other columns or no key.
    """
    url, _, name = out.partition("#")
    try:
        engine = create_engine(url)
        try:
            first = True
            for group in groups:
                table = _table(name, group.schema)
                with engine.begin() as connection:
                    if first:
                        _prepare(connection, table)
                    _put(connection, table, group)
                first = False
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        raise UserError(
            "the scores cannot be written to the database",
            where=f"table {name}",
            got=type(error).__name__,
            mend="check the URL and the rights of its user",
        ) from error


def _table(name: str, schema: pa.Schema) -> Table:
    where, _, plain = name.rpartition(".")
    columns = [
        Column(field.name, _type(field.type), primary_key=field.name in KEY, nullable=field.name not in KEY)
        for field in schema
    ]
    return Table(plain, MetaData(), *columns, schema=where or None)


def _type(kind: pa.DataType) -> Any:
    if pa.types.is_integer(kind):
        return BigInteger()
    return Double() if pa.types.is_floating(kind) else Text()


def _prepare(connection: Connection, table: Table) -> None:
    """Make the table, or refuse one that is of another making."""
    about = inspect(connection)
    if not about.has_table(table.name, table.schema):
        table.create(connection)
        return
    present = {column["name"] for column in about.get_columns(table.name, table.schema)}
    lacking = [column.name for column in table.columns if column.name not in present]
    keys = [about.get_pk_constraint(table.name, table.schema)["constrained_columns"]]
    keys += [each["column_names"] for each in about.get_unique_constraints(table.name, table.schema)]
    if lacking or set(KEY) not in [set(key) for key in keys]:
        raise UserError(
            "the database's table was not made for this score list", where=f"table {table.name}",
            got=f"without {', '.join(lacking)}" if lacking else "no key of its own",
            expected=f"the list's columns, and the key {', '.join(KEY)}",
            mend="name another table, or drop this one: it will be made anew",
        )  # fmt: skip


def _put(connection: Connection, table: Table, group: pa.Table) -> None:
    frame = flat(group, guarded=False)
    records: Any = frame.astype(object).where(frame.notna().to_numpy(), None).to_dict("records")
    rows: list[dict[str, Any]] = records
    if not rows:
        return
    insert = _INSERTS.get(connection.dialect.name)
    if insert is not None:
        statement = insert(table)
        changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in KEY}
        statement = statement.on_conflict_do_update(index_elements=list(KEY), set_=changed)
    else:
        same = np.logical_and.reduce([table.c[name] == bindparam(f"old_{name}") for name in KEY])
        connection.execute(table.delete().where(same), [{f"old_{n}": row[n] for n in KEY} for row in rows])
        statement = table.insert()
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        connection.execute(statement, rows[start : start + _ROWS_AT_ONCE])
