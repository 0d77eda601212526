"""Figures of the funnel: how many became MQL, SQL and won, at what rates, and how fast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.decide.cohorts import Cohort, entry_cohort
from qualify.decide.figure import Figure, absent, count_of, median_of
from qualify.decide.kpi_view import View
from qualify.leads.tables import MICROSECONDS_A_DAY

__all__ = ["figures"]

_COUNTED = ("mql", "sql", "won")
_STEPS = (("mql", "sql"), ("sql", "won"))


def figures(view: View) -> Iterator[Figure]:
    """Yield counts of leads by part, and rate and time of each step."""
    for role in _COUNTED:
        yield from _counted(view, role)
    for first, then in _STEPS:
        yield from _step(view, first, then)


def _counted(view: View, role: str) -> Iterator[Figure]:
    key = f"{role}_count"
    why = _why(view, role)
    if why is not None:
        yield absent(key, "count", why)
        return
    start = view.entered(role)
    yield from view.grouping.each(
        entry_cohort(start, start), lambda units, group: count_of(key, len(units), group)
    )


def _step(view: View, first: str, then: str) -> Iterator[Figure]:
    key = f"{first}_to_{then}"
    why = _why(view, first) or _why(view, then)
    if why is not None:
        yield absent(key, "share", why, view.days(then))
        yield absent(f"{key}_days", "days", why, view.days(then))
        return
    cohort, days = entry_cohort(view.entered(first), view.entered(then)), view.days(then)
    yield from view.share(key, cohort, days)
    yield from _duration(view, f"{key}_days", cohort, days)


def _duration(view: View, key: str, cohort: Cohort, days: float) -> Iterator[Figure]:
    """Yield the median time of the mature units that made the step within their horizon."""
    within = round(days * MICROSECONDS_A_DAY)

    def make(units: Cohort, group: str | None) -> Figure:
        mature = units.mature(within, view.watched)
        made = units.only(mature & units.reached(within))
        taken = (made.done - made.start) / MICROSECONDS_A_DAY
        young = int(np.count_nonzero(~mature))
        return median_of(key, "days", taken, group, immature=young, days=days)

    yield from view.grouping.each(cohort, make)


def _why(view: View, role: str) -> str | None:
    """Return why nothing can be said about a part, if so."""
    if len(view.tables.stages) == 0:
        return "no_stages"
    return None if role in view.roles else f"no_stage_{role}"
