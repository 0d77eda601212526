"""What a run keeps beside its output for the next one: each lead's latest row, short.

Beside a file it is ``OUT.state.parquet``, beside a database's table the table ``TABLE_state``.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from serving.named import named_source

__all__ = ["forget_state", "read_state", "write_state"]

_KEY = ("lead_id",)
_ROWS = 65_536


def read_state(out: str, schema: pa.Schema) -> pa.Table:
    """Return what the last run kept; no rows where there is nothing, or it is of another making.

    Parameters
    ----------
    schema
        The columns that are wanted.
    """
    if "://" in out:
        from qualify.leads.read_sql import read_sql
        from serving.upsert import has_table

        place = _table_of(out)
        if not has_table(place):
            return schema.empty_table()
        found = read_sql(named_source(place))  # type: ignore[arg-type]
    else:
        path = _file_of(out)
        if not (path.is_file() and Path(out).is_file()):
            return schema.empty_table()
        found = pq.read_table(path)
    if not set(schema.names) <= set(found.column_names):
        return schema.empty_table()
    return found.select(schema.names).cast(schema)


def write_state(out: str, whole: pa.Table, changed: pa.Table) -> None:
    """Keep a state.

    Parameters
    ----------
    whole
        All leads: a file is written anew.
    changed
        Those that were scored: of a database's table only their rows change.
    """
    if "://" in out:
        from serving.upsert import upsert_rows

        pieces = (changed.slice(start, _ROWS) for start in range(0, changed.num_rows, _ROWS))
        upsert_rows((piece.to_pandas() for piece in pieces), _table_of(out), _KEY)
        return
    path = _file_of(out)
    part = path.with_name(path.name + ".part")
    pq.write_table(whole, part, compression="zstd")
    part.replace(path)


def forget_state(out: str) -> None:
    """Let go of what was kept: the next run scores everything."""
    if "://" in out:
        from serving.upsert import drop_table

        drop_table(_table_of(out))
    else:
        _file_of(out).unlink(missing_ok=True)


def _table_of(out: str) -> str:
    return f"{out}_state"


def _file_of(out: str) -> Path:
    path = Path(out)
    return path.with_name(path.name + ".state.parquet")
