"""Lead documents whose values stand for themselves, read at once.

Programs send typed values: numbers are numbers, texts are texts, times are ISO 8601. Such documents need none
of the ways to read a column that people wrote. What is not surely so is left to tables, which know them all;
where both can read a document, both read the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, repeat
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from qualify.config import ColumnSpec
from qualify.leads.event_order import event_order
from qualify.leads.events import Coded
from qualify.leads.identity import ById
from qualify.leads.numbers import numeric_placeholders
from qualify.leads.strings import encode_texts, placeholders, trimmed, without_fraction
from qualify.leads.tables import (
    NO_TIME,
    Activities,
    Column,
    FloatArray,
    IntArray,
    LeadTables,
    Stages,
)
from qualify.leads.typed_values import (
    BOOLEANS,
    NUMBERS,
    TEXTS,
    Kinds,
    NotTypedError,
    Numbers,
    Times,
)

__all__ = ["NOT_ATTRIBUTES", "Typed", "read_typed"]

NOT_ATTRIBUTES = frozenset({"lead_id", "created_at", "as_of", "attributes", "activities", "stages"})
"""Keys of a lead document that are no attributes."""

_Document: TypeAlias = Mapping[str, Any]


class Typed(NamedTuple):
    """Lead documents as tables, in their order, and the ``as_of`` of each (`NO_TIME` where it names none)."""

    tables: LeadTables
    as_of: IntArray


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One attribute to read: name, type, kinds of its values, what stands for a missing one, unit."""

    name: str
    kind: str
    kinds: Kinds
    missing: frozenset[str]
    numbers: frozenset[float]
    unit: str | None


@dataclass(frozen=True, slots=True)
class _Events:
    """Activities or stages of all documents, below each other."""

    items: Sequence[dict[str, Any]]
    counts: Sequence[int]
    at: slice
    recorded: slice | None

    def column(self, key: str, kinds: Kinds) -> list[Any]:
        """Return one value of every event."""
        values = _values(self.items, key)
        if not kinds.issuperset(map(type, values)):
            raise NotTypedError
        return values

    def words(self, key: str) -> Coded:
        """Return texts as codes and words."""
        return encode_texts(self.column(key, TEXTS), frozenset())

    def names(self, key: str) -> Coded:
        """Return what happened as codes and words; every event has a name."""
        codes, words = self.words(key)
        if np.count_nonzero(codes < 0):
            raise NotTypedError
        return codes, words

    def clocks(self, micros: IntArray) -> tuple[IntArray, IntArray]:
        """Return when the events happened, and from when on they were known."""
        at = micros[self.at]
        if np.count_nonzero(at == NO_TIME):
            raise NotTypedError
        return at, at if self.recorded is None else np.maximum(at, micros[self.recorded])

    def order(self, at: IntArray, *ties: np.ndarray) -> IntArray | slice:
        """Return the order by lead and time; all as they are where one lead's events came in theirs."""
        if len(self.counts) == 1 and not np.count_nonzero(at[1:] <= at[:-1]):
            return slice(None)
        lead = np.arange(len(self.counts)).repeat(self.counts)
        return event_order(lead, at, ties)

    def offsets(self) -> IntArray:
        """Return where the events of each lead begin, and where those of the last one end."""
        return np.array([0, *accumulate(self.counts)], dtype=np.int64)


def read_typed(
    documents: Sequence[_Document], columns: Mapping[str, ColumnSpec], timezone: str
) -> Typed | None:
    """Read lead documents; None where any value of any of them is not surely what it seems.

    Parameters
    ----------
    documents
        As for `qualify.leads.documents.tables_from_documents`.
    columns
        The attributes to read.
    timezone
        The zone of naive times.

    Returns
    -------
    Typed or None
        What the way of tables would have read, with nothing left out and nothing to note. No document is read
        otherwise than it would be alone.

    Examples
    --------
    >>> spec = {"size": ColumnSpec(type="number")}
    >>> read_typed([{"lead_id": "7", "size": 12}], spec, "UTC").tables.columns["size"].values.tolist()
    [12.0]
    >>> read_typed([{"lead_id": "7", "size": "a dozen"}], spec, "UTC") is None
    True
    """
    wanted = _wanted(ById(columns))
    if wanted is None:
        return None
    try:
        return _read(documents, wanted, timezone)
    except NotTypedError:
        return None


@lru_cache(maxsize=64)
def _wanted(columns: ById[Mapping[str, ColumnSpec]]) -> tuple[_Wanted, ...] | None:
    """Return the attributes to read; None where one is called as another part of a document is."""
    specs = {name: spec for name, spec in columns.value.items() if spec.type != "id"}
    if not NOT_ATTRIBUTES.isdisjoint(columns.value):
        return None
    return tuple(
        _Wanted(
            name,
            spec.type,
            {"number": NUMBERS, "boolean": BOOLEANS}.get(spec.type, TEXTS),
            frozenset(trimmed(text) for text in spec.missing)
            if spec.type == "date"
            else placeholders(spec.missing),
            numeric_placeholders(spec.missing) if spec.type == "number" else frozenset(),
            spec.unit,
        )
        for name, spec in specs.items()
    )


