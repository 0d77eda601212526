"""What a lead did: how often, in which window, and when last."""

from __future__ import annotations

import math

import numpy as np

from qualify.explain.kinds.wording import Shown, Values, Wording, whole_counts, whole_days
from qualify.explain.numbers import say_ago, say_counted, say_number
from qualify.explain.speech import Subject, say_did

NEVER, ALL_TIME, MONTH, WEEK = 0, 1, 30, 7
"""The window that a sentence speaks of: the shortest that says something."""


def _shown(values: Values) -> Shown:
    """Choose the window, the count in it, the count in all, and the days since the last.

    A single activity within 30 days needs no window: its age says it all.
    """
    week, month = whole_counts(values["count_7d"]), whole_counts(values["count_30d"])
    total = np.maximum(whole_counts(values["count_all"]), np.maximum(week, month))
    in_week, in_month = week > 0, (week == 0) & (month > 1)
    window = np.where(in_week, WEEK, np.where(in_month, MONTH, np.where(total > 0, ALL_TIME, NEVER)))
    count = np.where(in_week, week, np.where(in_month, month, total))
    # What the sentence does not tell is blanked, so that rows with equal sentences are equal.
    days = np.where(in_week | (total == 0), np.nan, whole_days(values["days_since"]))
    return window, count, np.where(in_week, total, count), days


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
