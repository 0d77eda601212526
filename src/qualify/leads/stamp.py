"""What reading learnt about a table, carried in the metadata of its Arrow schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from qualify.leads.few import DocumentTable
from qualify.leads.part import ROW
from qualify.leads.tables import IntArray

_KEY = b"qualify"


@dataclass(frozen=True, slots=True)
class RaggedRow:
    """A row with more or fewer cells than the header: its number from 0, its cells, and how it begins."""

    row: int
    cells: int
    expected: int
    text: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where a table comes from, and which of its rows could not be read."""

    origin: str = "the table"
    ragged: tuple[RaggedRow, ...] = ()

    def source_rows(self, rows: int, first: int = 0) -> IntArray:
        """Return the number that each of `rows` read rows has in the source, ragged rows counted.

        `first` rows were read before them.
        """
        position = np.arange(first, first + rows, dtype=np.int64)
        if not self.ragged:
            return position
        ragged = np.array(sorted(r.row for r in self.ragged), dtype=np.int64)
        # The k-th ragged row stands before every read row whose position is at least its own less k.
        before = ragged - np.arange(len(ragged))
        return position + np.searchsorted(before, position, side="right")


def source_rows(table: pa.Table | DocumentTable) -> IntArray:
    """Return the number of each row in its source; a part of a larger table brings them along."""
    if isinstance(table, pa.Table) and ROW in table.column_names:
        rows: IntArray = np.asarray(table.column(ROW).to_numpy())
        return rows
    return read_stamp(table).source_rows(table.num_rows)


def stamp(
    table: pa.Table, *, origin: str | None = None, ragged: Sequence[RaggedRow] | None = None
) -> pa.Table:
    """Return the table with its metadata filled in; what is None stays as it was."""
    old = read_stamp(table)
    noted = {
        "origin": origin if origin is not None else old.origin,
        "ragged": [asdict(r) for r in (ragged if ragged is not None else old.ragged)],
    }
    metadata = dict(table.schema.metadata or {})
    metadata[_KEY] = json.dumps(noted).encode()
    return table.replace_schema_metadata(metadata)


def read_stamp(table: pa.Table | DocumentTable) -> Stamp:
    """Return what is known about a table; of a table made elsewhere, nothing."""
    if isinstance(table, DocumentTable):
        return Stamp(table.origin)
    raw = (table.schema.metadata or {}).get(_KEY)
    if raw is None:
        return Stamp()
    noted = json.loads(raw)
    return Stamp(noted["origin"], tuple(RaggedRow(**row) for row in noted["ragged"]))
