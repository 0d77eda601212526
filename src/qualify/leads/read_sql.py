"""The rows of a query as an Arrow table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from qualify.config import SqlSource
from qualify.errors import DataError
from qualify.leads.read_csv import unique_names

_ROWS = 50_000
_LONE_COLON = re.compile(r"(?<![:\\]):(?!:)")


def read_sql(source: SqlSource) -> pa.Table:
    """Run a query and return its rows; see `sql_pieces`."""
    parts = list(sql_pieces(source, None))
    try:
        return pa.concat_tables(parts, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError("The rows of the query do not fit together.", where="the query", got=str(error),
                        mend="cast the column to one type in the query") from error  # fmt: skip


def sql_pieces(source: SqlSource, columns: Sequence[str] | None, rows: int = _ROWS) -> Iterator[pa.Table]:
    """Run a query and yield its rows in pieces, of which at least one; the server keeps the rest.

    The query is run as it stands: it takes no parameters, and nothing is committed. A password in the URL is
    never shown. A column has the type of its values in the piece.

    Parameters
    ----------
    source
        URL and query.
    columns
        Those wanted, None for all.
    rows
        Of a piece.

    Raises
    ------
    DataError
        The URL, the connection or the query is wrong.
    """
    try:
        url = make_url(source.url)
        shown = url.render_as_string(hide_password=True)
    except ArgumentError as error:
        raise DataError("The database URL is not understood.", expected="dialect://user:password@host/database",
                        where="the URL of the table") from error  # fmt: skip
    try:
        engine = create_engine(url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DataError("The database driver is not installed.", where=shown, got=str(error)) from error
    try:
        with engine.connect().execution_options(stream_results=True, max_row_buffer=rows) as connection:
            # No colon of the query is a parameter, so all are escaped.
            result = connection.execute(text(_LONE_COLON.sub(r"\\:", source.query)))
            names = unique_names(list(result.keys()), shown)
            empty = True
            for part in result.partitions(rows):
                empty = False
                yield _wanted(_as_table(names, part), columns)
            if empty:
                yield _wanted(pa.table({name: pa.array([], pa.string()) for name in names}), columns)
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error)
        raise DataError(
            "The query failed.", where=shown, got=cause, mend="run it in a database client"
        ) from error
    finally:
        engine.dispose()


def _wanted(table: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    return table if columns is None else table.select([c for c in columns if c in table.column_names])


def _as_table(names: Sequence[str], rows: Sequence[Any]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table({name: _as_array(values) for name, values in zip(names, columns, strict=True)})


def _as_array(values: Sequence[Any]) -> pa.Array:
    """Let Arrow find the type; values it has no type for, or of several types, become text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
