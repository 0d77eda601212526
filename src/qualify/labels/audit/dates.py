"""L003: dates that fall after the moment of scoring."""

from __future__ import annotations

import numpy as np

from qualify.labels.audit.facts import Facts
from qualify.labels.audit.names import is_planned
from qualify.labels.audit.suspicion import Suspicion, accuse
from qualify.labels.audit.wording import percent
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, IntArray, LeadTables, Stages

_LEAST_ROWS = 10
_MOSTLY = 0.5
_SOME = 0.05
_TIED = 1.1


def check_dates(facts: Facts, tables: LeadTables) -> Suspicion | None:
    """L003: most dates are later than the lead's creation (by a day, so that time zones do no harm).

    Dates that are planned by their name (an expiry, a wished start) lie in the future honestly and are left
    to the other checks.
    """
    if facts.column.kind != "date" or is_planned(facts.name):
        return None
    rows = facts.sample.rows
    date, created = facts.column.values[rows].astype(np.int64), tables.created_at[rows]
    known = (date != NO_TIME) & (created != NO_TIME)
    later = known & (np.where(known, date - np.where(known, created, 0), 0) > MICROSECONDS_A_DAY)
    if later.sum() < _LEAST_ROWS or later.sum() < _SOME * known.sum():
        return None
    share = float(later.sum() / known.sum())
    days = float(np.median(date[later] - created[later])) / MICROSECONDS_A_DAY
    named_or_tied = facts.meaning is not None or abs(facts.presence.beyond) >= _TIED
    return accuse(
        facts.name, "L003", "certain" if share >= _MOSTLY else "likely" if named_or_tied else "possible",
        f"{percent(share)} of its {int(known.sum()):,} dates lie after the lead was created, typically "
        f"{days:,.0f} days later{_after_outcome(date, known, tables.stages, rows)}.",
    )  # fmt: skip


def _after_outcome(date: IntArray, known: BoolArray, stages: Stages, rows: IntArray) -> str:
    if not len(stages):
        return ""
    start, end = stages.offsets[rows], stages.offsets[rows + 1]
    judged = known & (end > start)
    if not judged.any():
        return ""
    last = stages.entered_at[end[judged] - 1]
    return f"; {percent(float((date[judged] >= last).mean()))} not before the lead's last stage"
