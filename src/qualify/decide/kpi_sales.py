"""Figures of sales' part: how soon SQLs are approached, and what became of the leads handed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from qualify.decide.cohorts import Cohort, entry_cohort, first_times
from qualify.decide.figure import Figure, Unit, absent, share_of, waiting_median
from qualify.decide.kpi_view import Overdue, View
from qualify.decide.sales_work import count_reasons, first_after, sales_work
from qualify.leads.tables import NO_TIME, BoolArray, IntArray

__all__ = ["figures", "overdue", "reasons"]

MOST_OVERDUE = 200
_OUTCOMES = {
    "accepted": (("accepted", "meeting", "sql", "won"), ("accepted", "meeting_booked", "won")),
    "rejected": (("rejected",), ("rejected",)),
    "recycled": (("recycled",), ("recycled",)),
}
"""By figure: parts of stages, and verdicts, that tell it."""

_APPROACH: tuple[tuple[str, Unit], ...] = (
    ("sql_to_approach", "hours"),
    ("sql_beyond_limit", "share"),
    ("sql_left_behind", "share"),
)


def figures(view: View) -> Iterator[Figure]:
    """Yield the figures of the approach, and the shares accepted, rejected and recycled."""
    yield from _approach(view)
    for key in _OUTCOMES:
        yield from _outcome(view, key)


def overdue(view: View) -> tuple[Overdue, ...]:
    """Return the SQLs that wait beyond the limit now, longest first, at most `MOST_OVERDUE`."""
    if _no_approach(view) is not None:
        return ()
    cohort = approach_cohort(view)
    hours, waiting = cohort.waits(view.now)
    late = np.flatnonzero(waiting & (hours > view.limit_hours))
    late = late[np.argsort(-hours[late], kind="stable")][:MOST_OVERDUE]
    return tuple(
        Overdue(
            str(view.tables.lead_id[cohort.lead[k]]),
            datetime.fromtimestamp(int(cohort.start[k]) / 1e6, UTC),
            round(float(hours[k]), 1),
        )
        for k in late
    )


def approach_cohort(view: View) -> Cohort:
    """Return the SQLs since sales' work is recorded, with their first approach.

    A later stage ends the wait too: whoever won or lost a lead has approached it. SQLs from longer before the
    first recorded work than the limit are left out: that nothing is known of theirs says nothing about sales.
    """
    lead, at = sales_work(view.tables, view.answers, view.now)
    start = view.entered("sql")
    start = np.where(start >= int(at.min()) - view.limit, start, NO_TIME)
    stages = view.tables.stages
    owner = np.repeat(np.arange(len(view.tables)), np.diff(stages.offsets))
    later = (stages.known_at <= view.now) & (stages.entered_at > start[owner])
    done = _earliest(
        first_after(lead, at, start), first_after(owner[later], stages.entered_at[later], start, grace=0)
    )
    return entry_cohort(start, done)


def _approach(view: View) -> Iterator[Figure]:
    why = _no_approach(view)
    if why is not None:
        yield from (absent(key, unit, why) for key, unit in _APPROACH)
        return
    cohort = approach_cohort(view)
    yield from view.grouping.each(
        cohort, lambda units, group: waiting_median("sql_to_approach", units, view.now, group)
    )
    yield from view.grouping.each(cohort, lambda units, group: _beyond(view, units, group))
    yield from _left_behind(view, cohort)


def _no_approach(view: View) -> str | None:
    """Return why nothing can be said about approaches, if so."""
    if len(view.tables.stages) == 0:
        return "no_stages"
    if "sql" not in view.roles:
        return "no_stage_sql"
    lead, _ = sales_work(view.tables, view.answers, view.now)
    return None if len(lead) else "no_sales_work"


def _beyond(view: View, units: Cohort, group: str | None) -> Figure:
    mature = units.mature(view.limit, view.now)
    late = int(np.count_nonzero(mature & ~units.reached(view.limit)))
    of = int(np.count_nonzero(mature))
    return share_of("sql_beyond_limit", late, of, group, immature=len(units) - of)


def _left_behind(view: View, cohort: Cohort) -> Iterator[Figure]:
    """Yield the share of marketing's SQLs beyond the limit, while a later inbound one was approached."""
    if "mql" not in view.roles:
        yield absent("sql_left_behind", "share", "no_stage_mql")
        return
    mql = view.entered("mql")[cohort.lead]
    marketing = (mql != NO_TIME) & (mql < cohort.start)
    behind = np.zeros(len(cohort), dtype=bool)
    behind[marketing] = overtaken(cohort.only(marketing), cohort.only(~marketing), view.now)
    passed = np.zeros(len(view.tables), dtype=bool)
    passed[cohort.lead[behind & ~cohort.reached(view.limit)]] = True

    def make(units: Cohort, group: str | None) -> Figure:
        mature = units.mature(view.limit, view.now)
        late = int(np.count_nonzero(passed[units.lead[mature]]))
        of = int(np.count_nonzero(mature))
        return share_of("sql_left_behind", late, of, group, immature=len(units) - of)

    yield from view.grouping.each(cohort.only(marketing), make)


