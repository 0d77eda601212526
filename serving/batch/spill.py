"""Tables split into buckets on disk: all rows of a lead are in one bucket, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from qualify.config import ColumnSpec, Data
from qualify.errors import DataError
from qualify.leads.hashing import bucket_of
from qualify.leads.manner import Manner, NumberManner, TimeManner
from qualify.leads.part import ROW
from qualify.leads.stamp import RaggedRow, stamp
from qualify.leads.stream import TableStream
from qualify.leads.wanted import keys_of, wanted
from qualify.side_by_side import beside, side_by_side
from serving.batch.columns import Manners, join_manners, look
from serving.batch.packing import AS_IT_IS, PACKED, READ

__all__ = [
    "Spilled",
    "drop_bucket",
    "fitted",
    "joined_schema",
    "read_bucket",
    "refuse_empty",
    "spill_table",
]

_PART_HELD = 32
_LEAST_HELD, _MOST_HELD = 16 << 20, 28 << 20  # what is dropped of less than 32 MiB serves again, not cleared
_HELD_A_BUCKET = 512 << 10


@dataclass
class Spilled:
    """What is known of a table after all of it has been seen once.

    Parameters
    ----------
    origin
        What messages call it.
    rows
        Read rows.
    manners
        How its columns are written.
    ragged
        Rows with another number of cells than the header.
    files
        How many files each bucket has (their columns differ in type).
    """

    origin: str
    rows: int = 0
    manners: Manners = field(default_factory=dict)
    ragged: list[RaggedRow] = field(default_factory=list)
    files: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> Spilled:
        """Return what `to_json` gave."""
        manners = {role: _manner(each) for role, each in found["manners"].items()}
        ragged = [RaggedRow(**each) for each in found["ragged"]]
        return cls(found["origin"], found["rows"], manners, ragged, found["files"])


def _manner(found: Mapping[str, Any]) -> Manner:
    return TimeManner(**found) if "serial" in found else NumberManner(**found)


def spill_table(
    stream: TableStream,
    data: Data,
    columns: Mapping[str, ColumnSpec],
    what: str,
    folder: Path,
    buckets: int,
    advance: Callable[[int], None],
    memory: int = 0,
    shown: Sequence[str] = (),
    *,
    packed: bool = False,
) -> Spilled:
    """Go through a table once and put its rows into the buckets' files.

    Of the `memory` a small part holds rows until each bucket gets many at once. Columns of the leads that are
    `shown` are kept whether the model reads them or not. What is `packed` takes less of the disk, and longer.

    Raises
    ------
    DataError
        The table cannot be read, or it holds no rows where it has to.
    """
    done, names = Spilled(stream.origin), wanted(data, columns, what, shown)
    split = partial(_split, data, columns, what, buckets, done.manners)
    gathered = _gathered(stream.pieces(names), _held(memory, buckets))
    with ExitStack() as stack:
        writer = _Writer(folder, what, buckets, stack, PACKED if packed else AS_IT_IS)
        for piece in beside(writer.write, side_by_side(split, gathered)):
            for role, manner in piece.manners.items():
                done.manners[role] = join_manners(done.manners.get(role), manner)
            done.rows += piece.by_bucket.num_rows
            advance(piece.by_bucket.num_rows)
        done.files = len(writer.schemas)
    _schema_path(folder, what).write_bytes(joined_schema(stream, writer.schemas, names).serialize())
    done.ragged = stream.ragged
    refuse_empty(done, what)
    return done


def _held(memory: int, buckets: int) -> int:
    """Return how many bytes of rows wait until they are split: some for each bucket, within the memory."""
    return max(_LEAST_HELD, min(memory // _PART_HELD, buckets * _HELD_A_BUCKET, _MOST_HELD))


def refuse_empty(found: Spilled, what: str) -> None:
    """Refuse a table of leads without a row.

    Raises
    ------
    DataError
        It has only a header.
    """
    if not found.rows and what == "leads" and not found.ragged:
        raise DataError("The table of leads has a header but no rows.", where=found.origin,
                        expected="one row a lead")  # fmt: skip


def _schema_path(folder: Path, what: str) -> Path:
    return folder / f"{what}.schema"


def joined_schema(stream: TableStream, found: list[pa.Schema], names: list[str]) -> pa.Schema:
    """Return the types of the whole table, which the pieces of a query may have found in part only.

    Raises
    ------
    DataError
        The rows of a query do not fit together.
    """
    if stream.schema is not None:
        columns = [stream.schema.field(name) for name in names]
        return pa.schema([*columns, pa.field(ROW, pa.int64())])
    try:
        return pa.unify_schemas(found, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError("The rows of the query do not fit together.", where=stream.origin, got=str(error),
                        mend="cast the column to one type in the query") from error  # fmt: skip


@dataclass(frozen=True)
class _Piece:
    """Many rows of a table by bucket, the end of each bucket's rows, and how their columns are written."""

    by_bucket: pa.Table
    ends: list[int]
    manners: Manners


