"""Rows put in order of time although they are more than fit into memory: kept on disk by slices of time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.simulate.arrays import IntArray

__all__ = ["TimeSlices"]

_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


class TimeSlices:
    """Columns of equal length, gathered in any order and given back by time, a slice at a time.

    Rows of one moment keep the order in which they were put in, so that the result is that of a stable sort
    of all rows.

    Parameters
    ----------
    folder
        Where the slices lie; empty at the beginning.
    start, end
        Microseconds; rows before and after are in the first and the last slice.
    count
        How many slices.
    """

    def __init__(self, folder: Path, start: int, end: int, count: int) -> None:
        self._edges = np.linspace(start, end, count + 1)[1:-1].astype(np.int64)
        self._paths = [folder / f"{number:05d}.arrow" for number in range(count)]
        self._stack = ExitStack()
        self._writers: dict[int, pa.RecordBatchStreamWriter] = {}

    def put(self, time: IntArray, columns: dict[str, NDArray[Any]]) -> None:
        """Add rows."""
        number = np.searchsorted(self._edges, time, side="right")
        order = np.argsort(number, kind="stable")
        batch = pa.record_batch(
            {"time": time[order], **{name: each[order] for name, each in columns.items()}}
        )
        ends = np.cumsum(np.bincount(number, minlength=len(self._paths))).tolist()
        for which, (begin, stop) in enumerate(zip([0, *ends], ends, strict=False)):
            if stop > begin:
                self._writer(which, batch.schema).write_batch(batch.slice(begin, stop - begin))

    def _writer(self, which: int, schema: pa.Schema) -> pa.RecordBatchStreamWriter:
        if which not in self._writers:
            file = self._stack.enter_context(self._paths[which].open("wb"))
            writer = self._stack.enter_context(pa.ipc.new_stream(file, schema, options=_PACKED))
            self._writers[which] = writer
        return self._writers[which]

    def close(self) -> None:
        """Let go of the files."""
        self._stack.close()

    def sorted(self) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the columns of each slice in order of time; nothing can be put in afterwards."""
        self.close()
        for which in sorted(self._writers):
            with pa.memory_map(str(self._paths[which])) as file, pa.ipc.open_stream(file) as reader:
                table = reader.read_all()
            order = np.argsort(table["time"].to_numpy(), kind="stable")
            yield {name: table[name].to_numpy()[order] for name in table.column_names if name != "time"}
            self._paths[which].unlink()
