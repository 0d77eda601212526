"""How a funnel's tables come to lie in a folder: all of them at once, or none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from qualify.simulate.settings import SimulationError

__all__ = ["TABLES", "PieceWriter", "all_or_none"]

TABLES = ("leads", "activities", "stages", "truth")
ROW_GROUP = 1 << 18  # rows


@contextmanager
def all_or_none(folder: str | os.PathLike[str]) -> Iterator[tuple[list[Path], list[Path]]]:
    """Give the files of the four tables, and the paths to write them to before they take their names.

    Raises
    ------
    SimulationError
        Where the folder can not be written to.
    """
    home = Path(folder)
    mark = secrets.token_hex(4)
    paths = [home / f"{name}.parquet" for name in TABLES]
    parts = [home / f".{name}.{mark}.part" for name in TABLES]
    try:
        home.mkdir(parents=True, exist_ok=True)
        try:
            yield paths, parts
            for path, part in zip(paths, parts, strict=True):
                part.replace(path)
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise SimulationError(
            f"The funnel can not be written: {error.strerror or error}.",
            where=home,
            mend="Name a folder that can be made and written to.",
        ) from error


class PieceWriter:
    """Writes the pieces of a table, at least one; the bytes do not depend on how it is cut.

    Parameters
    ----------
    path
        A Parquet file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[pa.Table] = []
        self._rows = 0
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def add(self, piece: pa.Table) -> None:
        """Take the next rows; full row groups are written."""
        self._waiting.append(piece)
        self._rows += piece.num_rows
        if self._rows >= ROW_GROUP:
            joined = pa.concat_tables(self._waiting)
            full = self._rows - self._rows % ROW_GROUP
            for start in range(0, full, ROW_GROUP):
                self._write(joined.slice(start, ROW_GROUP))
            self._waiting, self._rows = [joined.slice(full)], self._rows - full

    def finish(self) -> None:
        """Write the rows that are left."""
        if self._rows or self._writer is None:
            self._write(pa.concat_tables(self._waiting))

    def _write(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema, compression="zstd")
        self._writer.write_table(rows.combine_chunks(), row_group_size=ROW_GROUP)
