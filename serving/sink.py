"""Where scores go: Parquet, CSV, or a database table; the output appears whole or not at all."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from qualify.errors import UserError
from qualify.explain.reasons import list_to_json

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_out(out: str) -> None:
    """Refuse an output that cannot be written, before anything is computed.

    Raises
    ------
    UserError
        It is a folder, its folder is missing or closed to us, its kind is not known, or a URL names no table.
    """
    if "://" in out:
        if not out.partition("#")[2]:
            raise UserError("the output URL names no table", where="--out", got=out.rpartition("@")[2],
                            expected="URL#TABLE")  # fmt: skip
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


def write_scores(table: pa.Table, out: str) -> None:
    """Write a score list to a file or a database table."""
    if "://" in out:
        _write_sql(table, out)
        return
    path = Path(out)
    writer = _writer(path)
    assert writer is not None, "check_out comes first"
    write_whole(path, lambda file: writer(table, file))


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a file that appears whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _writer(path: Path) -> Callable[[pa.Table, BinaryIO], None] | None:
    if path.name.endswith((".parquet", ".pq")):
        return _write_parquet
    if path.name.endswith(".csv"):
        return _write_csv
    if path.name.endswith(".csv.gz"):
        return _write_csv_gz
    return None


def _write_parquet(table: pa.Table, file: BinaryIO) -> None:
    pq.write_table(table, file, compression="zstd")


def _write_csv(table: pa.Table, file: BinaryIO) -> None:
    flat(table).to_csv(file, index=False, lineterminator="\n")


def _write_csv_gz(table: pa.Table, file: BinaryIO) -> None:
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        flat(table).to_csv(packed, index=False, lineterminator="\n")


def flat(table: pa.Table) -> pd.DataFrame:
    """Return the list with reasons as JSON text, for sinks without nested values.

    An id that a spreadsheet would run as a formula is written with a leading apostrophe.
    """
    position = table.column_names.index("reasons")
    told = list_to_json(table["reasons"].combine_chunks())
    frame: pd.DataFrame = table.set_column(position, "reasons", told).to_pandas()
    frame["as_of"] = frame["as_of"].map(lambda moment: moment.isoformat())
    risky = frame["lead_id"].str.startswith(_FORMULA)
    frame.loc[risky, "lead_id"] = "'" + frame.loc[risky, "lead_id"]
    return frame


def _write_sql(table: pa.Table, out: str) -> None:
    url, _, name = out.partition("#")
    try:
        engine = create_engine(url)
        with engine.begin() as connection:
            flat(table).to_sql(name, connection, if_exists="replace", index=False, chunksize=10_000)
    except SQLAlchemyError as error:
        raise UserError(
            "the scores cannot be written to the database",
            where=f"table {name}",
            got=type(error).__name__,
            mend="check the URL and the rights of its user",
        ) from error
