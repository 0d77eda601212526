"""Tables of very many leads read for a draw of them: memory follows the draw, not the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import parquet

from qualify.config import ColumnSpec, Data, Source, SqlSource
from qualify.leads.files import File, find_files
from qualify.leads.hashing import bucket_of
from qualify.leads.part import ROW
from qualify.leads.stamp import stamp
from qualify.leads.stream import TableStream, open_stream
from qualify.leads.wanted import keys_of, wanted

__all__ = ["read_drawn"]

_PLACES = 1 << 15
_LEAST_ROW = 2  # bytes of a row of a CSV file
_MOST_PACKED = 1_000  # gzip makes no file smaller than a thousandth


@dataclass
class _Draw:
    """The leads whose hash is below `limit`, of `_PLACES`."""

    data: Data
    limit: int = _PLACES

    def of(self, piece: pa.Table, what: str) -> pa.Table:
        """Return the rows of the drawn leads."""
        return piece.filter(pa.array(bucket_of(keys_of(self.data, what, piece), _PLACES) < self.limit))


def read_drawn(
    data: Data, columns: Mapping[str, ColumnSpec], sources: Mapping[str, Source], most: int
) -> dict[str, pa.Table] | None:
    """Read the tables of a draw of leads.

    Every second lead is drawn, or every fourth, eighth and so on: as many as are no more than `most`. Which
    ones follows from their ids alone, so that a lead that is drawn today is drawn tomorrow, as long as the
    share is the same; all tables are read piece by piece, and of each all rows of the drawn leads are kept.

    Parameters
    ----------
    data, columns
        As of `qualify.leads.build.build_tables`.
    sources
        By name (``leads``, ``activities``, ``stages``).
    most
        At most so many rows of leads.

    Returns
    -------
    dict or None
        The tables, for `build_tables`; None where there are no more leads than `most`, or where a table is
        a query, which can draw for itself.

    Raises
    ------
    DataError
        A table is missing or damaged.
    """
    if any(isinstance(source, SqlSource) for source in sources.values()):
        return None
    if sum(map(_most_rows, find_files(str(sources["leads"])))) <= most:
        return None
    draw = _Draw(data)
    names = [*wanted(data, columns, "leads"), *([data.order_by] if data.order_by else [])]
    leads = _leads(draw, _open(data, sources["leads"], "leads"), names, most)
    if draw.limit == _PLACES:
        return None
    events = {what: source for what, source in sources.items() if what != "leads"}
    return {"leads": leads, **{what: _events(draw, _open(data, source, what), columns, what)
                               for what, source in events.items()}}  # fmt: skip


def _most_rows(file: File) -> int:
    """Return a number of rows that a file cannot exceed."""
    if file.is_parquet():
        return int(parquet.read_metadata(file.open()).num_rows)
    with file.open() as opened:
        packed = opened.read(2) == b"\x1f\x8b"
    return file.size * (_MOST_PACKED if packed else 1) // _LEAST_ROW


def _open(data: Data, source: Source, what: str) -> TableStream:
    return open_stream(source, encoding=data.encoding, delimiter=data.delimiter, what=what)


def _there(stream: TableStream, names: list[str]) -> list[str]:
    """Return the columns that the table has; what it lacks is told where tables are built."""
    assert stream.schema is not None, "files have a header"
    return [name for name in dict.fromkeys(names) if name in stream.schema.names]


def _leads(draw: _Draw, stream: TableStream, names: list[str], most: int) -> pa.Table:
    """Read the leads once; the share is halved whenever those kept so far are too many."""
    kept: list[pa.Table] = []
    rows = 0
    for piece in stream.pieces(_there(stream, names)):
        kept.append(draw.of(piece, "leads"))
        rows += kept[-1].num_rows
        while rows > most and draw.limit > 1:
            draw.limit //= 2
            kept = [draw.of(pa.concat_tables(kept), "leads")]
            rows = kept[0].num_rows
    return _stamped(stream, kept)


def _events(draw: _Draw, stream: TableStream, columns: Mapping[str, ColumnSpec], what: str) -> pa.Table:
    names = _there(stream, wanted(draw.data, columns, what))
    return _stamped(stream, [draw.of(piece, what) for piece in stream.pieces(names)])


def _stamped(stream: TableStream, kept: list[pa.Table]) -> pa.Table:
    if not kept:
        assert stream.schema is not None, "files have a header"
        return stamp(stream.schema.append(pa.field(ROW, pa.int64())).empty_table(), origin=stream.origin)
    return stamp(pa.concat_tables(kept), origin=stream.origin, ragged=stream.ragged)
