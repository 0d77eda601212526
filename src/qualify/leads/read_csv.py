"""CSV files as Arrow tables of strings."""

from __future__ import annotations

import gzip
import logging
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

from qualify.errors import DataError
from qualify.leads.files import File
from qualify.leads.header import Header, find_header
from qualify.leads.kinds import refuse_other_kinds
from qualify.leads.sniff import (
    HEAD_BYTES,
    MEND_ENCODING,
    check_encoding,
    decode_head,
    sniff_encoding,
)
from qualify.leads.stamp import RaggedRow, stamp

BLOCK_BYTES = 1 << 24
"""Longest row that is read; a longer one is most often an unclosed quote."""

_SHOWN = 60
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
_MAX_HEADER_BYTES = 1 << 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read.

    `skipped` lines stand before the header, `bare` has no line after it, and of the rows below it `again` are
    names once more. Where `sure` is false, the encoding was told by the first bytes alone.
    """

    names: list[str]
    delimiter: str
    encoding: str
    skipped: int
    bare: bool = False
    sure: bool = True
    again: int = 0


def read_csv(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> pa.Table:
    """Read a CSV file, gzip or not; see `qualify.leads.read.read_table`.

    Every column is a string. Rows with more or fewer cells than the header are left out and noted in the
    table's stamp.

    Raises
    ------
    DataError
        Empty, no text, an unknown encoding, a row of more than 16 MB, an unclosed quote, a damaged archive.
    """
    layout = find_layout(path, encoding, delimiter)
    if layout.bare:  # Arrow wants the header's line to end
        return pa.table({name: pa.array([], pa.string()) for name in layout.names})
    return _read(path, layout)


def find_layout(path: Path | File, encoding: str | None, delimiter: str | None) -> Layout:
    """Look at the first bytes of a file for its header, and what of the rest is not given."""
    where = str(path)
    head, whole = _head(path)
    if not head.strip(b"\r\n\t \xef\xbb\xbf"):
        raise DataError("The file is empty.", where=where, expected="a header and rows")
    refuse_other_kinds(head, where)
    found = encoding is None
    encoding = sniff_encoding(head, whole, where) if encoding is None else check_encoding(encoding, where)
    text = decode_head(head, encoding)
    named = _SEPARATOR_LINE.match(text)
    if named:  # spreadsheets write the delimiter into a line of its own
        text, delimiter = text[named.end() :], delimiter or named[1]
    header = _header(text, delimiter, whole, where)
    if header.above:
        line = header.above + int(named is not None) + 1
        _warn_once(f"the column names stand in line {line}; what is above them is left out", *_identity(path))
    if header.again:
        _warn_once("the row below the column names names them once more; it is left out", *_identity(path))
    names = unique_names(header.names, where)
    bare = whole and "\n" not in text and "\r" not in text
    skipped = header.above + int(named is not None)
    return Layout(names, header.delimiter, encoding, skipped, bare, whole or not found, int(header.again))


def _identity(path: Path | File) -> tuple[str, str, int, int]:
    """Return what a file is called, where it is, and what changes when it is written anew."""
    if isinstance(path, File):
        return str(path), path.path, path.size, path.changed
    about = path.stat()
    return str(path), str(path.resolve()), about.st_size, about.st_mtime_ns


@lru_cache(maxsize=1_024)
def _warn_once(told: str, name: str, place: str, size: int, changed: int) -> None:
    """Tell of a file once, however often a job reads it: the cache knows what has been told."""
    _log.warning("%s: %s", name, told)


def unique_names(names: list[str], where: str) -> list[str]:
    """Number repeated names: ``name``, ``name.2``, ``name.3``; empty ones become `unnamed`.

    Examples
    --------
    >>> unique_names(["a", "b", "a", ""], "leads.csv")
    ['a', 'b', 'a.2', 'unnamed']
    """
    found: dict[str, None] = {}
    taken = set(names)
    for name in names:
        base = new = name or "unnamed"
        number = 1
        while new in found or (number > 1 and new in taken):
            number += 1
            new = f"{base}.{number}"
        if new != name:
            _log.warning("%s: the column name %r is %s; it is read as %r", where, name,
                         "repeated" if name else "empty", new)  # fmt: skip
        found[new] = None
    return list(found)


def _head(path: Path | File) -> tuple[bytes, bool]:
    """Return the first bytes, unpacked, and whether that is all."""
    try:
        with unpacked(path) as file:
            head = file.read(HEAD_BYTES)
            while len(head) < _MAX_HEADER_BYTES and b"\n" not in head and b"\r" not in head:
                more = file.read(HEAD_BYTES)
                if not more:
                    break
                head += more
            return head, not file.read(1)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path) from error


def unpacked(path: Path | File) -> Any:
    """Open a file for reading, unpacked if it is compressed."""
    if isinstance(path, File):
        return path.unpacked()
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def damaged(path: Path | File) -> DataError:
    """Return the error of an archive that ends too early."""
    return DataError("The compressed file is damaged or cut.", where=path, mend="fetch or export it again")


def _header(text: str, delimiter: str | None, whole: bool, where: str) -> Header:
    found = find_header(text, delimiter)
    if found is None or (not whole and "\n" not in text and "\r" not in text):
        raise DataError("No header was found.", where=where, got=text[:_SHOWN],
                        expected="column names in the first line", mend="check its quotes")  # fmt: skip
    return found


def _read(path: Path, layout: Layout) -> pa.Table:
    try:
        table, ragged = _parse(path, layout, threads=True)
        if ragged:  # row numbers are known only when one thread reads
            table, ragged = _parse(path, layout, threads=False)
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError, zlib.error) as error:
        if not layout.sure and layout.encoding == "utf-8" and is_undecoded(error):
            return _read(path, replace(layout, encoding=_sniff_whole(path), sure=True))
        raise explained(error, path) from error
    check_quotes(table, layout.delimiter, path)
    return stamp(table, ragged=ragged)


def _parse(path: Path, layout: Layout, threads: bool) -> tuple[pa.Table, list[RaggedRow]]:
    ragged: list[RaggedRow] = []
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with pa.input_stream(str(path), compression="gzip" if packed else None) as stream:
        table = csv.read_csv(stream, *options(layout, ragged, threads))
    return table, ragged


def options(
    layout: Layout, ragged: list[RaggedRow], threads: bool, columns: Sequence[str] | None = None
) -> tuple[csv.ReadOptions, csv.ParseOptions, csv.ConvertOptions]:
    """Return how Arrow is to read a file; rows of another number of cells are added to `ragged`.

    `columns` are those wanted, None for all.
    """

    def note(row: Any) -> str:
        number = -1 if row.number is None else row.number - 2 - layout.skipped - layout.again
        ragged.append(RaggedRow(number, row.actual_columns, row.expected_columns, row.text[:_SHOWN]))
        return "skip"

    return (
        csv.ReadOptions(
            use_threads=threads,
            block_size=BLOCK_BYTES,
            encoding=layout.encoding,
            skip_rows=layout.skipped,
            column_names=layout.names,
            skip_rows_after_names=1 + layout.again,
        ),
        csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=note),
        csv.ConvertOptions(
            column_types=dict.fromkeys(layout.names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            include_columns=list(columns or ()),
        ),
    )


def _sniff_whole(path: Path) -> str:
    """Look at the whole file when its first bytes were plain and later ones are not UTF-8."""
    with unpacked(path) as file:
        return sniff_encoding(file.read(), True, str(path))


def is_undecoded(error: Exception) -> bool:
    """Say whether Arrow met bytes that are not of the encoding.

    A row of another number of cells is skipped always, but when its text cannot even be told.
    """
    told = str(error)
    return isinstance(error, UnicodeDecodeError) or "UTF8" in told or "CSV parse error: Expected" in told


def explained(error: Exception, path: Path | File) -> DataError:
    """Return the error of a file that Arrow could not read."""
    text = str(error)
    if "straddling" in text:
        return DataError(
            "A row is longer than 16 MB, or a quote is never closed.", where=path, expected="one row a line",
            mend="look for an odd quotation mark in the file",
        )  # fmt: skip
    if is_undecoded(error):
        return DataError(
            "The file's encoding is not recognised.", where=path, expected="UTF-8, UTF-16 or Shift_JIS",
            mend=MEND_ENCODING,
        )  # fmt: skip
    if isinstance(error, OSError | zlib.error) or "zlib" in text:
        return damaged(path)
    return DataError("The file cannot be read as CSV.", where=path, got=text)


def check_quotes(table: pa.Table, delimiter: str, path: Path | File, before: int = 0) -> None:
    """Refuse a table whose last cell swallowed the following lines because its quote was never closed."""
    if table.num_rows == 0:
        return
    last = table.num_rows - 1
    for name in table.column_names:
        cell = table.column(name)[last].as_py() or ""
        lines = cell.split("\n")[1:]
        swallowed = cell.endswith("\n") or any(
            line.count(delimiter) == table.num_columns - 1 for line in lines if table.num_columns > 1
        )
        if lines and swallowed:
            raise DataError(
                "A quote is never closed.",
                where=f"{path}, row {before + last}, column {name}", got=cell[:_SHOWN],
                mend="close the quotation mark, or double it inside the text",
            )  # fmt: skip
