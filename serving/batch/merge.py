"""Sorted files merged into one sorted stream, a few rows of each in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.side_by_side import side_by_side
from serving.batch.packing import READ

__all__ = ["Order", "merge_sorted"]

Order = Sequence[tuple[str, Literal["ascending", "descending"]]]


class _Run:
    """One sorted file, and those of its rows that are in memory."""

    def __init__(self, path: Path) -> None:
        # Not mapped: of a file that is read once from end to end, every page would stay in the process.
        self._file = pa.OSFile(str(path))
        self._reader = pa.ipc.open_file(self._file, options=READ)
        self._next = 0
        self.rows: pa.Table = self._reader.schema.empty_table()

    @property
    def ended(self) -> bool:
        """Whether all rows of the file are in memory or gone."""
        return self._next >= int(self._reader.num_record_batches)

    def fill(self, least: int) -> None:
        """Read on until at least so many rows are in memory, if there are."""
        while self.rows.num_rows < least and not self.ended:
            more = pa.table(self._reader.get_batch(self._next))
            self.rows = pa.concat_tables([self.rows, more])
            self._next += 1

    def take(self, count: int) -> None:
        """Let go of the first rows."""
        self.rows = self.rows.slice(count)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def merge_sorted(paths: Sequence[Path], order: Order, rows_of_each: int) -> Iterator[pa.Table]:
    """Yield the rows of all files in order.

    What is yielded at a time is everything up to the earliest of the runs' last rows in memory: nothing that
    is still on disk can come before it.

    Parameters
    ----------
    paths
        Arrow files, each sorted by `order`.
    order
        Columns and directions; no two rows are alike in all of them.
    rows_of_each
        How many rows of each file are in memory at least.
    """
    # The rows are gathered by other threads while the next ones are put in order, and the last are written.
    yield from side_by_side(_gathered, _in_order(paths, order, rows_of_each))


def _gathered(found: tuple[pa.Table, pa.Array]) -> pa.Table:
    table, places = found
    return table.take(places)


def _in_order(paths: Sequence[Path], order: Order, rows_of_each: int) -> Iterator[tuple[pa.Table, pa.Array]]:
    """Yield rows and the order of those of them that can be told."""
    runs = [_Run(path) for path in paths]
    names = [name for name, _ in order]
    try:
        while True:
            for run in runs:
                run.fill(rows_of_each)
            loaded = [run for run in runs if run.rows.num_rows]
            if not loaded:
                return
            table = pa.concat_tables([run.rows for run in loaded])
            counts = np.array([run.rows.num_rows for run in loaded])
            places = pc.sort_indices(table.select(names), sort_keys=list(order)).to_numpy()
            stop = _safe(places, counts, np.array([run.ended for run in loaded]))
            of_run = np.repeat(np.arange(len(loaded)), counts)[places[:stop]]
            for run, count in zip(loaded, np.bincount(of_run, minlength=len(loaded)).tolist(), strict=True):
                run.take(count)
            yield table, pa.array(places[:stop])
    finally:
        for run in runs:
            run.close()


def _safe(places: np.ndarray, counts: np.ndarray, ended: np.ndarray) -> int:
    """Return how many of the sorted rows can be told: up to the first that is the last of an open run."""
    lasts = (np.cumsum(counts) - 1)[~ended]
    if not len(lasts):
        return len(places)
    rank = np.empty(len(places), dtype=np.int64)
    rank[places] = np.arange(len(places))
    return int(rank[lasts].min()) + 1
