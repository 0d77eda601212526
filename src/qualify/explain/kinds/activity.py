"""What a lead did: how often, in which window, and when last."""

from __future__ import annotations

import math

import numpy as np

from qualify.compiled import compiled
from qualify.explain.kinds.wording import Shown, Values, Wording
from qualify.explain.numbers import say_ago, say_counted, say_number
from qualify.explain.speech import Subject, say_did
from qualify.leads.tables import FloatArray, IntArray

NEVER, ALL_TIME, MONTH, WEEK = 0, 1, 30, 7
"""The window that a sentence speaks of: the shortest that says something."""


def _shown(values: Values) -> Shown:
    """Choose the window, the count in it, the count in all, and the days since the last.

    A single activity within 30 days needs no window: its age says it all.
    """
    given = [np.asarray(values[name], dtype=np.float64) for name in _GIVEN]
    window, (count, total, days) = np.empty(len(given[0]), dtype=np.int64), np.empty((3, len(given[0])))
    _choose(*given, window, count, total, days)
    return window, count, total, days


_GIVEN = ("count_7d", "count_30d", "count_all", "days_since")


@compiled()
def _choose(
    count_7d: FloatArray, count_30d: FloatArray, count_all: FloatArray, days_since: FloatArray,
    window: IntArray, count: FloatArray, total: FloatArray, days: FloatArray,
) -> None:  # fmt: skip
    """Fill `window` and what follows it, row by row; a count that is missing is none."""
    for r in range(len(window)):
        week = 0.0 if np.isnan(count_7d[r]) else np.rint(count_7d[r])
        month = 0.0 if np.isnan(count_30d[r]) else np.rint(count_30d[r])
        ever = max(0.0 if np.isnan(count_all[r]) else np.rint(count_all[r]), week, month)
        # What the sentence does not tell is blanked, so that rows with equal sentences are equal.
        total[r] = count[r] = ever
        days[r] = max(np.floor(days_since[r]), 0.0) if ever != 0.0 else np.nan
        if week > 0.0:
            window[r], count[r], days[r] = WEEK, week, np.nan
        elif month > 1.0 and week == 0.0:
            window[r], count[r], total[r] = MONTH, month, month
        else:
            window[r] = ALL_TIME if ever > 0.0 else NEVER


def _sentence(subject: Subject, window: int, count: float, total: float, days: float) -> str:
    texts, activity = subject.texts, subject.field.subject
    if window == NEVER:
        return say_did(texts, activity, "none")
    number = say_number(texts, count)
    form = "one" if count == 1 else "many"
    did = say_did(texts, activity, form, n=number, times=say_counted(texts, "times", count))
    if window == WEEK:
        frame = "in_7" if total == count else "in_7_of"
        return texts.say(f"activity.{frame}", did=did, n=say_number(texts, total))
    if math.isnan(days):
        return texts.say("activity.so_far", did=did)
    frame = "in_30" if window == MONTH else f"{form}_ago"
    return texts.say(f"activity.{frame}", did=did, ago=say_ago(texts, days))


def _value(subject: Subject, window: int, count: float, total: float, days: float) -> str:
    return say_number(subject.texts, count)


ACTIVITY = Wording(_shown, _sentence, _value)
