"""The columns of the score list, as Arrow for tables and as plain values for one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.errors import QualifyError
from qualify.explain.reasons import Reasons, to_arrow
from qualify.leads.tables import FloatArray, IntArray
from qualify.side_by_side import side_by_side

__all__ = ["Column", "Words", "as_arrow", "as_list", "by_rank", "in_ranks"]

ROWS_A_PIECE = 65_536
"""Rows whose texts are written out at a time: more would not fit into one column of Arrow one day."""


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
    order = np.argsort(-probability, kind="stable")
    ordered = probability[order]
    same = ordered[1:] == ordered[:-1]
    if same.any():  # few are alike, and to compare texts takes longer than to compare numbers
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows = order[tied]
        order[tied] = rows[np.lexsort((lead_id[rows].astype(str), -probability[rows]))]
    return order


def in_ranks(chunks: Sequence[Mapping[str, Column]], threads: int | None = None) -> pa.Table:
    """Return chunks of rows as one score list, best first, with their ranks.

    A text is a code until its row stands where it belongs: texts are most of a list's bytes.
    """
    columns = {name: _below([chunk[name] for chunk in chunks]) for name in chunks[0]}
    order = by_rank(np.asarray(columns["probability"]), np.asarray(columns["lead_id"]))
    pieces = [order[at : at + ROWS_A_PIECE] for at in range(0, max(1, len(order)), ROWS_A_PIECE)]

    def piece(rows: IntArray) -> pa.Table:
        return pa.table({name: as_arrow(_taken(column, rows)) for name, column in columns.items()})

    table = pa.concat_tables(side_by_side(piece, pieces, 1 if len(pieces) == 1 else threads))
    return table.add_column(2, "rank", pa.array(np.arange(1, len(order) + 1, dtype=np.int64)))


def _below(parts: Sequence[Column]) -> Column:
    """Put the parts of a column below each other."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, Reasons):
        return Reasons.below([part for part in parts if isinstance(part, Reasons)])
    if isinstance(first, Words):
        codes = [part.codes for part in parts if isinstance(part, Words) and part.words == first.words]
        if len(codes) < len(parts):
            raise QualifyError(f"all parts of a column need one vocabulary; the first has {first.words}")
        return replace(first, codes=np.concatenate(codes))
    return np.concatenate([part for part in parts if isinstance(part, np.ndarray)])


def _taken(column: Column, rows: IntArray) -> Column:
    if isinstance(column, Words):
        return replace(column, codes=column.codes[rows])
    return column.take(rows)
