"""Tables packed into cells: what goes through Spark is a few large rows, and their types are Arrow's own.

A cell holds a piece of a table in Arrow's stream format. Spark has no type for some of Arrow's (nanoseconds,
unsigned numbers), and would read a CSV or a time in its own way; packed, a value arrives as it was read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from qualify import errors
from qualify.errors import DataError, UserError

__all__ = ["CELLS", "cell", "error_of", "guarded", "said", "unpacked"]

CELLS = "kind string, what string, split int, place int, bucket int, payload binary"
"""Columns of packed rows: `kind` says what the payload is, `split` and `place` where it stood."""

_SCHEMA = pa.schema([
    ("kind", pa.string()), ("what", pa.string()), ("split", pa.int32()), ("place", pa.int32()),
    ("bucket", pa.int32()), ("payload", pa.binary()),
])  # fmt: skip
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


def cell(
    kind: str, payload: pa.Table | Mapping[str, Any], *, what: str = "", split: int = 0, place: int = 0,
    bucket: int = 0,
) -> pa.RecordBatch:  # fmt: skip
    """Return a batch of one packed row: a table, or what JSON holds."""
    data = _packed(payload) if isinstance(payload, pa.Table) else json.dumps(payload, default=str).encode()
    row = {"kind": kind, "what": what, "split": split, "place": place, "bucket": bucket, "payload": data}
    return pa.RecordBatch.from_pylist([row], schema=_SCHEMA)


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue().to_pybytes())


def unpacked(payload: bytes | pa.Buffer) -> pa.Table:
    """Return the table of a cell."""
    with pa.ipc.open_stream(pa.py_buffer(payload)) as reader:
        return reader.read_all()


def said(payload: bytes) -> dict[str, Any]:
    """Return what a cell of JSON holds."""
    found: dict[str, Any] = json.loads(payload)
    return found


def guarded(work: Callable[[], Iterator[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Let a task work; what the user can mend becomes a row, not a failure of Spark with all its retries."""
    try:
        yield from work()
    except UserError as error:
        where = None if error.where is None else str(error.where)
        expected = None if error.expected is None else str(error.expected)
        yield cell("error", {
            "class": type(error).__name__, "what": error.what, "where": where,
            "got": error.got, "expected": expected, "mend": error.mend,
        })  # fmt: skip


def error_of(payload: bytes) -> UserError:
    """Return the error that a task met."""
    parts = said(payload)
    kind = getattr(errors, parts.pop("class"), DataError)
    found: UserError = kind(**parts)
    return found
