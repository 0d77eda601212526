"""Lead documents: one lead as a nested object, as HTTP requests and MLflow frames bring it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from qualify.config import ActivityColumns, ColumnSpec, Data, StageColumns
from qualify.errors import DataError
from qualify.leads.build import build_tables
from qualify.leads.few import FEW, DocumentTable, Few, Values
from qualify.leads.identity import ById
from qualify.leads.rejects import Rejects
from qualify.leads.tables import NO_TIME, IntArray, LeadTables
from qualify.leads.times import parse_times
from qualify.leads.typed import NOT_ATTRIBUTES

Document: TypeAlias = Mapping[str, Any]

_ACTIVITY_KEYS = ("lead_id", "type", "occurred_at", "recorded_at", "topic", "value")
_STAGE_KEYS = ("lead_id", "stage", "entered_at", "recorded_at", "reason")


def tables_from_documents(
    documents: pd.DataFrame | Iterable[Document], data: Data, columns: Mapping[str, ColumnSpec]
) -> tuple[LeadTables, Rejects]:
    """Bring lead documents into the form that the kernels use, by the way that tables take.

    Parameters
    ----------
    documents
        Objects (or a frame with these columns): ``lead_id``, ``created_at`` and ``as_of`` (optional),
        ``attributes`` (an object; or attributes beside the others), ``activities`` (a list of objects with
        ``type``, ``occurred_at``, and optionally ``recorded_at``, ``topic``, ``value``), ``stages``
        (``stage``, ``entered_at``, and optionally ``recorded_at``, ``reason``). Without ``lead_id`` a lead is
        called by its position.
    data
        For the time zone of naive times, and whether 01/04/2026 is the first of April; names of columns are
        the ones above, whatever the user's tables call theirs.
    columns
        The attributes to read; one that a document does not have is missing.

    Returns
    -------
    tuple
        As of `qualify.leads.build.build_tables`; `source_row` is the position of the document.

    Raises
    ------
    DataError
        There is no document, a document is no object, or a value is bad in all of them.

    Examples
    --------
    >>> document = {"lead_id": 7, "attributes": {"country": "JP"},
    ...             "activities": [{"type": "demo_request", "occurred_at": "2026-04-01T09:00Z"}]}
    >>> spec = {"country": ColumnSpec(type="category")}
    >>> tables, rejects = tables_from_documents([document], Data(leads="-"), spec)
    >>> tables.lead_id.tolist(), tables.columns["country"].vocabulary, tables.activities.types
    (['7'], ('JP',), ('demo_request',))
    """
    objects = _as_objects(documents)
    ids = [_id(document, position) for position, document in enumerate(objects)]
    attributes = [_attributes(document, position) for position, document in enumerate(objects)]
    leads: dict[str, Values] = {
        "lead_id": _array(ids),
        "created_at": _array([d.get("created_at") for d in objects]),
    }
    dated = leads["created_at"].null_count < len(objects)
    for name in columns:
        if name not in leads:
            leads[name] = _array([a.get(name) for a in attributes])
    activities = _nested(objects, ids, "activities", _ACTIVITY_KEYS)
    stages = _nested(objects, ids, "stages", _STAGE_KEYS)
    return build_tables(
        _canonical(ById(data), dated),
        columns,
        DocumentTable(leads, "the lead documents"),
        activities,
        stages,
        lenient=True,
    )


def document_times(documents: pd.DataFrame | Iterable[Document], tables: LeadTables, data: Data) -> IntArray:
    """Return the ``as_of`` of each lead of `tables` in microseconds; `NO_TIME` where a document names none.

    Raises
    ------
    DataError
        An ``as_of`` is given and is no time.
    """
    objects = _as_objects(documents)
    given = _array([document.get("as_of") for document in objects])
    if given.null_count == len(given):
        return np.full(len(tables), NO_TIME, dtype=np.int64)
    times = parse_times(given, timezone=data.timezone, day_first=data.day_first)
    if times.unread.any():
        row = int(np.argmax(times.unread))
        raise DataError("`as_of` is no time.", where=f"lead document {row}", got=objects[row].get("as_of"),
                        expected="a time such as 2026-04-01T09:30Z")  # fmt: skip
    return times.micros[tables.source_row]


@lru_cache(maxsize=64)
def _canonical(data: ById[Data], dated: bool) -> Data:
    """Return the configuration with the names that documents use."""
    return data.value.model_copy(
        update={
            "lead_id": "lead_id",
            "created_at": "created_at" if dated else None,
            "order_by": None,
            "activity_columns": ActivityColumns(recorded_at="recorded_at", topic="topic", value="value"),
            "stage_columns": StageColumns(recorded_at="recorded_at", reason="reason"),
        }
    )


def _as_objects(documents: pd.DataFrame | Iterable[Document]) -> list[Document]:
    if isinstance(documents, pd.DataFrame):
        return [_without_nothing(row) for row in documents.to_dict("records")]
    objects = list(documents)
    for position, document in enumerate(objects):
        if not isinstance(document, Mapping):
            raise DataError("A lead document is no object.", where=f"lead document {position}", got=document,
                            expected='{"lead_id": ..., "attributes": {...}}')  # fmt: skip
    if not objects:
        raise DataError("There are no lead documents.", expected="at least one")
    return objects


def _without_nothing(row: Mapping[Any, Any]) -> Document:
    """Drop the cells of a frame's row that hold no value."""
    return {str(key): value for key, value in row.items() if not _is_nothing(value)}


