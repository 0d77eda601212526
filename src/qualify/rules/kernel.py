"""The one loop over activities: what a lead did, measured as of a time.

A *measure* is a selector with a window, a limit on repeats and a way of ageing. All rules, triggers and entry
criteria are made from the four numbers a measure gives for a row, so that a row is read once, whatever the
rules.
"""

from __future__ import annotations

import numpy as np

from qualify.compiled import compiled
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME

_DAY = float(MICROSECONDS_A_DAY)


@compiled()
def age_factor(age_days, half_life, linear):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return what is left of a point after `age_days`; an infinite half-life or line leaves it whole."""
    left = 1.0
    if half_life < np.inf:
        left = 0.5 ** (age_days / half_life)
    if linear < np.inf:
        left *= max(0.0, 1.0 - age_days / linear)
    return left


@compiled()
def run(  # type: ignore[no-untyped-def]  # pragma: no cover
    offsets, type_, topic, value, occurred_at, known_at,  # the activities
    rows, as_of,
    type_offsets, type_measures,  # CSR: the measures that a type belongs to
    topic_set, topic_ok,  # (measures,), (sets, topics + 1): is the topic meant? column 0: no topic
    low, high, window, most, half_life, linear,  # (measures,)
    distinct_of, seen,  # (measures,), (distinct measures, topics): row that saw the topic last
    count, weight, newest, distinct,  # (rows, measures): the answers, given as zeros and NO_TIME
):  # fmt: skip
    """Fill `count`, `weight`, `newest` and `distinct` for each row, newest activity first.

    `count`: matching activities within the window, known by `as_of`. `weight`: the sum of what is left of the
    `most` newest of them. `newest`: when the newest occurred. `distinct`: how many different topics they had.
    """
    for r in range(len(rows)):
        lead = rows[r]
        now = as_of[r]
        for a in range(offsets[lead + 1] - 1, offsets[lead] - 1, -1):
            if known_at[a] > now or occurred_at[a] > now:
                continue
            age = now - occurred_at[a]
            for k in range(type_offsets[type_[a]], type_offsets[type_[a] + 1]):
                m = type_measures[k]
                if age > window[m] or not topic_ok[topic_set[m], topic[a] + 1]:
                    continue
                # A bound that is not given is infinite and lets a missing value pass.
                if (low[m] > -np.inf and not value[a] >= low[m]) or (
                    high[m] < np.inf and not value[a] < high[m]
                ):
                    continue
                count[r, m] += 1
                if newest[r, m] == NO_TIME:
                    newest[r, m] = occurred_at[a]
                if count[r, m] <= most[m]:
                    weight[r, m] += age_factor(age / _DAY, half_life[m], linear[m])
                d = distinct_of[m]
                if d >= 0 and topic[a] >= 0 and seen[d, topic[a]] != r:
                    seen[d, topic[a]] = r
                    distinct[r, m] += 1
