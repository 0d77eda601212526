"""One table from a file, a folder or a database, as Arrow; the file's first bytes say what it is."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from qualify.config import Source, SqlSource
from qualify.config.service import anchored
from qualify.errors import DataError
from qualify.leads.files import SUFFIXES, is_url, matching_names
from qualify.leads.part import ROW
from qualify.leads.read_csv import read_csv
from qualify.leads.read_parquet import read_parquet
from qualify.leads.stamp import read_stamp, stamp
from qualify.leads.stream import open_stream

_NO_FILES = ("sqlite:///:memory:", "sqlite:///file:")


def read_table(
    source: Source,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    what: str = "leads",
    dictionaries: Sequence[str] = (),
) -> pa.Table:
    """Read a table.

    Parameters
    ----------
    source
        A CSV file (gzip or not), a Parquet file, a folder or a glob pattern of Parquet files, or a query.
    encoding, delimiter
        Of a CSV file; found by looking when None.
    what
        The role of the table (leads, activities, stages), for messages. A table of leads has to have rows.
    dictionaries
        Columns of strings that stay codes where Parquet holds them so: a few values for many rows are then
        read once each.

    Returns
    -------
    pyarrow.Table
        CSV columns are strings, null where empty, so that ``007`` stays what it is; other sources keep their
        types. Column names are unique: a repeated `name` becomes ``name.2``. The schema's metadata hold the
        source and the rows that could not be read (see `qualify.leads.stamp`).

    Raises
    ------
    DataError
        The source is missing, empty, unreadable, or not a table.
    """
    if isinstance(source, SqlSource):
        from qualify.leads.read_sql import read_sql

        table, origin = read_sql(source), "the query"
    else:
        table, origin = _read_path(source, encoding, delimiter, what, dictionaries), source
    if table.num_columns == 0:
        raise DataError(f"The table of {what} has no columns.", where=origin)
    ragged = read_stamp(table).ragged
    if table.num_rows == 0 and ragged:
        raise DataError(
            f"No row of the table of {what} has as many cells as its header.", where=origin,
            got=f"{ragged[0].cells} cells: {ragged[0].text}", expected=f"{ragged[0].expected} cells",
            mend="check the delimiter (`data.delimiter`) and the quotes",
        )  # fmt: skip
    if table.num_rows == 0 and what == "leads":
        raise DataError(
            "The table of leads has a header but no rows.", where=origin, expected="one row a lead"
        )
    return stamp(table, origin=origin)


def located(source: Source, folder: str | Path) -> Source:
    """Return the source with a relative file name taken from `folder`, that of an SQLite URL too.

    The URL of an object store stays as it is.
    """
    if isinstance(source, SqlSource):
        url = source.url if source.url.startswith(_NO_FILES) else anchored(source.url, Path(folder))
        return source if url == source.url else SqlSource(url=url, query=source.query)
    return source if is_url(source) else str(Path(folder) / source)


def _read_path(
    source: str, encoding: str | None, delimiter: str | None, what: str, dictionaries: Sequence[str] = ()
) -> pa.Table:
    if is_url(source):
        return _read_stream(source, encoding, delimiter, what)
    path = Path(source)
    try:
        if path.is_dir():
            return read_parquet(_parquet_in(path), path, dictionaries)
        if not path.exists():
            return _read_pattern(source, encoding, delimiter, what)
        with path.open("rb") as file:
            magic = file.read(4)
    except PermissionError as error:
        raise DataError(
            f"The file of {what} may not be read.", where=source, mend="check its permissions"
        ) from error
    except OSError as error:
        raise DataError(f"The file of {what} cannot be read.", where=source, got=error.strerror) from error
    if not magic:
        raise DataError(f"The file of {what} is empty.", where=source, expected="a header and rows")
    if magic == b"PAR1":
        return read_parquet([path], path.parent, dictionaries)
    return read_csv(path, encoding=encoding, delimiter=delimiter)


def _read_pattern(source: str, encoding: str | None, delimiter: str | None, what: str) -> pa.Table:
    found = matching_names(source) if glob.has_magic(source) else []
    if found and all(path.suffix in (".parquet", ".pq") for path in found):
        return read_parquet(found, None)
    if len(found) == 1:
        return _read_path(str(found[0]), encoding, delimiter, what)
    if found:
        return _read_stream(source, encoding, delimiter, what)
    raise DataError(f"The file of {what} does not exist.", where=source, mend=_near_files(Path(source)))


def _read_stream(source: str, encoding: str | None, delimiter: str | None, what: str) -> pa.Table:
    """Read what lies in an object store, or in several CSV files."""
    stream = open_stream(source, encoding=encoding, delimiter=delimiter, what=what)
    parts = [piece.drop_columns([ROW]) for piece in stream.pieces(None)]
    assert stream.schema is not None, "files have a header"
    table = pa.concat_tables(parts) if parts else stream.schema.empty_table()
    return stamp(table, ragged=stream.ragged)


def _near_files(path: Path) -> str:
    """Name the tables that lie beside a missing file."""
    folder = path.parent if path.parent.is_dir() else Path()
    names = sorted(found.name for found in folder.iterdir() if found.name.endswith(SUFFIXES))
    if not names:
        return "check the path; no CSV or Parquet file lies there"
    return f"check the path; there are {', '.join(names[:8])} in {folder}"


def _parquet_in(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder, and of its `key=value` folders."""
    found = sorted(
        path
        for path in [*folder.glob("*.parquet"), *folder.glob("*=*/**/*.parquet")]
        if path.is_file() and not path.name.startswith(("_", "."))
    )
    if not found:
        raise DataError("The folder holds no Parquet file.", where=folder, expected="files named *.parquet",
                        mend="name a file")  # fmt: skip
    return found
