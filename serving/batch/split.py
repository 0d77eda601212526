"""How the tables of a job are read, and split into buckets of leads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qualify.compiled import usable_cores
from qualify.config import ColumnSpec, Config, Data
from qualify.console import progress
from qualify.errors import DataError
from qualify.leads.build import build_tables
from qualify.leads.files import File
from qualify.leads.part import Part
from qualify.leads.stamp import stamp
from qualify.leads.stream import TableStream, open_stream
from qualify.leads.wanted import TABLES, repeated, used_columns, wanted
from serving.batch.size import (
    WITH_DOCUMENTS,
    are_too_many,
    bucket_count,
    bytes_as_they_are,
    bytes_needed,
)
from serving.batch.spill import Spilled, spill_table
from serving.batch.whole import Sources
from serving.batch.work import put_json

__all__ = ["SPILLED", "Split", "check_columns", "files_of", "refuse_changed", "split_tables"]

SPILLED = "spilled.json"
"""What is known of the tables; written when all of them have been split."""


@dataclass(frozen=True)
class Split:
    """What is read of which tables, and how.

    Parameters
    ----------
    data, columns
        Of the model's schema.
    sources
        The tables.
    memory
        Bytes that the process may use, roughly.
    shown
        Columns of the table of leads that are kept whether the model reads them or not.
    documents
        Whether the leads go with their documents.
    """

    data: Data
    columns: Mapping[str, ColumnSpec]
    sources: Sources
    memory: int
    shown: tuple[str, ...] = ()
    documents: bool = False

    @classmethod
    def of_config(cls, config: Config, sources: Sources, memory: int) -> Split:
        """Return what a model that is trained by a configuration reads."""
        return cls(config.data.without_places(), used_columns(config), sources, memory)

    def streams(self, *, coded: bool = False) -> dict[str, TableStream]:
        """Open the tables, by their role; `coded`: texts that come again and again as codes."""
        found = {what: getattr(self.sources, what) for what in TABLES}
        return {
            what: open_stream(
                source, encoding=self.data.encoding, delimiter=self.data.delimiter, what=what,
                dictionaries=repeated(self.data, self.columns, what) if coded else (),
            )
            for what, source in found.items() if source is not None
        }  # fmt: skip

    def buckets(self, streams: Mapping[str, TableStream]) -> int:
        """Return into how many buckets the tables have to be split to fit into the memory; 1: they fit."""
        needed = sum(
            bytes_needed(stream, len(wanted(self.data, self.columns, what, self.shown)), what)
            for what, stream in streams.items()
        )
        return bucket_count(needed * (WITH_DOCUMENTS if self.documents else 1), self.memory, usable_cores())

    def bytes_split(self, streams: Mapping[str, TableStream]) -> int:
        """Estimate how many bytes the tables take when they are split; nothing of a query."""
        names = {what: len(wanted(self.data, self.columns, what, self.shown)) for what in streams}
        return sum(bytes_as_they_are(stream, names[what]) for what, stream in streams.items())


def check_columns(split: Split, streams: Mapping[str, TableStream]) -> None:
    """Refuse tables that lack a column, before anything is read or written.

    Raises
    ------
    DataError
        One of them does. Of a query, only the rows tell.
    """
    if any(stream.schema is None for stream in streams.values()):
        return
    empty = {
        what: stamp(stream.schema.empty_table(), origin=stream.origin)
        for what, stream in streams.items() if stream.schema is not None
    }  # fmt: skip
    build_tables(
        split.data, split.columns, empty["leads"], empty.get("activities"), empty.get("stages"), part=Part()
    )


def split_tables(
    split: Split,
    streams: Mapping[str, TableStream],
    folder: Path,
    buckets: int,
    look: Callable[[], None] = lambda: None,
) -> dict[str, Spilled]:
    """Split the tables, unless that was done before.

    Parameters
    ----------
    look
        Called again and again while the rows are read; what it raises ends the work.

    Raises
    ------
    DataError
        A table cannot be read, or changed meanwhile.
    """
    path = folder / SPILLED
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        return {what: Spilled.of_json(found) for what, found in known.items()}
    counts = [stream.row_count for stream in streams.values()]
    total = None if None in counts else sum(count or 0 for count in counts)
    with progress(total, "reading rows") as advance:

        def read(rows: int) -> None:
            look()
            advance(rows)

        packed = are_too_many(split.bytes_split(streams))
        spilled = {
            what: spill_table(
                stream, split.data, split.columns, what, folder, buckets, read, split.memory, split.shown,
                packed=packed,
            )
            for what, stream in streams.items()
        }  # fmt: skip
    refuse_changed(streams)
    put_json(path, {what: each.to_json() for what, each in spilled.items()})
    return spilled


def files_of(streams: Mapping[str, TableStream]) -> list[File]:
    """Return what the tables are read from; nothing of a query."""
    return [file for stream in streams.values() for file in stream.files]


def refuse_changed(streams: Mapping[str, TableStream]) -> None:
    """Refuse a list from files that were written to while they were read.

    Raises
    ------
    DataError
        One of them changed, or is gone.
    """
    for file in files_of(streams):
        now = file.now()
        if (now.size, now.changed) != (file.size, file.changed):
            raise DataError("A file of the input changed while it was read.", where=file.path,
                            mend="begin again when it is complete")  # fmt: skip
