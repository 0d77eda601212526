"""Columns that tell the date rather than the lead.

A campaign of the quarter, an interest rate, a form that was replaced: values of the earlier leads hardly
occur among the later ones. A model that leans on them extrapolates as soon as time goes on, so they have to
earn their place on later leads.
"""

from __future__ import annotations

import numpy as np

from qualify.leads.tables import Column, FloatArray, IntArray, LeadTables

OVERLAP = 0.3
"""Two thirds of time share less than this much of their distributions: the column is a calendar."""
FEWEST = 200
_BINS = 20


def calendar_columns(
    tables: LeadTables, names: list[str], leads: IntArray, time: FloatArray
) -> dict[str, float]:
    """Return the columns whose values in the first and last third of time hardly overlap, and how much.

    Parameters
    ----------
    leads
        Positions of the training leads.
    time
        Any quantity that grows with time, shape (leads of the table,).

    Notes
    -----
    The overlap of two distributions is the sum over values (or 20 bins of a number; missing is one more) of
    the smaller of both shares: 1 for equal ones, 0 for disjoint ones. Identifiers and free text are not
    judged: where nearly every value is new, no two parts overlap at any time.
    """
    if len(leads) < FEWEST:
        return {}
    order = leads[np.argsort(time[leads], kind="stable")]
    third = len(order) // 3
    parts = order[:third], order[third : 2 * third], order[-third:]
    found = {}
    for name in names:
        codes = _codes(tables.columns[name], order)
        if codes is None:
            continue
        share = _overlap(codes, parts[0], parts[2])
        # Values that never come twice do not overlap within one third either: that is no calendar.
        within = _overlap(codes, parts[0][::2], parts[0][1::2])
        if share < OVERLAP and within > 0.8:
            found[name] = share
    return found


def _codes(column: Column, leads: IntArray) -> IntArray | None:
    """Return small codes (0 for missing) for each lead of the table; None for columns that are not judged."""
    if column.kind == "category":
        return np.asarray(column.values, dtype=np.int64) + 1
    if column.kind != "number":
        return None
    values = np.asarray(column.values, dtype=np.float64)
    known = values[leads][~np.isnan(values[leads])]
    if len(known) == 0:
        return None
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="left") + 1)


def _overlap(codes: IntArray, first: IntArray, last: IntArray) -> float:
    size = int(codes.max()) + 1
    a = np.bincount(codes[first], minlength=size) / max(len(first), 1)
    b = np.bincount(codes[last], minlength=size) / max(len(last), 1)
    return float(np.minimum(a, b).sum())
