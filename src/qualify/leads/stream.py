"""A table read piece by piece, for tables larger than memory: the same rows as `qualify.leads.read` gives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from qualify.config import Source, SqlSource
from qualify.errors import DataError
from qualify.leads.csv_stream import csv_pieces, csv_schema
from qualify.leads.files import File, find_files
from qualify.leads.part import with_rows
from qualify.leads.read_parquet import plain
from qualify.leads.stamp import RaggedRow

__all__ = ["TableStream", "numbered", "open_stream", "parquet_part"]

PIECE_ROWS = 65_536
_SMALL_ROWS, _SMALL_BYTES = 4 * PIECE_ROWS, 32 << 20
_CODED = pa.dictionary(pa.int32(), pa.string())

Pieces: TypeAlias = Callable[[Sequence[str] | None], Iterator[pa.Table]]
"""Yields the wanted columns (None: all) and the rows' numbers in the source (`qualify.leads.part.ROW`)."""


@dataclass
class TableStream:
    """A table that can be gone through once.

    Parameters
    ----------
    origin
        What messages call it.
    schema
        Its columns; None where only its rows tell (a query).
    files
        What it is read from; none for a query.
    pieces
        Goes through the rows.
    ragged
        Rows with another number of cells than the header; complete when all rows are read.
    """

    origin: str
    schema: pa.Schema | None
    files: list[File]
    pieces: Pieces
    ragged: list[RaggedRow] = field(default_factory=list)

    @cached_property
    def row_count(self) -> int | None:
        """How many rows Parquet files hold, which their ends tell; None of other sources."""
        if not self.files or not all(file.is_parquet() for file in self.files):
            return None
        return sum(int(parquet.read_metadata(file.open()).num_rows) for file in self.files)


def open_stream(
    source: Source,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    what: str = "leads",
    dictionaries: Collection[str] = (),
) -> TableStream:
    """Open a table for reading piece by piece.

    Parameters
    ----------
    source, encoding, delimiter, what, dictionaries
        As of `qualify.leads.read.read_table`; several CSV files with the same header, and URLs of object
        stores, are understood too.

    Raises
    ------
    DataError
        The source is missing, empty, or not a table; rows that cannot be read are told while they are read.
    """
    if isinstance(source, SqlSource):
        from qualify.leads.read_sql import sql_pieces

        return TableStream("the query", None, [], lambda columns: numbered(sql_pieces(source, columns)))
    files = find_files(source)
    if not files:
        raise DataError(f"The file of {what} does not exist.", where=source, mend="check the path")
    _refuse_empty(files, what)
    if all(file.is_parquet() for file in files):
        schema = _with_codes(_joined_schema(files), dictionaries)
        return TableStream(
            source, schema, files, lambda columns: numbered(_parquet_pieces(files, schema, columns))
        )
    stream = TableStream(source, csv_schema(files, encoding, delimiter), files, lambda _: iter(()))
    stream.pieces = lambda columns: csv_pieces(files, encoding, delimiter, columns, stream.ragged)
    return stream


def _refuse_empty(files: list[File], what: str) -> None:
    empty = next((file for file in files if not file.size), None)
    if empty is not None:
        raise DataError(f"The file of {what} is empty.", where=empty, expected="a header and rows")


def numbered(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield pieces with the numbers of their rows, from 0."""
    before = 0
    for piece in pieces:
        yield with_rows(piece, np.arange(before, before + piece.num_rows))
        before += piece.num_rows


def _joined_schema(files: list[File]) -> pa.Schema:
    """Return the columns of all files, those of their folders' names included, as plain types."""
    schemas = []
    for file in files:
        with _opened(file) as opened:
            found = opened.schema_arrow
        schemas.append(pa.schema([*map(plain, found), *_keys(file, found.names)]))
    try:
        return pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError(
            "The Parquet files do not fit together.", where=files[0].path, got=str(error),
            expected="the same columns in every file",
        ) from error  # fmt: skip


def _with_codes(schema: pa.Schema, names: Collection[str]) -> pa.Schema:
    """Return a schema in which some columns, where they hold strings, are codes into their values."""
    return pa.schema([
        pa.field(field.name, _CODED) if field.name in names and pa.types.is_string(field.type) else field
        for field in schema
    ])  # fmt: skip


def _keys(file: File, names: Sequence[str]) -> list[pa.Field]:
    return [pa.field(key, pa.string()) for key in file.keys if key not in names]


def _opened(file: File, dictionaries: Collection[str] = ()) -> parquet.ParquetFile:
    """Open a file; `dictionaries` names columns that are to be codes, where the file has them."""
    try:
        opened = parquet.ParquetFile(file.open())
        present = [name for name in opened.schema_arrow.names if name in dictionaries]
        if not present:
            return opened
        with opened:
            return parquet.ParquetFile(file.open(), metadata=opened.metadata, read_dictionary=present)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(file, error) from error


def _damaged(where: object, error: Exception) -> DataError:
    return DataError("The Parquet file is damaged or cut.", where=where, got=str(error),
                     mend="export or fetch it again")  # fmt: skip


def _parquet_pieces(
    files: list[File], schema: pa.Schema, columns: Sequence[str] | None
) -> Iterator[pa.Table]:
    wanted = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    for file in files:
        yield from parquet_part(file, None, wanted)


def parquet_part(file: File, groups: range | None, wanted: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of some row groups of a file (None: of all), as the wanted columns.

    Raises
    ------
    DataError
        The file is damaged; the row group is named.
    """
    with _opened(file, [field.name for field in wanted if field.type == _CODED]) as opened:
        for group in range(opened.num_row_groups) if groups is None else groups:
            for piece in _of_group(file, opened, group, wanted.names):
                yield _fitted(piece, wanted, file.keys)


def _of_group(
    file: File, opened: parquet.ParquetFile, group: int, names: Sequence[str]
) -> Iterator[pa.Table]:
    """Yield the rows of a row group; one that is small is read in one go, which takes a quarter less time."""
    present = [name for name in names if name in opened.schema_arrow.names]
    try:
        told = opened.metadata.row_group(group)
        if told.num_rows <= _SMALL_ROWS and told.total_byte_size <= _SMALL_BYTES:
            whole = opened.read_row_group(group, columns=present, use_threads=True)
            yield from (whole.slice(at, PIECE_ROWS) for at in range(0, whole.num_rows, PIECE_ROWS))
            return
        batches = opened.iter_batches(PIECE_ROWS, row_groups=[group], columns=present, use_threads=True)
        yield from map(pa.table, batches)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(f"{file}, row group {group}", error) from error


def _fitted(table: pa.Table, wanted: pa.Schema, keys: dict[str, str]) -> pa.Table:
    """Return the wanted columns with their types; what a file lacks is missing."""
    columns = []
    for column in wanted:
        if column.name in table.column_names:
            columns.append(_as(table.column(column.name), column.type))
        else:
            value = pa.scalar(keys.get(column.name), plain(column).type)
            columns.append(_as(pa.repeat(value, table.num_rows), column.type))
    return pa.table(columns, schema=wanted)


def _as(values: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """Return values as a type; strings become codes where the type is of codes."""
    if kind != _CODED or values.type == _CODED:
        return values.cast(kind)
    return values.cast(pa.string()).dictionary_encode()
