"""The rows of a drafted table: which values of a column are taken together."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from qualify.config import ColumnSpec
from qualify.leads.tables import Column, FloatArray, IntArray
from qualify.rules.schema import TableRow

_MOST_CATEGORIES = 8
_MOST_VALUES = 6
_RANGES = 5
_SPIKE = 0.15
"""A lowest value that this share of leads has (0 visits) gets a range of its own."""

_RANKS = ("owner", "executive", "head", "manager", "lead", "staff", "assistant", "student")
_EMAIL_KINDS = ("company", "free", "education")


def propose_rows(column: Column, spec: ColumnSpec, rows: IntArray, least: int) -> list[TableRow]:
    """Propose the rows of a table for one column, without points.

    Parameters
    ----------
    column, spec
        The values and what they mean.
    rows
        The leads that may be looked at.
    least
        A value on its own has at least this many leads.

    Returns
    -------
    list of TableRow
        Rows that exclude each other; empty for a column that can't be put into a table (ids, free text,
        dates, several values in a cell).
    """
    if spec.type in {"id", "text", "date", "multi_select"}:
        return []
    if spec.type == "job_title":
        return [_row(rank=rank) for rank in _RANKS]
    if spec.type == "email":
        return [_row(email_kind=kind) for kind in _EMAIL_KINDS]
    if column.kind == "number":
        values = column.values[rows].astype(np.float64)
        return [*_number_rows(values[~np.isnan(values)], least), _row(missing=True)]
    return [*_category_rows(column, rows, least), _row(missing=True), _row(otherwise=True)]


def _row(**condition: Any) -> TableRow:
    return TableRow.model_validate({"points": 0.0, **condition})


def _category_rows(column: Column, rows: IntArray, least: int) -> list[TableRow]:
    codes = column.values[rows].astype(np.int64)
    counts = np.bincount(codes[codes >= 0], minlength=len(column.vocabulary))
    # By count, then by name: the draft does not depend on the order of the vocabulary.
    order = sorted(range(len(counts)), key=lambda code: (-counts[code], column.vocabulary[code]))
    return [_row(**{"is": column.vocabulary[c]}) for c in order[:_MOST_CATEGORIES] if counts[c] >= least]


def _number_rows(values: FloatArray, least: int) -> list[TableRow]:
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 2:
        return []
    if len(distinct) <= _MOST_VALUES:
        return [_row(**{"is": _plain(v)}) for v, n in zip(distinct, counts, strict=True) if n >= least]
    edges = np.unique(np.quantile(values, np.arange(1, _RANGES) / _RANGES, method="higher"))
    if counts[0] >= _SPIKE * len(values):
        edges = np.union1d(edges, distinct[1:2])
    edges = np.unique([_readable(edge) for edge in edges if edge > distinct[0]])
    bounds = [None, *map(_plain, edges), None]
    return [
        _row(**{key: bound for key, bound in (("from", low), ("below", high)) if bound is not None})
        for low, high in pairwise(bounds)
        if (low, high) != (None, None)
    ]


def _readable(edge: float) -> float:
    """Round to three significant digits: people read the table."""
    return float(f"{edge:.3g}")


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)
