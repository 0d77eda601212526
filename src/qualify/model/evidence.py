"""How often past leads had the outcome, by what was so about them: each field counted by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualify.features.fields import Field
from qualify.features.frame import FeatureFrame, field_values
from qualify.leads.tables import BoolArray, FloatArray, IntArray

FEWEST_LEADS = 30
"""Smaller groups are not kept: their rate says little, and they are near to being about persons."""

BINS = 8

_MEASURES = {
    "number": "value", "boolean": "value", "date": "days_before", "text": "length", "rule": "points",
    "points": "points", "age": "days", "silence": "days_since", "topics": "distinct",
}  # fmt: skip

_COUNT_STEPS = (1.5, 2.5, 5.5)
"""Counts are told apart as 1, 2, 3 to 5, and more."""

_STAGE_DAYS = (7.0, 30.0, 90.0)
"""How long a lead has been in its stage is told apart at these days."""


@dataclass(frozen=True, slots=True)
class Group:
    """Past leads of which the same was so: how many, and how many of them had the outcome."""

    leads: int
    positives: int

    @property
    def rate(self) -> float:
        """Share with the outcome."""
        return self.positives / self.leads


@dataclass(frozen=True, slots=True)
class FieldGroups:
    """The groups of one field.

    Parameters
    ----------
    edges
        Cuts of its number, where it has one: group j holds ``edges[j-1] < x <= edges[j]``.
    groups
        By key; only those of at least `FEWEST_LEADS`.
    """

    edges: tuple[float, ...]
    groups: dict[str, Group]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The groups of all fields, for the first target.

    Parameters
    ----------
    everyone
        All past leads, each counted once.
    fields
        By the name of the field.
    """

    everyone: Group
    fields: dict[str, FieldGroups]

    def of(self, field: Field, values: Mapping[str, NDArray[Any]]) -> list[Group | None]:
        """Return each row's group by its values (see :class:`Field`); None where there is none to tell of."""
        found = self.fields.get(field.name)
        if found is None:
            return [None] * len(next(iter(values.values())))
        keys = group_keys(field.kind, values, found.edges)
        return [found.groups.get(str(key)) for key in keys.tolist()]


def fit_evidence(
    fields: Sequence[Field],
    frame: FeatureFrame,
    rows: IntArray,
    label: NDArray[np.float64],
    stands: FloatArray | None = None,
) -> Evidence:
    """Count past leads by each field's groups.

    Parameters
    ----------
    frame
        Raw features of the training rows.
    rows
        Positions in it, one a lead (see `one_row_a_lead`).
    label
        0/1, shape (rows,).
    stands
        For how many leads each stands, shape (rows,): counts are then estimates. None: for itself.
    """
    weight = np.ones(len(rows)) if stands is None else stands
    counted = {
        field.name: _count(field, field_values(frame, field.name, rows), label, weight) for field in fields
    }
    everyone = Group(round(weight.sum()), round((weight * label).sum()))
    return Evidence(everyone, {name: found for name, found in counted.items() if len(found.groups) > 1})


def one_row_a_lead(lead: IntArray, usable: BoolArray) -> IntArray:
    """Choose one of each lead's usable rows, the same in every run, early and late ones alike."""
    rows = np.flatnonzero(usable)
    mixed = (rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
    order = np.lexsort((mixed, lead[rows]))
    first = np.append(True, np.diff(lead[rows][order]) != 0)[: len(order)]
    return np.sort(rows[order][first])


def _count(
    field: Field, values: Mapping[str, NDArray[Any]], label: FloatArray, weight: FloatArray
) -> FieldGroups:
    edges = group_edges(field.kind, values)
    codes, keys = pd.factorize(group_keys(field.kind, values, edges))
    known = codes >= 0
    counts = np.bincount(codes[known], minlength=len(keys))
    leads = np.bincount(codes[known], weights=weight[known], minlength=len(keys))
    positives = np.bincount(codes[known], weights=(weight * label)[known], minlength=len(keys))
    groups = {
        str(key): Group(round(n), round(hits))
        for key, count, n, hits in zip(keys.tolist(), counts, leads, positives, strict=True)
        if count >= FEWEST_LEADS
    }
    return FieldGroups(edges, groups)


def group_edges(kind: str, values: Mapping[str, NDArray[Any]]) -> tuple[float, ...]:
    """Return the cuts of a field's number into groups of about equal size; none where it has no number.

    Parameters
    ----------
    kind, values
        Of the field (see :class:`Field`).
    """
    measure = _MEASURES.get(kind)
    return () if measure is None else _edges(np.asarray(values[measure], dtype=np.float64))


def _edges(values: FloatArray) -> tuple[float, ...]:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return ()
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
    top = known.max()
    return tuple(float(cut) for cut in cuts if cut < top)


def group_keys(kind: str, values: Mapping[str, NDArray[Any]], edges: Sequence[float]) -> NDArray[Any]:
    """Return each row's key; rows of which the same is told have the same one.

    A number that is missing has the key -1, a word the empty text.
    """
    measure = _MEASURES.get(kind)
    if measure is not None:
        number = np.asarray(values[measure], dtype=np.float64)
        return np.where(np.isnan(number), -1, np.searchsorted(np.asarray(edges), number, side="left"))
    return _OTHER_KEYS.get(kind, _value_keys)(values)


def _value_keys(values: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    return _texts(values["value"])


def _title_keys(values: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    keys: NDArray[Any] = _texts(values["rank"]) + " | " + _texts(values["department"])
    return keys


def _texts(values: NDArray[Any]) -> NDArray[np.object_]:
    found = np.array(values, dtype=object)
    found[pd.isna(found)] = ""
    return found


def _activity_keys(values: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """Return the shortest window in which the lead was active (0: never), and how often it was, in steps."""
    week, month, total = (
        np.nan_to_num(np.asarray(values[part], dtype=np.float64))
        for part in ("count_7d", "count_30d", "count_all")
    )
    window = np.where(week > 0, 3, np.where(month > 0, 2, np.where(total > 0, 1, 0)))
    count = np.select([window == 3, window == 2], [week, month], total)
    return window * 10 + np.where(window > 0, np.searchsorted(_COUNT_STEPS, count), 0)


def _stage_keys(values: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """Return the stage, and whether it was entered within a week, a month, a quarter, or earlier."""
    days = np.asarray(values["days_since"], dtype=np.float64)
    span = np.where(np.isnan(days), -1, np.searchsorted(_STAGE_DAYS, days, side="right"))
    keys: NDArray[Any] = _texts(values["value"]) + " | " + span.astype(str).astype(object)
    return keys


def _clock_keys(values: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """Return the weekday and the quarter of the day."""
    weekday, hour = (np.asarray(values[part], dtype=np.float64) for part in ("weekday", "hour"))
    known = ~np.isnan(weekday)
    quarter = np.where(np.isnan(hour), 9.0, np.floor(np.nan_to_num(hour) / 6))
    return np.where(known, np.where(known, weekday, 0.0) * 10 + quarter, -1).astype(np.int64)


_OTHER_KEYS: dict[str, Callable[[Mapping[str, NDArray[Any]]], NDArray[Any]]] = {
    "activity": _activity_keys,
    "clock": _clock_keys,
    "job_title": _title_keys,
    "stage": _stage_keys,
}
