"""Reading the tables in Spark's tasks, with the library's own readers: each task a part of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from qualify.config import ColumnSpec, Data, SqlSource
from qualify.leads.csv_stream import csv_pieces
from qualify.leads.files import File
from qualify.leads.hashing import bucket_of
from qualify.leads.read_sql import sql_pieces
from qualify.leads.stamp import RaggedRow
from qualify.leads.stream import TableStream, numbered, parquet_part
from qualify.leads.wanted import keys_of, wanted
from serving.batch.columns import Manners, look
from serving.batch.spark.packed import cell, guarded

__all__ = ["Reading", "Split", "read_rows", "read_splits", "splits_of"]

_SPLIT_BYTES = 64 << 20
_BUFFERED_BYTES = 32 << 20


@dataclass(frozen=True)
class Split:
    """A part of a table that one task reads.

    Parameters
    ----------
    what, number
        The table's role, and the part's place in it.
    source
        A file, or a query, which is one part.
    groups
        Row groups of a Parquet file; None for other files.
    schema
        The wanted columns of the whole table; None for a query.
    """

    what: str
    number: int
    source: File | SqlSource
    groups: range | None
    schema: pa.Schema | None


@dataclass(frozen=True)
class Reading:
    """How tables are read: by the schema of a model, into so many buckets."""

    data: Data
    columns: dict[str, ColumnSpec]
    buckets: int

    def wanted(self, what: str) -> list[str]:
        """Return the columns of a table that are read."""
        return wanted(self.data, self.columns, what)


@dataclass
class _Seen:
    """What a task has learnt of its part."""

    manners: Manners = field(default_factory=dict)
    ragged: list[RaggedRow] = field(default_factory=list)
    schemas: list[pa.Schema] = field(default_factory=list)
    rows: int = 0

    def add(self, reading: Reading, what: str, piece: pa.Table) -> None:
        """Learn from a piece."""
        if not self.schemas or self.schemas[-1] != piece.schema:
            self.schemas.append(piece.schema)
        look(reading.data, reading.columns, what, piece, self.manners)
        self.rows += piece.num_rows

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it; `rows` counts those that could not be read too."""
        return {
            "manners": {role: asdict(manner) for role, manner in self.manners.items()},
            "ragged": [asdict(row) for row in self.ragged],
            "schemas": [each.serialize().to_pybytes().hex() for each in self.schemas],
            "rows": self.rows + len(self.ragged),
        }


def splits_of(reading: Reading, what: str, source: object, stream: TableStream) -> list[Split]:
    """Return the parts of a table, in the order of the input."""
    if stream.schema is None:
        assert isinstance(source, SqlSource), "files have a schema"
        return [Split(what, 0, source, None, None)]
    schema = pa.schema([stream.schema.field(name) for name in reading.wanted(what)])
    parts = [(file, groups) for file in stream.files for groups in _groups(file)]
    return [Split(what, number, *part, schema) for number, part in enumerate(parts)]


def _groups(file: File) -> Iterator[range | None]:
    """Yield runs of row groups of about `_SPLIT_BYTES`; a CSV is one part, since its quotes span lines."""
    if not file.is_parquet():
        yield None
        return
    about = parquet.read_metadata(file.open())
    first = size = 0
    for group in range(about.num_row_groups):
        size += about.row_group(group).total_byte_size
        if size >= _SPLIT_BYTES or group + 1 == about.num_row_groups:
            yield range(first, group + 1)
            first, size = group + 1, 0


def read_splits(
    reading: Reading, splits: Sequence[Split], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Read the parts whose numbers come in; yield their rows by bucket, packed, and what was learnt."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            split, seen = splits[number], _Seen()
            pieces = _pieces(reading, split, seen.ragged)
            yield from guarded(partial(_bucketed, reading, split.what, split.number, pieces, seen))


def read_rows(
    reading: Reading, what: str, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """Take the rows of a partition of a Spark table; yield them as :func:`read_splits` does."""
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context is not None, "runs in a task"
    pieces = numbered(pa.table(batch) for batch in batches)
    yield from guarded(partial(_bucketed, reading, what, context.partitionId(), pieces, _Seen()))


def _bucketed(
    reading: Reading, what: str, number: int, pieces: Iterator[pa.Table], seen: _Seen
) -> Iterator[pa.RecordBatch]:
    """Yield a part's rows by bucket, as many as are held at a time, and in the end what was learnt."""
    waiting, place = list[pa.Table](), 0
    for piece in pieces:
        full = sum(table.nbytes for table in waiting) > _BUFFERED_BYTES
        if waiting and (full or waiting[-1].schema != piece.schema):  # a query's types are its values'
            yield from _packed(reading, waiting, what, number, place)
            waiting, place = [], place + 1
        seen.add(reading, what, piece)
        waiting.append(piece)
    if waiting:
        yield from _packed(reading, waiting, what, number, place)
    yield cell("seen", seen.told(), what=what, split=number)


def _pieces(reading: Reading, split: Split, ragged: list[RaggedRow]) -> Iterator[pa.Table]:
    """Yield the part's rows; their numbers are those in the part."""
    data, source, names = reading.data, split.source, reading.wanted(split.what)
    if isinstance(source, SqlSource):
        return numbered(sql_pieces(source, names))
    if split.groups is None:
        return csv_pieces([source], data.encoding, data.delimiter, names, ragged)
    assert split.schema is not None, "files have a schema"
    return numbered(parquet_part(source, split.groups, split.schema))


def _packed(
    reading: Reading, pieces: list[pa.Table], what: str, number: int, place: int
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of each bucket, in their order."""
    table = pa.concat_tables(pieces)
    codes = bucket_of(keys_of(reading.data, what, table), reading.buckets)
    ordered = table.take(pa.array(np.argsort(codes, kind="stable")))
    ends = np.cumsum(np.bincount(codes, minlength=reading.buckets)).tolist()
    for bucket, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        if end > start:
            rows = ordered.slice(start, end - start)
            yield cell("rows", rows, what=what, split=number, place=place, bucket=bucket)
