"""Which columns of each table are read, and which lead each of its rows belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from qualify.config import ActivityColumns, ColumnSpec, Config, Data, StageColumns
from qualify.leads.columns import id_keys, id_text
from qualify.leads.part import ROW

__all__ = ["TABLES", "event_columns", "keys_of", "repeated", "used_columns", "wanted"]

TABLES = ("leads", "activities", "stages")


def used_columns(config: Config) -> dict[str, ColumnSpec]:
    """Return the attributes that a model of this configuration reads: no ids, labels or columns left out."""
    labels = {target.column for target in config.targets}
    return {
        name: spec
        for name, spec in config.columns.items()
        if name not in config.exclude and name not in labels and spec.type != "id"
    }


def wanted(data: Data, columns: Mapping[str, ColumnSpec], what: str, shown: Sequence[str] = ()) -> list[str]:
    """Return the columns of a table that are read, each once; of the leads also those that are `shown`."""
    if what == "leads":
        read = (name for name, spec in columns.items() if spec.type != "id")
        names = [data.lead_id, data.created_at, *read, *shown]
    else:
        names = list(event_columns(data, what).model_dump().values())
    return list(dict.fromkeys(name for name in names if name is not None))


def repeated(data: Data, columns: Mapping[str, ColumnSpec], what: str) -> list[str]:
    """Return the columns of texts of which a table holds few different ones."""
    if what == "leads":
        return [name for name, spec in columns.items() if spec.type == "category"]
    names = event_columns(data, what)
    found = [names.type, names.topic] if isinstance(names, ActivityColumns) else [names.stage, names.reason]
    return [name for name in found if name is not None]


def keys_of(data: Data, what: str, piece: pa.Table) -> pa.Array:
    """Return the id of each row as it is compared."""
    name = data.lead_id if what == "leads" else event_columns(data, what).lead_id
    if name is None:
        return piece.column(ROW).combine_chunks().cast(pa.string())
    return id_keys(id_text(piece.column(name), name))


def event_columns(data: Data, what: str) -> ActivityColumns | StageColumns:
    """Return the names of the columns of the activities or of the stages."""
    return data.activity_columns if what == "activities" else data.stage_columns