def overtaken(waiting: Cohort, others: Cohort, now: int) -> BoolArray:
    """Say for whom one of the others came later and was approached earlier, shape (waiting,)."""
    latest = int(np.iinfo(np.int64).max)
    order = np.argsort(others.start, kind="stable")
    done = np.where(others.done == NO_TIME, latest, others.done)[order]
    soonest = np.append(np.minimum.accumulate(done[::-1])[::-1], latest)
    first_later = np.searchsorted(others.start[order], waiting.start, side="right")
    end = np.where(waiting.done == NO_TIME, now, waiting.done)
    found: BoolArray = soonest[first_later] < end
    return found


def _outcome(view: View, key: str) -> Iterator[Figure]:
    """Yield the share of leads handed over of which this became true within the horizon of SQL."""
    roles, verdicts = _OUTCOMES[key]
    staged = len(view.tables.stages) > 0 and any(role in view.roles for role in roles)
    if not staged and not len(view.answers.of(*verdicts)[0]):
        why = "no_answers" if len(view.tables.stages) else "no_stages_no_answers"
        yield absent(key, "share", why, view.days("sql"))
        return
    leads = len(view.tables)
    handed = _earliest(
        view.entered("mql", "accepted", "sql"), first_times(view.answers.lead, view.answers.at, leads)
    )
    if not staged:
        # Only answers can tell it: leads handed over before the first answer was recorded say nothing.
        handed = np.where(handed >= int(view.answers.at.min()), handed, NO_TIME)
    entered, answered = view.entries(*roles), view.answers.of(*verdicts)
    # What happened before the hand-over is no answer to it; accepting may be the hand-over itself.
    told = _earliest(first_after(*entered, handed, grace=0), first_after(*answered, handed, grace=0))
    yield from view.share(key, entry_cohort(handed, told), view.days("sql"))


def reasons(view: View) -> dict[str, dict[str, int]]:
    """Return the reasons given with recycled, rejected and lost leads, from stages and answers together."""
    given = {role: _reasons(view, role) for role in ("recycled", "rejected", "lost")}
    return count_reasons({role: texts for role, texts in given.items() if len(texts)})


def _reasons(view: View, role: str) -> NDArray[np.object_]:
    stages = view.tables.stages
    wanted = np.array([name == view.roles.get(role) for name in stages.stages], dtype=bool)
    kept = wanted[stages.stage] & (stages.known_at <= view.now) if len(stages) else np.zeros(0, dtype=bool)
    words = np.array([*stages.reasons, None], dtype=object)
    code = view.answers.verdicts.index(role) if role in view.answers.verdicts else -1
    return np.concatenate([words[stages.reason[kept]], view.answers.reason[view.answers.verdict == code]])


def _earliest(a: IntArray, b: IntArray) -> IntArray:
    """Return the earlier of two times, where `NO_TIME` is none."""
    return np.where(a == NO_TIME, b, np.where(b == NO_TIME, a, np.minimum(a, b)))
