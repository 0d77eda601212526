"""How much memory a job may use, how much its tables would need, and into how many buckets they are split."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa

from qualify.errors import UserError
from qualify.leads.files import File
from qualify.leads.stream import TableStream

__all__ = [
    "MAX_BUCKETS",
    "PROGRAM_BYTES",
    "WITH_DOCUMENTS",
    "are_too_many",
    "bucket_count",
    "bytes_as_they_are",
    "bytes_needed",
    "parse_memory",
]

MAX_BUCKETS = 256
"""Each has an open file while a table is split."""

PROGRAM_BYTES = 480 << 20
"""The process without any lead: the interpreter, Arrow, pandas, the model and its libraries."""

WITH_DOCUMENTS = 1.5
"""How many times the memory a list takes whose leads go with their documents."""

_LEAST_BYTES = 600 << 20
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_CELL_BYTES = 48
_LEAD_BYTES = 2_000  # of a lead's features, contributions and row of the list, beside its cells
_TEXT_FACTOR = 4  # a CSV in memory, as texts and as what they were read as
_PACKED_FACTOR = 8
_VALUE_BYTES = 8
_KEPT_SHARE = 0.4


def parse_memory(text: str) -> int:
    """Read an amount of memory.

    Raises
    ------
    UserError
        It is none, or too little to work with.

    Examples
    --------
    >>> parse_memory("2GB"), parse_memory("800 MiB")
    (2147483648, 838860800)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?\s*", text.upper())
    if found is None:
        raise UserError("the amount of memory is not understood", where="--memory", got=text,
                        expected="for instance 2GB or 800MB")  # fmt: skip
    amount = int(float(found[1]) * _UNITS[found[2]])
    if amount < _LEAST_BYTES:
        raise UserError("this is too little memory", where="--memory", got=text, expected="at least 600MB")
    return amount


def bytes_needed(stream: TableStream, columns: int, what: str) -> float:
    """Estimate the memory that a table and what is made from it take; infinite where nothing tells.

    Of a query, the first rows are read; the stream still yields them.
    """
    if stream.schema is None:
        return _peek(stream, columns)
    rows = stream.row_count
    if rows is not None:
        return float(rows * (columns * _CELL_BYTES + (_LEAD_BYTES if what == "leads" else 0)))
    return float(sum(_text_bytes(file) for file in stream.files) * _TEXT_FACTOR)


def bytes_as_they_are(stream: TableStream, columns: int) -> int:
    """Estimate the bytes of a table's columns, most of which are numbers, times and codes; 0 of a query."""
    rows = stream.row_count
    if rows is not None:
        return rows * (columns + 1) * _VALUE_BYTES  # and the number of the row
    return sum(_text_bytes(file) for file in stream.files)


def are_too_many(size: int) -> bool:
    """Say whether files of so many bytes leave too little of the machine's memory to be kept in it.

    The operating system keeps what was written lately, as far as there is room beside what runs.
    """
    return size > os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * _KEPT_SHARE


def _text_bytes(file: File) -> int:
    with file.open() as opened:
        packed = opened.read(2) == b"\x1f\x8b"
    return file.size * (_PACKED_FACTOR if packed else 1)


def _peek(stream: TableStream, columns: int, enough: int = 4) -> float:
    """Read the first pieces of a query: if that is all, its size is known."""
    later = stream.pieces

    def pieces(names: Sequence[str] | None) -> Iterator[pa.Table]:
        # The query runs once: what was read to look at its size is told first.
        source = chain(first, rest)
        yield from (piece.select([n for n in piece.column_names if _kept(n, names)]) for piece in source)

    rest = later(None)
    first = [piece for _, piece in zip(range(enough), rest, strict=False)]
    stream.pieces = pieces
    rows = sum(piece.num_rows for piece in first)
    return math.inf if len(first) == enough else float(rows * (columns * _CELL_BYTES + _LEAD_BYTES))


def _kept(name: str, names: Sequence[str] | None) -> bool:
    return names is None or name in names or name.startswith("\x00")


def bucket_count(needed: float, memory: int, at_once: int) -> int:
    """Return into how many buckets the tables are split, of which some are in memory at once; 1: they fit.

    As many as there are cores, or a multiple of that: no core waits while another works on the last one.

    Examples
    --------
    >>> bucket_count(1e9, 2 << 30, 2), bucket_count(20e9, 2 << 30, 2)
    (1, 50)
    """
    room = memory - PROGRAM_BYTES
    if needed <= room:
        return 1
    if math.isinf(needed):
        return 64
    rounds = math.ceil(needed / (room / (2 * at_once)) / at_once)
    return min(MAX_BUCKETS, rounds * at_once)
