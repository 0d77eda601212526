"""Figures of marketing's own work: mails opened and webinars attended."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.decide.cohorts import Cohort, matched_cohort
from qualify.decide.figure import Figure, absent, count_of
from qualify.decide.kpi_view import View
from qualify.leads.tables import BoolArray
from qualify.rules.vocabulary import folded, glob_matches

__all__ = ["figures"]

_KINDS = {
    "email_open_rate": (
        ("email?sent*", "mail?sent*", "e-mail sent*", "email?delivered*", "メール送信*", "メール配信*"),
        ("email?open*", "mail?open*", "e-mail open*", "メール開封*", "メールの開封*", "開封*"),
        7.0,
    ),
    "webinar_attendance": (
        ("webinar?regist*", "ウェビナー申込*", "ウェビナー登録*", "セミナー申込*"),
        ("webinar?attend*", "ウェビナー参加*", "セミナー参加*"),
        30.0,
    ),
}
"""By figure: the types that begin a unit, the types that complete it, and the days it is watched."""


def figures(view: View) -> Iterator[Figure]:
    """Yield the open rate of e-mails and the attendance of webinars."""
    yield from _attendances(view)
    for key, (first, then, days) in _KINDS.items():
        begin, end = _types(view, first), _types(view, then)
        if not begin.any() or not end.any():
            yield absent(key, "share", f"no_{key}" if len(view.tables.activities) else "no_activities")
            continue
        yield from view.share(key, matched_cohort(view.tables, begin, end, view.now), days)


def _attendances(view: View) -> Iterator[Figure]:
    """Yield how many came to webinars, registered or not."""
    came, acts = _types(view, _KINDS["webinar_attendance"][1]), view.tables.activities
    if not came.any():
        yield absent("webinar_count", "count", "no_webinar_attendance" if len(acts) else "no_activities")
        return
    lead = np.repeat(np.arange(len(view.tables)), np.diff(acts.offsets))
    kept = came[acts.type] & (acts.known_at <= view.now)
    units = Cohort(lead[kept], acts.occurred_at[kept], acts.occurred_at[kept])
    yield from view.grouping.each(units, lambda found, group: count_of("webinar_count", len(found), group))


def _types(view: View, patterns: tuple[str, ...]) -> BoolArray:
    return glob_matches(patterns, [folded(name) for name in view.tables.activities.types])
