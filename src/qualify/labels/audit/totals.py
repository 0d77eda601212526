"""L010: numbers that count activities to the end of the history, not to the moment of scoring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import rankdata

from qualify.labels.audit.facts import Facts
from qualify.labels.audit.suspicion import Suspicion, accuse
from qualify.leads.tables import MICROSECONDS_A_DAY, FloatArray, IntArray, LeadTables

_FOLLOWS, _LOOK_AT = 0.85, 0.7
_MORE = 0.1
_FEWEST = 50


def find_totals(facts: Mapping[str, Facts], tables: LeadTables) -> Iterator[Suspicion]:
    """L010: the rank correlation with the count of all activities is high, and with that of day one is not.

    Parameters
    ----------
    facts
        The columns; only numbers are looked at.
    tables
        Whose activities are counted, by type and all together.
    """
    numbers = {name: one for name, one in facts.items() if one.column.kind == "number"}
    if not numbers or not len(tables.activities):
        return
    rows = next(iter(numbers.values())).sample.rows
    names, whole, early = _counts(tables)
    ranked = [_ranked(counts[rows]) for counts in (whole, early)]
    for name, one in numbers.items():
        values = one.column.values[rows].astype(np.float64)
        if np.count_nonzero(~np.isnan(values)) < _FEWEST:
            continue
        own = _ranked(np.nan_to_num(values)[:, None])
        to_end, at_first = ((own.T @ each)[0] for each in ranked)
        best = int(np.argmax(to_end))
        if to_end[best] >= _LOOK_AT and to_end[best] - at_first[best] >= _MORE:
            yield _accuse(name, names[best], float(to_end[best]), float(at_first[best]))


def _accuse(name: str, what: str, to_end: float, at_first: float) -> Suspicion:
    return accuse(
        name, "L010", "likely" if to_end >= _FOLLOWS else "possible",
        f"It follows the count of {what} to the end of the history (rank correlation {to_end:.2f}), not the "
        f"count on the lead's first day ({at_first:.2f}).",
    )  # fmt: skip


def _counts(tables: LeadTables) -> tuple[list[str], FloatArray, FloatArray]:
    """Return names, and counts by lead to the end and to the first day, shape (leads, types + 1)."""
    acts, leads = tables.activities, len(tables)
    of_act = np.repeat(np.arange(leads), np.diff(acts.offsets))
    first = acts.known_at <= tables.created_at[of_act] + MICROSECONDS_A_DAY
    names = ["all activities", *(f"activities “{kind}”" for kind in acts.types)]

    def counted(lead: IntArray, kind: IntArray) -> FloatArray:
        size = len(acts.types)
        each = np.bincount(lead * size + kind, minlength=leads * size).reshape(leads, size)
        return np.column_stack([each.sum(axis=1), each]).astype(np.float64)

    kind = acts.type.astype(np.int64)
    return names, counted(of_act, kind), counted(of_act[first], kind[first])


def _ranked(values: FloatArray) -> FloatArray:
    """Return ranks of each column, centred and of length 1 (0 where all are alike)."""
    ranks = rankdata(values, axis=0)
    centred = ranks - ranks.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    found: FloatArray = centred / np.where(length > 0, length, 1.0)
    return found
