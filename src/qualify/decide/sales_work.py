"""What sales did with leads: their answers, and calls and meetings that stand among the activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qualify.decide.activity_kinds import types_of
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, CodeArray, IntArray, LeadTables

__all__ = ["Answers", "first_after", "read_answers", "sales_work"]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers that stand (not undone, not later than now), all arrays of shape (answers,).

    Parameters
    ----------
    lead
        Position of the lead in the tables.
    at
        Microseconds.
    verdict
        Codes into `verdicts`.
    reason
        Texts or None.
    """

    lead: IntArray
    at: IntArray
    verdict: CodeArray
    verdicts: tuple[str, ...]
    reason: NDArray[np.object_]

    def of(self, *verdicts: str) -> tuple[IntArray, IntArray]:
        """Return lead and time of the answers with these verdicts."""
        wanted = np.array([name in verdicts for name in self.verdicts], dtype=bool)
        kept = wanted[self.verdict]
        return self.lead[kept], self.at[kept]


def read_answers(answers: pa.Table | None, tables: LeadTables, now: int) -> Answers:
    """Bring the ledger's answers to the leads of the tables.

    Parameters
    ----------
    answers
        Columns ``lead_id``, ``verdict``, ``reason``, ``at`` and ``undone``; None: there is no ledger. Answers
        about leads that are not in the tables are left out.
    """
    if answers is None or answers.num_rows == 0:
        none = np.empty(0, dtype=np.int64)
        return Answers(none, none, none.astype(np.int32), (), none.astype(object))
    place = pc.index_in(answers["lead_id"].cast(pa.string()), value_set=pa.array(tables.lead_id, pa.string()))
    lead = place.fill_null(-1).to_numpy().astype(np.int64)
    at = answers["at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    undone = answers["undone"].fill_null(False).to_numpy()
    names, codes = np.unique(np.asarray(answers["verdict"].to_pylist(), dtype=str), return_inverse=True)
    reason = np.asarray(answers["reason"].to_pylist(), dtype=object)
    kept = (lead >= 0) & (at <= now) & ~undone.astype(bool)
    verdict = codes.astype(np.int32)[kept]
    return Answers(lead[kept], at[kept], verdict, tuple(str(name) for name in names), reason[kept])


def sales_work(tables: LeadTables, answers: Answers, now: int) -> tuple[IntArray, IntArray]:
    """Return lead and time of everything that sales did: answers, calls, meetings."""
    acts = tables.activities
    sales = types_of("sales", acts.types)
    if not sales.any():
        return answers.lead, answers.at
    lead = np.repeat(np.arange(len(tables)), np.diff(acts.offsets))
    kept = sales[acts.type] & (acts.known_at <= now)
    return np.concatenate([answers.lead, lead[kept]]), np.concatenate([answers.at, acts.occurred_at[kept]])


def first_after(lead: IntArray, at: IntArray, start: IntArray, grace: int = MICROSECONDS_A_DAY) -> IntArray:
    """Return the first event of each lead from its start on; `NO_TIME` where there is none.

    An event up to `grace` before the start counts as one at the start: a stage is often written down after
    the talk that led to it.

    Parameters
    ----------
    start
        Shape (leads,), `NO_TIME` for leads that are not asked about.
    """
    latest = int(np.iinfo(np.int64).max)
    asked = (start[lead] != NO_TIME) & (at >= start[lead] - grace)
    found = np.full(len(start), latest, dtype=np.int64)
    np.minimum.at(found, lead[asked], np.maximum(at[asked], start[lead[asked]]))
    return np.where(found == latest, NO_TIME, found)


def count_reasons(reasons: Mapping[str, NDArray[np.object_]]) -> dict[str, dict[str, int]]:
    """Return how often each reason was given, most frequent first; a missing one counts as ``""``."""
    counted: dict[str, dict[str, int]] = {}
    for verdict, given in reasons.items():
        names, counts = np.unique(np.array([each or "" for each in given], dtype=str), return_counts=True)
        order = np.lexsort((names, -counts))
        counted[verdict] = {str(names[k]): int(counts[k]) for k in order}
    return counted
