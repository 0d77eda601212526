"""Figures of marketing's own work: mails opened and webinars attended."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.decide.activity_kinds import types_of
from qualify.decide.cohorts import Cohort, matched_cohort
from qualify.decide.figure import Figure, absent, count_of
from qualify.decide.kpi_view import View

__all__ = ["figures"]

_KINDS = {
    "email_open_rate": ("mail_sent", "mail_opened", 7.0),
    "webinar_attendance": ("webinar_registered", "webinar_attended", 30.0),
}
"""By figure: the kind that begins a unit, the kind that completes it, and the days it is watched."""


def figures(view: View) -> Iterator[Figure]:
    """Yield the open rate of e-mails and the attendance of webinars."""
    yield from _attendances(view)
    for key, (first, then, days) in _KINDS.items():
        begin, end = (types_of(kind, view.tables.activities.types) for kind in (first, then))
        if not begin.any() or not end.any():
            why = f"no_{key}" if len(view.tables.activities) else "no_activities"
            yield absent(key, "share", why, days)
            continue
        yield from view.share(key, matched_cohort(view.tables, begin, end, view.now), days)


def _attendances(view: View) -> Iterator[Figure]:
    """Yield how many came to webinars, registered or not."""
    acts = view.tables.activities
    came = types_of("webinar_attended", acts.types)
    if not came.any():
        yield absent("webinar_count", "count", "no_webinar_attendance" if len(acts) else "no_activities")
        return
    lead = np.repeat(np.arange(len(view.tables)), np.diff(acts.offsets))
    kept = came[acts.type] & (acts.known_at <= view.now)
    units = Cohort(lead[kept], acts.occurred_at[kept], acts.occurred_at[kept])
    yield from view.grouping.each(units, lambda found, group: count_of("webinar_count", len(found), group))
