"""Parquet files as one Arrow table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from qualify.errors import DataError
from qualify.leads.read_csv import unique_names


def read_parquet(files: Sequence[Path], base: Path | None, dictionaries: Sequence[str] = ()) -> pa.Table:
    """Read files and put them below each other.

    Parameters
    ----------
    files
        In the order in which they are read.
    base
        The folder whose `key=value` sub-folders become columns.
    dictionaries
        Columns of strings that are to stay codes into their different values.

    Raises
    ------
    DataError
        A file is damaged, or the files' columns do not fit together.
    """
    tables = [_with_partitions(_read_file(path, dictionaries), path, base) for path in files]
    if len(tables) == 1:
        return tables[0]
    try:
        return pa.concat_tables(_alike(tables), promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError(
            "The Parquet files do not fit together.", where=base or files[0].parent, got=str(error),
            expected="the same columns in every file",
        ) from error  # fmt: skip


def _alike(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Write out the values of columns that are codes in one file and something else in another."""
    every = [field for table in tables for field in table.schema]
    coded = {field.name for field in every if pa.types.is_dictionary(field.type)}
    mixed = {name for name in coded if len({field.type for field in every if field.name == name}) > 1}
    return [
        table.cast(pa.schema([plain(field) if field.name in mixed else field for field in table.schema]))
        for table in tables
    ]  # fmt: skip


def plain(field: pa.Field) -> pa.Field:
    """Return the field as it is without a dictionary."""
    kind = field.type
    return pa.field(field.name, kind.value_type if pa.types.is_dictionary(kind) else kind)


def _read_file(path: Path, dictionaries: Sequence[str]) -> pa.Table:
    try:
        with parquet.ParquetFile(path, read_dictionary=list(dictionaries)) as file:
            table = file.read()
    except PermissionError as error:
        raise DataError("The file may not be read.", where=path, mend="check its permissions") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(
            "The Parquet file is damaged or cut.", where=path, got=str(error), mend="export or fetch it again"
        ) from error
    return table.rename_columns(unique_names(table.column_names, str(path)))


def _with_partitions(table: pa.Table, path: Path, base: Path | None) -> pa.Table:
    """Add the columns that the names of the folders between `base` and the file hold."""
    folders = path.parent.relative_to(base).parts if base is not None else ()
    for folder in folders:
        key, _, value = folder.partition("=")
        if value and key not in table.column_names:
            table = table.append_column(key, pa.repeat(pa.scalar(value), table.num_rows))
    return table
