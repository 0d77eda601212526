"""Scores in a database table: one row for each lead, moment and model, however often a job is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Engine,
    MetaData,
    Table,
    Text,
    bindparam,
    create_engine,
    inspect,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from qualify.errors import UserError, without_secrets
from serving.flat import flat

__all__ = ["KEY", "database_of", "drop_table", "has_table", "upsert", "upsert_rows"]

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
    upsert_rows((flat(group, guarded=False) for group in groups), out, KEY)


def upsert_rows(frames: Iterator[pd.DataFrame], out: str, key: Sequence[str]) -> None:
    """Write plain frames of the same columns to a table; a frame a transaction.

    Parameters
    ----------
    out
        As of :func:`upsert`, whose errors are raised.
    key
        The columns that a row is known by.
    """
    name = out.partition("#")[2]
    with _connected(out) as engine:
        first = True
        for frame in frames:
            table = _table(name, frame, key)
            with engine.begin() as connection:
                if first:
                    _prepare(connection, table, key)
                _put(connection, table, frame, key)
            first = False


def has_table(out: str) -> bool:
    """Say whether a database has a table (``URL#TABLE``)."""
    where, _, plain = out.partition("#")[2].rpartition(".")
    with _connected(out) as engine:
        return bool(inspect(engine).has_table(plain, where or None))


def drop_table(out: str) -> None:
    """Drop a table (``URL#TABLE``), where there is one."""
    where, _, plain = out.partition("#")[2].rpartition(".")
    with _connected(out) as engine:
        Table(plain, MetaData(), schema=where or None).drop(engine, checkfirst=True)


@contextmanager
def _connected(out: str) -> Iterator[Engine]:
    url, name = database_of(out), out.partition("#")[2]
    try:
        engine = create_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        raise UserError(
            "the scores cannot be written to the database",
            where=f"table {name}",
            got=type(error).__name__,
            mend="check the URL and the rights of its user",
        ) from error


def database_of(out: str) -> URL:
    """Return the database of ``URL#TABLE``.

    Raises
    ------
    UserError
        The URL cannot be read.
    """
    url = out.partition("#")[0]
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise UserError(
            "the output URL cannot be read", where="--out", got=without_secrets(url),
            expected="such as postgresql+psycopg://USER@HOST/DATABASE#scores",
        ) from None  # fmt: skip


def _table(name: str, frame: pd.DataFrame, key: Sequence[str]) -> Table:
    where, _, plain = name.rpartition(".")
    columns = [
        Column(str(column), _type(kind), primary_key=column in key, nullable=column not in key)
        for column, kind in frame.dtypes.items()
    ]
    return Table(plain, MetaData(), *columns, schema=where or None)


def _type(kind: Any) -> Any:
    if pd.api.types.is_bool_dtype(kind):
        return Boolean()
    if pd.api.types.is_integer_dtype(kind):
        return BigInteger()
    return Double() if pd.api.types.is_float_dtype(kind) else Text()


def _prepare(connection: Connection, table: Table, key: Sequence[str]) -> None:
    """Make the table, or refuse one that is of another making."""
    about = inspect(connection)
    if not about.has_table(table.name, table.schema):
        table.create(connection)
        return
    present = {column["name"] for column in about.get_columns(table.name, table.schema)}
    lacking = [column.name for column in table.columns if column.name not in present]
    keys = [about.get_pk_constraint(table.name, table.schema)["constrained_columns"]]
    keys += [each["column_names"] for each in about.get_unique_constraints(table.name, table.schema)]
    if lacking or set(key) not in [set(each) for each in keys]:
        raise UserError(
            "the database's table was not made for this score list", where=f"table {table.name}",
            got=f"without {', '.join(lacking)}" if lacking else "no key of its own",
            expected=f"the list's columns, and the key {', '.join(key)}",
            mend="name another table, or drop this one: it will be made anew",
        )  # fmt: skip


def _put(connection: Connection, table: Table, frame: pd.DataFrame, key: Sequence[str]) -> None:
    records: Any = frame.astype(object).where(frame.notna().to_numpy(), None).to_dict("records")
    rows: list[dict[str, Any]] = records
    if not rows:
        return
    insert = _INSERTS.get(connection.dialect.name)
    if insert is not None:
        statement = insert(table)
        changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in key}
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=changed)
    else:
        same = np.logical_and.reduce([table.c[name] == bindparam(f"old_{name}") for name in key])
        connection.execute(table.delete().where(same), [{f"old_{n}": row[n] for n in key} for row in rows])
        statement = table.insert()
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        connection.execute(statement, rows[start : start + _ROWS_AT_ONCE])