def _gathered(pieces: Iterable[pa.Table], held: int) -> Iterator[list[pa.Table]]:
    """Yield pieces of one type that are many bytes together: what is written of a bucket at once is long."""
    waiting: list[pa.Table] = []
    size = 0
    for piece in pieces:
        # A query's columns have the types of the values of the piece.
        if waiting and (size >= held or waiting[0].schema != piece.schema):
            yield waiting
            waiting, size = [], 0
        waiting.append(piece)
        size += piece.nbytes
    if waiting:
        yield waiting


def _split(
    data: Data,
    columns: Mapping[str, ColumnSpec],
    what: str,
    buckets: int,
    known: Manners,
    pieces: list[pa.Table],
) -> _Piece:
    # One vocabulary for all: the codes of a bucket are taken as they are.
    rows = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
    manners = dict(known)  # what is settled already is not looked at again
    look(data, columns, what, rows, manners)
    codes = bucket_of(keys_of(data, what, rows), buckets)
    ends = np.cumsum(np.bincount(codes, minlength=buckets)).tolist()
    order = pa.array(np.argsort(codes, kind="stable"))
    return _Piece(rows.take(order) if buckets > 1 else rows, ends, manners)


class _Writer:
    """Writes rows into the files of their buckets."""

    def __init__(
        self, folder: Path, what: str, buckets: int, stack: ExitStack, options: pa.ipc.IpcWriteOptions
    ) -> None:
        self._folder, self._what, self._stack, self._options = folder, what, stack, options
        self.schemas: list[pa.Schema] = []
        self._open: list[pa.RecordBatchWriter | None] = [None] * buckets

    def write(self, piece: _Piece) -> None:
        """Write some rows."""
        if not self.schemas or self.schemas[-1] != piece.by_bucket.schema:
            self._renew(piece.by_bucket.schema)
        for bucket, (start, end) in enumerate(zip([0, *piece.ends], piece.ends, strict=False)):
            if end > start:
                self._writer(bucket).write_table(piece.by_bucket.slice(start, end - start))

    def _renew(self, schema: pa.Schema) -> None:
        for bucket, writer in enumerate(self._open):
            if writer is not None:
                writer.close()
                self._open[bucket] = None
        self.schemas.append(schema)

    def _writer(self, bucket: int) -> pa.RecordBatchWriter:
        writer = self._open[bucket]
        if writer is None:
            path = _path(self._folder, self._what, bucket, len(self.schemas) - 1)
            file = self._stack.enter_context(path.open("wb"))
            writer = self._stack.enter_context(
                pa.ipc.new_stream(file, self.schemas[-1], options=self._options)
            )
            self._open[bucket] = writer
        return writer


def _path(folder: Path, what: str, bucket: int, number: int) -> Path:
    return folder / f"{what}-{bucket:04d}-{number}.arrow"


def read_bucket(spilled: Spilled, folder: Path, what: str, bucket: int) -> pa.Table:
    """Return a bucket's rows as a table; the first bucket knows the rows that could not be read."""
    parts, schema = [], pa.ipc.read_schema(pa.py_buffer(_schema_path(folder, what).read_bytes()))
    for number in range(spilled.files):
        path = _path(folder, what, bucket, number)
        if path.exists():
            with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file, options=READ) as reader:
                parts.append(reader.read_all())
    table = pa.concat_tables([fitted(part, schema) for part in parts]) if parts else schema.empty_table()
    return stamp(table, origin=spilled.origin, ragged=[] if bucket else spilled.ragged)


def drop_bucket(spilled: Spilled, folder: Path, what: str, bucket: int) -> None:
    """Take a bucket's rows away: its scores are there."""
    for number in range(spilled.files):
        _path(folder, what, bucket, number).unlink(missing_ok=True)


def fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a part of a table with the columns and types of the whole."""
    return table if table.schema.equals(schema) else table.select(schema.names).cast(schema)