def _read(documents: Sequence[_Document], wanted: Sequence[_Wanted], timezone: str) -> Typed:
    times, numbers = Times(), Numbers()
    lead_id = _ids(documents)
    dates = [document.get("created_at") for document in documents]
    created, as_of = times.add(dates), times.add([document.get("as_of") for document in documents])
    given = [_attributes(document) for document in documents]
    taken = {each.name: _attribute(each, given, times, numbers) for each in wanted}
    activities = _events(documents, "activities", "occurred_at", times)
    stages = _events(documents, "stages", "entered_at", times)
    values = numbers.add(activities.column("value", NUMBERS))
    micros, floats = times.read(timezone), numbers.read()
    row = np.arange(len(documents), dtype=np.int64)
    tables = LeadTables(
        lead_id=np.array(lead_id, dtype=object),
        created_at=micros[created],
        columns={
            name: column if isinstance(column, Column) else column(micros, floats)
            for name, column in taken.items()
        },
        activities=_activities(activities, micros, floats[values]),
        stages=_stages(stages, micros),
        source_row=row,
        order=row.astype(np.float64) if dates.count(None) == len(dates) else None,
    )
    return Typed(tables, micros[as_of])


def _ids(documents: Sequence[_Document]) -> list[str]:
    ids = []
    for position, document in enumerate(documents):
        given = document.get("lead_id") if "lead_id" in document else position
        if type(given) is not str and type(given) is not int:
            raise NotTypedError
        ids.append(trimmed(str(given)))
    if not all(ids) or len(set(map(without_fraction, ids))) < len(ids):
        raise NotTypedError
    return ids


def _attributes(document: _Document) -> _Document:
    """Return an object in which every attribute is found by its name."""
    nested = document.get("attributes")
    if nested is None:
        return document
    if type(nested) is not dict:
        raise NotTypedError
    return {**document, **nested}


def _attribute(
    wanted: _Wanted, given: Sequence[_Document], times: Times, numbers: Numbers
) -> Column | Callable[[IntArray, FloatArray], Column]:
    """Take in one attribute of all documents; return its column, or what makes it of times and numbers."""
    values = [each.get(wanted.name) for each in given]
    if not wanted.kinds.issuperset(map(type, values)):
        raise NotTypedError
    if wanted.kinds is not TEXTS:
        place = numbers.add(values, wanted.numbers)
        yes_no = wanted.kind == "boolean"
        return lambda _, floats: Column("number", floats[place], (), wanted.unit, yes_no)
    if wanted.kind == "date":
        moment = times.add([None if text in wanted.missing else text for text in values])
        return lambda micros, _: Column("date", micros[moment])
    return Column("category", *encode_texts(values, wanted.missing))


def _events(documents: Sequence[_Document], key: str, at: str, times: Times) -> _Events:
    items: list[dict[str, Any]] = []
    counts = []
    for document in documents:
        own = document.get(key)
        if own is not None and type(own) is not list:
            raise NotTypedError
        items += own or ()
        counts.append(len(own or ()))
    if not {dict}.issuperset(map(type, items)):
        raise NotTypedError
    recorded = _values(items, "recorded_at")
    later = times.add(recorded) if recorded.count(None) < len(items) else None
    return _Events(items, counts, times.add(_values(items, at)), later)


def _values(items: Sequence[dict[str, Any]], key: str) -> list[Any]:
    return list(map(dict.get, items, repeat(key)))


def _activities(events: _Events, micros: IntArray, value: FloatArray) -> Activities:
    if not events.items:
        return Activities.none(len(events.counts))
    kind, types = events.names("type")
    topic, topics = events.words("topic")
    at, known_at = events.clocks(micros)
    order = events.order(at, value, topic, kind, known_at)
    return Activities(
        offsets=events.offsets(),
        type=kind[order],
        types=types,
        occurred_at=at[order],
        known_at=known_at[order],
        topic=topic[order],
        topics=topics,
        value=value[order],
    )


def _stages(events: _Events, micros: IntArray) -> Stages:
    if not events.items:
        return Stages.none(len(events.counts))
    stage, stages = events.names("stage")
    reason, reasons = events.words("reason")
    at, known_at = events.clocks(micros)
    order = events.order(at, known_at)
    return Stages(
        offsets=events.offsets(),
        stage=stage[order],
        stages=stages,
        entered_at=at[order],
        known_at=known_at[order],
        reason=reason[order],
        reasons=reasons,
    )
