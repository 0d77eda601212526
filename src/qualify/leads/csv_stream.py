"""CSV files read piece by piece: the rows, texts and ragged rows that `qualify.leads.read_csv` gives."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import pyarrow as pa
from pyarrow import csv

from qualify.errors import DataError
from qualify.leads.files import File
from qualify.leads.part import with_rows
from qualify.leads.read_csv import Layout, check_quotes, explained, find_layout, options, unpacked
from qualify.leads.sniff import HEAD_BYTES, sniff_encoding
from qualify.leads.stamp import RaggedRow, Stamp

__all__ = ["csv_pieces", "csv_schema"]

_BLOCK = 1 << 22


def csv_schema(files: Sequence[File], encoding: str | None, delimiter: str | None) -> pa.Schema:
    """Return the columns of CSV files, which are texts.

    Raises
    ------
    DataError
        A file is no CSV, or its header is not that of the first one.
    """
    first = find_layout(files[0], encoding, delimiter).names
    for file in files[1:]:
        names = find_layout(file, encoding, delimiter).names
        if names != first:
            raise DataError("The CSV files do not fit together.", where=file, got=names[:8],
                            expected=f"the header of {files[0]}", mend="name one file")  # fmt: skip
    return pa.schema([pa.field(name, pa.string()) for name in first])


def csv_pieces(
    files: Sequence[File],
    encoding: str | None,
    delimiter: str | None,
    columns: Sequence[str] | None,
    ragged: list[RaggedRow],
) -> Iterator[pa.Table]:
    """Go through the files' rows; rows with another number of cells are added to `ragged`."""
    before = 0
    for file in files:
        read, own = 0, list[RaggedRow]()
        for piece in _tables(file, find_layout(file, encoding, delimiter), columns, own):
            rows = Stamp(ragged=tuple(own)).source_rows(piece.num_rows, read)
            read += piece.num_rows
            yield with_rows(piece, rows + before)
        ragged += [replace(each, row=each.row + before) for each in own]
        before += read + len(own)


def _tables(
    file: File, layout: Layout, columns: Sequence[str] | None, ragged: list[RaggedRow]
) -> Iterator[pa.Table]:
    if layout.bare:
        return
    if not layout.sure and layout.encoding == "utf-8":
        layout = replace(layout, encoding=_encoding_of(file), sure=True)
    read, last = 0, None
    try:
        with pa.input_stream(file.unpacked()) as stream:
            for batch in csv.open_csv(stream, *options(layout, ragged, threads=False, columns=columns)):
                last = pa.table(batch)
                read += last.num_rows
                yield last
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise explained(error, file) from error
    if last is not None:
        check_quotes(last, layout.delimiter, file, read - last.num_rows)


def _encoding_of(file: File) -> str:
    """Look at the whole file, in blocks: its first bytes were plain, and later ones need not be UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with unpacked(file) as opened:
        while block := cast(bytes, opened.read(_BLOCK)):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                odd = block[max(0, error.start - HEAD_BYTES) :]
                return sniff_encoding(odd, False, str(file))
    return "utf-8"
