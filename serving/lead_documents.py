"""Lead documents out of tables: what `POST /v1/score` takes, made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import NO_TIME, Column, IntArray, LeadTables

__all__ = ["LeadDocuments"]

_EXACT = 2**53
"""Whole numbers below are the same as floats and as integers."""


class LeadDocuments(Mapping[str, dict[str, Any]]):
    """The documents of some leads, by id; each is built anew when it is asked for.

    Parameters
    ----------
    tables
        The leads.
    rows
        Positions of the leads that have a document.
    as_of
        Microseconds, shape (leads,): what was known later is not in a document.
    contacts
        By column, one text a lead: attributes that the model does not read.

    Notes
    -----
    A document scored as of its moment gives the probability of its lead in the tables.
    """

    def __init__(
        self,
        tables: LeadTables,
        rows: IntArray,
        as_of: IntArray,
        contacts: Mapping[str, Sequence[str | None]] | None = None,
    ) -> None:
        self._tables, self._as_of, self._contacts = tables, as_of, contacts or {}
        ids = tables.lead_id[rows].tolist()
        self._row: dict[str, int] = dict(zip(ids, rows.tolist(), strict=True))

    def __getitem__(self, lead_id: str) -> dict[str, Any]:
        """Build a document."""
        row = self._row[lead_id]
        document: dict[str, Any] = {"lead_id": lead_id}
        created = self._tables.created_at[row : row + 1]
        if created[0] != NO_TIME:
            document["created_at"] = _iso(created)[0]
        document["attributes"] = self._attributes(row)
        for key, items in (("activities", self._activities(row)), ("stages", self._stages(row))):
            if items:
                document[key] = items
        return document

    def __iter__(self) -> Iterator[str]:
        """Go through the ids."""
        return iter(self._row)

    def __len__(self) -> int:
        return len(self._row)

    def _attributes(self, row: int) -> dict[str, Any]:
        found = {name: _value(column, row) for name, column in self._tables.columns.items()}
        found |= {name: texts[row] for name, texts in self._contacts.items() if name not in found}
        return {name: value for name, value in found.items() if value is not None}

    def _activities(self, row: int) -> list[dict[str, Any]]:
        acts = self._tables.activities
        at = _known(acts.offsets, acts.known_at, row, int(self._as_of[row]))
        items = _events(
            "type", acts.types, acts.type[at], "occurred_at", acts.occurred_at[at], acts.known_at[at]
        )
        for item, topic, value in zip(items, acts.topic[at].tolist(), acts.value[at].tolist(), strict=True):
            if topic >= 0:
                item["topic"] = acts.topics[topic]
            if not isnan(value):
                item["value"] = value
        return items

    def _stages(self, row: int) -> list[dict[str, Any]]:
        stages = self._tables.stages
        at = _known(stages.offsets, stages.known_at, row, int(self._as_of[row]))
        items = _events(
            "stage", stages.stages, stages.stage[at], "entered_at", stages.entered_at[at], stages.known_at[at]
        )
        for item, reason in zip(items, stages.reason[at].tolist(), strict=True):
            if reason >= 0:
                item["reason"] = stages.reasons[reason]
        return items


def _known(offsets: IntArray, known_at: IntArray, row: int, as_of: int) -> IntArray:
    """Return the positions of a lead's events that were known."""
    first, end = int(offsets[row]), int(offsets[row + 1])
    return first + np.flatnonzero(known_at[first:end] <= as_of)


def _events(
    key: str, names: tuple[str, ...], codes: np.ndarray, at_key: str, at: IntArray, known_at: IntArray
) -> list[dict[str, Any]]:
    if not len(codes):
        return []
    items = [
        {key: names[code], at_key: moment} for code, moment in zip(codes.tolist(), _iso(at), strict=True)
    ]
    later = np.flatnonzero(known_at != at)
    if len(later):
        for place, moment in zip(later.tolist(), _iso(known_at[later]), strict=True):
            items[place]["recorded_at"] = moment
    return items


def _value(column: Column, row: int) -> Any:
    """Return one attribute as JSON has it, None where it is missing."""
    value = column.values[row]
    if column.kind == "number":
        number = float(value)
        if isnan(number):
            return None
        if column.yes_no:
            return number != 0.0
        return int(number) if number.is_integer() and abs(number) < _EXACT else number
    if column.kind == "date":
        return None if value == NO_TIME else _iso(column.values[row : row + 1].astype(np.int64))[0]
    return None if value < 0 else column.vocabulary[int(value)]


def _iso(micros: IntArray) -> list[str]:
    """Return times as text, all alike: with a fraction where one of them has one."""
    unit: Literal["us", "s"] = "us" if (micros % 1_000_000).any() else "s"
    moments: NDArray[np.datetime64] = micros.view("M8[us]")
    text: list[str] = np.datetime_as_string(moments, unit=unit).tolist()
    return [moment + "Z" for moment in text]
