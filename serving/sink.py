"""Where scores go: Parquet, CSV, or a database table; the output appears whole or not at all."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from qualify.errors import UserError
from qualify.side_by_side import beside
from serving.flat import flat
from serving.state import forget_state

ROWS_A_GROUP = 65_536
"""Rows that are written at a time: a row group of Parquet, a transaction of a database."""


def check_out(out: str) -> None:
    """Refuse an output that cannot be written, before anything is computed.

    Raises
    ------
    UserError
        It is a folder, its folder is missing or closed to us, its kind is not known, or a URL names no table.
    """
    if "://" in out:
        from serving.upsert import database_of

        if not out.partition("#")[2]:
            raise UserError("the output URL names no table", where="--out", got=out.rpartition("@")[2],
                            expected="URL#TABLE")  # fmt: skip
        database_of(out)
        return
    path = Path(out)
    check_file(path, "--out")
    if _writer(path) is None:
        raise UserError("the kind of the output is not known", where="--out", got=path.name,
                        expected="a name ending in .parquet, .csv or .csv.gz, or a URL#TABLE")  # fmt: skip


def check_file(path: Path, option: str) -> None:
    """Refuse a file that cannot be written.

    Raises
    ------
    UserError
        It is a folder, or its folder is missing or closed to us.
    """
    if path.is_dir():
        raise UserError("the output is a folder", where=option, got=str(path), expected="the name of a file")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise UserError(
            "the output's folder is missing or cannot be written",
            where=option,
            got=str(path.parent),
            mend="make the folder first, or name another one",
        )


def write_scores(tables: pa.Table | Iterable[pa.Table], out: str, *, goes_on: bool = False) -> None:
    """Write a score list, or the pieces of one in their order, to a file or a database table.

    The bytes of a file do not depend on how the list is cut into pieces.

    Parameters
    ----------
    goes_on
        Whether the list goes on from the state of the last run (see `serving.state`); what is kept for the
        next one is let go of otherwise.
    """
    if not goes_on:
        forget_state(out)
    groups = _groups([tables] if isinstance(tables, pa.Table) else tables)
    if "://" in out:
        from serving.upsert import upsert

        upsert(groups, out)
        return
    writer = _writer(Path(out))
    assert writer is not None, "check_out comes first"
    with whole_file(Path(out)) as file:
        writer(groups, file)


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a file that appears whole or not at all."""
    with whole_file(path) as file:
        write(file)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears at the end, whole, or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Cut pieces anew, into as many rows as are written at a time; of no rows, one piece."""
    waiting: list[pa.Table] = []
    rows = told = 0
    for table in tables:
        waiting.append(table)
        rows += table.num_rows
        while rows >= ROWS_A_GROUP:
            joined = pa.concat_tables(waiting)
            yield joined.slice(0, ROWS_A_GROUP).combine_chunks()
            waiting, rows, told = [joined.slice(ROWS_A_GROUP)], rows - ROWS_A_GROUP, told + 1
    if waiting and (rows or not told):
        yield pa.concat_tables(waiting).combine_chunks()


def _writer(path: Path) -> Callable[[Iterator[pa.Table], BinaryIO], None] | None:
    if path.name.endswith((".parquet", ".pq")):
        return _write_parquet
    if path.name.endswith(".csv"):
        return _write_csv
    if path.name.endswith(".csv.gz"):
        return _write_csv_gz
    return None


def _write_parquet(groups: Iterator[pa.Table], file: BinaryIO) -> None:
    first = next(groups)
    # A dictionary of ids and of measured numbers is work for nothing: hardly any comes twice.
    coded = list(_coded(first.schema.remove(first.schema.get_field_index("lead_id"))))
    with pq.ParquetWriter(file, first.schema, compression="zstd", use_dictionary=coded) as writer:
        write = partial(writer.write_table, row_group_size=ROWS_A_GROUP)
        for _ in beside(write, chain([first], groups)):
            pass  # the next rows are merged meanwhile


def _coded(schema: pa.Schema) -> Iterator[str]:
    """Yield the paths of the columns that hold texts, as Parquet names them."""
    for field in schema:
        if pa.types.is_string(field.type):
            yield field.name
        elif pa.types.is_list(field.type):
            parts = field.type.value_type
            yield from (
                f"{field.name}.list.element.{part.name}" for part in parts if pa.types.is_string(part.type)
            )


def _write_csv(groups: Iterator[pa.Table], file: BinaryIO) -> None:
    for number, group in enumerate(groups):
        flat(group).to_csv(file, index=False, header=number == 0, lineterminator="\n")


def _write_csv_gz(groups: Iterator[pa.Table], file: BinaryIO) -> None:
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        _write_csv(groups, cast("BinaryIO", packed))