def _is_nothing(value: Any) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))
    )


def _id(document: Document, position: int) -> Any:
    """Return the lead's id; an id that is given and empty stays empty, and is rejected later."""
    return document.get("lead_id") if "lead_id" in document else str(position)


def _attributes(document: Document, position: int) -> Document:
    flat = {key: value for key, value in document.items() if key not in NOT_ATTRIBUTES}
    nested = document.get("attributes")
    if nested is None:
        return flat
    if not isinstance(nested, Mapping):
        raise DataError("`attributes` is no object.", where=f"lead document {position}", got=nested,
                        expected='{"name": value, ...}')  # fmt: skip
    return {**flat, **nested}


def _nested(
    objects: Sequence[Document], ids: Sequence[Any], key: str, names: Sequence[str]
) -> DocumentTable | None:
    """Put the activities or stages of all documents below each other."""
    items: list[Document] = []
    document: list[int] = []
    for position, each in enumerate(objects):
        own = _items(each, key, position)
        items += own
        document += [position] * len(own)
    if not items:
        return None
    columns: dict[str, Values] = {"lead_id": _array([ids[position] for position in document])}
    for name in names[1:]:
        columns[name] = _array([item.get(name) for item in items])
    return DocumentTable(columns, f"`{key}` of the lead documents", np.array(document, dtype=np.int64))


def _items(document: Document, key: str, position: int) -> Sequence[Document]:
    items = document.get(key)
    if items is None:
        return ()
    if isinstance(items, np.ndarray):
        items = items.tolist()
    if not isinstance(items, list | tuple) or not all(map(_is_object_type, set(map(type, items)))):
        raise DataError(f"`{key}` is no list of objects.", where=f"lead document {position}", got=items,
                        expected="[{...}, ...]")  # fmt: skip
    return items


def _is_object_type(kind: type) -> bool:
    return issubclass(kind, Mapping)


_KINDS: dict[type, Literal["text", "number", "boolean"]] = {
    str: "text", int: "number", float: "number", bool: "boolean"
}  # fmt: skip


def _array(values: Sequence[Any]) -> Values:
    """Return values as a column: typed where they are of one type, else as text."""
    types = set(map(type, values)) - {type(None)}
    if types <= {str}:
        plain = list(values)
    elif types <= {int, float, bool}:
        plain = [None if value != value else value for value in values]  # noqa: PLR0124 - NaN is not itself
        types = set(map(type, plain)) - {type(None)}
    else:
        plain = [None if _is_nothing(value) else value for value in values]
        types = {type(value) for value in plain if value is not None}
    kinds = {_KINDS.get(each) for each in types}
    if len(kinds) > 1 or None in kinds or (int in types and not _all_fit(plain)):
        plain, kinds = [None if value is None else _text(value) for value in plain], {"text"}
    column = Few(plain, kinds.pop() or "text" if kinds else "text")
    return column if len(plain) <= FEW else column.arrow()


def _all_fit(values: Sequence[Any]) -> bool:
    """Say whether whole numbers fit into 64 bits, beside floats into what floats hold exactly."""
    most = 2**53 if any(type(value) is float for value in values) else 2**63 - 1
    return all(-most <= value <= most for value in values if type(value) is int)


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
