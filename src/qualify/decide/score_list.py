"""The columns of the score list, as Arrow for tables and as plain values for one answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.explain.reasons import Reasons, to_arrow
from qualify.leads.tables import FloatArray, IntArray

__all__ = ["Column", "Words", "as_arrow", "as_list", "by_rank"]


@dataclass(frozen=True, slots=True)
class Words:
    """A column of few different texts: codes into them, shape (rows,), negative where there is none."""

    codes: NDArray[Any]
    words: tuple[str, ...]


Column: TypeAlias = NDArray[Any] | Words | Reasons
"""Numbers, texts (dtype object), times (datetime64[us], UTC), few texts, or reasons."""


def as_arrow(column: Column) -> pa.Array:
    """Return a column as the score list holds it."""
    if isinstance(column, Words):
        mask = np.asarray(column.codes) < 0
        indices = pa.array(np.where(mask, 0, column.codes).astype(np.int32), mask=mask)
        return pa.DictionaryArray.from_arrays(indices, pa.array(column.words, pa.string())).cast(pa.string())
    if isinstance(column, Reasons):
        return to_arrow(column)
    if column.dtype == object:
        return pa.array(column, pa.string())
    return pa.array(column, pa.timestamp("us", tz="UTC") if column.dtype.kind == "M" else None)


def as_list(column: Column) -> list[Any]:
    """Return a column's values as Python has them; reasons are lists of objects.

    Examples
    --------
    >>> as_list(Words(np.array([1, -1]), ("A", "B")))
    ['B', None]
    """
    if isinstance(column, np.ndarray):
        found: list[Any] = column.tolist()
        return [moment.replace(tzinfo=UTC) for moment in found] if column.dtype.kind == "M" else found
    if isinstance(column, Words):
        return [column.words[code] if code >= 0 else None for code in column.codes.tolist()]
    return [_objects(column, row) for row in range(len(column))]


def _objects(reasons: Reasons, row: int) -> list[dict[str, Any]]:
    features, labels = reasons.features, reasons.labels
    told = (reasons.field, reasons.value, reasons.contribution, reasons.text)
    return [
        {"feature": features[field], "label": labels[field], "value": value, "contribution": size,
         "text": text}
        for field, value, size, text in zip(*[each[row].tolist() for each in told], strict=True)
        if field >= 0
    ]  # fmt: skip


def by_rank(probability: FloatArray, lead_id: NDArray[Any]) -> IntArray:
    """Return the order of the score list: falling probability, then by id."""
    if len(probability) < 2:
        return np.arange(len(probability))
    return np.lexsort((lead_id.astype(str), -probability))
