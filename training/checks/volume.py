"""Whether there is enough to learn from, and more than people can read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.labels.snapshots import end_of_data
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, FloatArray
from training.checks.finding import Finding
from training.data import Loaded

FEW_LEADS = 200
FEW_OUTCOMES = 50
READABLE_A_WEEK = 10
_RECENT_DAYS = 90


def check_volume(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Count leads and outcomes."""
    target = loaded.config.targets[0].name
    known = int(np.count_nonzero(~np.isnan(label)))
    positives = int(np.nansum(label))
    if known < FEW_LEADS:
        yield Finding(
            "V001", "warning", target,
            f"{known:,} leads have a known outcome; below {FEW_LEADS} a model seldom beats rules",
        )  # fmt: skip
    rarer, kind = min((positives, "positive"), (known - positives, "negative"))
    if rarer < FEW_OUTCOMES:
        yield Finding(
            "V002", "warning", target,
            f"{rarer:,} {kind} outcomes of {known:,}; with fewer than {FEW_OUTCOMES} figures are rough",
        )  # fmt: skip
    yield from _readable(loaded)


def _readable(loaded: Loaded) -> Iterator[Finding]:
    created = loaded.tables.created_at[loaded.tables.created_at != NO_TIME]
    if not len(created):
        return
    end = end_of_data(loaded.tables)
    days = min(_RECENT_DAYS, max((end - int(created.min())) / MICROSECONDS_A_DAY, 1.0))
    a_week = 7 * np.count_nonzero(created > end - days * MICROSECONDS_A_DAY) / days
    if a_week < READABLE_A_WEEK:
        yield Finding(
            "V003", "note", "leads",
            f"about {a_week:.0f} new leads a week in the last {days:.0f} days: sales can look at each",
        )  # fmt: skip
