"""The one loop over rows: a lead's activities are measured once, and the measures become points and a stage.

A *measure* is a selector with a window, a limit on repeats and a way of ageing. All rules, triggers and entry
criteria are made from the four numbers a measure gives for a row, so that a row is read once, whatever the
rules. What is kept on disk is renewed when its own file changes, so all the parts stand in this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from qualify.compiled import compiled
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME

if TYPE_CHECKING:
    from qualify.rules.evaluate import Answers, Events, Standing
    from qualify.rules.measures import Measuring
    from qualify.rules.program import Program

__all__ = ["apply"]

ATTRIBUTE, ACTIVITY, COUNT, RATIO, SILENCE = range(5)
"""Kinds of rules."""

ALL, ANY, NOT, ALWAYS, AT_LEAST, BELOW, GROUP_AT_LEAST, FIRED, TRIGGERED = range(9)
COUNT_TEST, DISTINCT_TEST, ATTRIBUTE_TEST = range(9, 12)
"""Kinds of tests."""

NO, UNKNOWN, YES = range(3)
"""Kleene's three values: `all` is the least of them, `any` the greatest, `not` turns them round."""

NO_ROW, UNREADABLE = -1, -2
"""No row of an attribute table holds; the value could not be read."""

NONE, EARNED = -1, -2
"""No stage; the highest stage that a lead earns."""

_DAY = float(MICROSECONDS_A_DAY)
_part = numba.njit(nogil=True, forceinline=True)


@compiled()
def apply(  # type: ignore[no-untyped-def]
    events: Events, standing: Standing, types_meant, topics_meant, measuring: Measuring, program: Program,
    rows, as_of, picked, out: Answers
):  # fmt: skip
    """Fill the answers of each row.

    Parameters
    ----------
    events, standing
        Activities and stage entries of the leads.
    types_meant, topics_meant
        See `qualify.rules.measures.Meant`.
    measuring
        What is measured.
    program
        What the measures mean.
    rows, as_of
        Lead positions and microseconds, shape (rows,).
    picked
        Which row of each attribute table holds, shape (rows, attribute tables).
    out
        Where the answers go.
    """
    measures = len(measuring.window)
    starts, of_type = _by_type(types_meant)
    count, distinct = np.zeros(measures, dtype=np.int64), np.zeros(measures, dtype=np.int64)
    weight, newest = np.zeros(measures), np.empty(measures, dtype=np.int64)
    seen = np.full((measuring.distinct, len(topics_meant)), -1, dtype=np.int64)
    told = np.empty(len(program.tests), dtype=np.int64)
    stack = np.empty(len(program.tests) + 1, dtype=np.int64)
    for r in range(len(rows)):
        _measure(events, starts, of_type, topics_meant, measuring, rows[r], as_of[r], r, seen, count, weight,
                 newest, distinct)  # fmt: skip
        _rule_points(program, r, as_of[r], picked, count, weight, newest, distinct, out)
        _sums(program, r, out)
        for t in range(len(program.triggers)):
            out.triggered[r, t] = count[program.triggers[t].measure] >= program.triggers[t].at_least
        _test(program.tests, r, picked, count, distinct, out, told)
        for stage in range(len(program.stages)):
            first, end = program.stages[stage].enter, program.stages[stage].enter_end
            out.entered[r, stage] = end > first and _decide(program.tests, first, end, told, stack) == YES
        _recommend(program, standing, rows[r], as_of[r], r, newest, out, told, stack)


@_part
def _by_type(meant):  # type: ignore[no-untyped-def]
    """Return the measures that each activity type belongs to: where they begin, and their positions."""
    starts, of_type = np.zeros(len(meant) + 1, dtype=np.int64), np.empty(meant.size, dtype=np.int64)
    found = 0
    for kind in range(len(meant)):
        for m in range(meant.shape[1]):
            if meant[kind, m]:
                of_type[found] = m
                found += 1
        starts[kind + 1] = found
    return starts, of_type


@_part
def _measure(  # type: ignore[no-untyped-def]
    events, starts, of_type, topics_meant, measuring, lead, now, r, seen, count, weight, newest, distinct
):  # fmt: skip
    """Measure a lead, newest activity first.

    `count`: matching activities within the window, known by now. `weight`: the sum of what is left of the
    `most` newest of them. `newest`: when the newest occurred. `distinct`: how many different topics they had.
    """
    count[:], weight[:], newest[:], distinct[:] = 0, 0.0, NO_TIME, 0
    offsets, kinds, topics, values, occurred_at, known_at = events
    for a in range(offsets[lead + 1] - 1, offsets[lead] - 1, -1):
        if known_at[a] > now or occurred_at[a] > now:
            continue
        age, topic, value = now - occurred_at[a], topics[a], values[a]
        for k in range(starts[kinds[a]], starts[kinds[a] + 1]):
            m = of_type[k]
            of_set = measuring.topic_set[m]
            meant = topics_meant[topic, of_set] if topic >= 0 else measuring.no_topic[of_set]
            if age > measuring.window[m] or not meant:
                continue
            # A bound that is not given is infinite and lets a missing value pass.
            low, high = measuring.low[m], measuring.high[m]
            if (low > -np.inf and not value >= low) or (high < np.inf and not value < high):
                continue
            count[m] += 1
            if newest[m] == NO_TIME:
                newest[m] = occurred_at[a]
            if count[m] <= measuring.most[m]:
                weight[m] += _left(age / _DAY, measuring.half_life[m], measuring.linear[m])
            d = measuring.distinct_of[m]
            if d >= 0 and topic >= 0 and seen[d, topic] != r:
                seen[d, topic] = r
                distinct[m] += 1


@_part
def _left(age_days, half_life, linear):  # type: ignore[no-untyped-def]
    """Return what is left of a point after `age_days`; an infinite half-life or line leaves it whole."""
    left = 1.0
    if half_life < np.inf:
        left = 0.5 ** (age_days / half_life)
    if linear < np.inf:
        left *= max(0.0, 1.0 - age_days / linear)
    return left


@_part
def _rule_points(program, r, now, picked, count, weight, newest, distinct, out):  # type: ignore[no-untyped-def]
    """Write each rule's points, whole and after ageing, cap and `replaces`, and whether they are unknown."""
    for i in range(len(program.rules)):
        rule = program.rules[i]
        out.unknown[r, i] = rule.unknown
        if rule.kind == ATTRIBUTE:
            row = picked[r, rule.of]
            out.unknown[r, i] = row == UNREADABLE
            whole = aged = program.amounts[rule.first + row] if row >= 0 else 0.0
        elif rule.kind == ACTIVITY:
            whole = rule.points * min(count[rule.of], rule.most)
            aged = rule.points * weight[rule.of]
        else:
            whole, since = _award(rule, program.floors, program.amounts, now, count, newest, distinct)
            aged = 0.0
            if since != NO_TIME:
                aged = whole * _left((now - since) / _DAY, rule.half_life, rule.linear)
        # + 0.0 turns a negative zero into a plain one.
        out.whole[r, i] = whole + 0.0
        out.points[r, i] = min(max(aged, -rule.cap), rule.cap) + 0.0
    for i in range(len(program.replaced)):
        if out.points[r, program.replaced[i, 0]] != 0:
            out.points[r, program.replaced[i, 1]] = 0.0


@_part
def _award(rule, floors, amounts, now, count, newest, distinct):  # type: ignore[no-untyped-def]
    """Return the points of a rule that awards once, and since when; `NO_TIME` where there is no such time."""
    since = newest[rule.of]
    if rule.kind == COUNT:
        times = distinct[rule.of] if rule.by_topic else count[rule.of]
        points = 0.0
        for step in range(rule.first, rule.end):
            if times >= floors[step]:
                points = amounts[step]
        return points, since
    if rule.kind == RATIO:
        among = count[rule.other]
        enough = among > 0 and among >= rule.among_at_least
        enough = enough and count[rule.of] >= rule.share * among - 1e-9
        return rule.points if enough else 0.0, since
    if since == NO_TIME or newest[rule.other] > since or since + rule.wait > now:
        return 0.0, NO_TIME
    if (rule.despite >= 0 and newest[rule.despite] <= since) or count[rule.of] > rule.most:
        return 0.0, NO_TIME
    return rule.points, since + rule.wait


@_part
def _sums(program, r, out):  # type: ignore[no-untyped-def]
    """Write the points of the groups within their caps, their sum, and the band."""
    for i in range(len(program.rules)):
        out.group_points[program.rules[i].group, r] += out.points[r, i]
    total = 0.0
    for group in range(len(program.group_cap)):
        cap = program.group_cap[group]
        out.group_points[group, r] = min(max(out.group_points[group, r], -cap), cap)
        total += out.group_points[group, r]
    out.total[r], out.band[r] = total, 0
    for cut in program.cuts:
        out.band[r] += total < cut


@_part
def _test(tests, r, picked, count, distinct, out, told):  # type: ignore[no-untyped-def]
    """Write what each single test says (`NO`, `UNKNOWN` or `YES`)."""
    for i in range(len(tests)):
        kind, arg, least = tests[i].kind, tests[i].arg, tests[i].least
        if kind == ATTRIBUTE_TEST:
            told[i] = UNKNOWN if picked[r, arg] == UNREADABLE else YES if picked[r, arg] == 0 else NO
            continue
        if kind == FIRED and out.unknown[r, arg]:
            told[i] = UNKNOWN
            continue
        holds = kind == ALWAYS
        if kind == AT_LEAST:
            holds = out.total[r] >= least
        elif kind == BELOW:
            holds = out.total[r] < least
        elif kind == GROUP_AT_LEAST:
            holds = out.group_points[arg, r] >= least
        elif kind == FIRED:
            holds = out.points[r, arg] != 0
        elif kind == TRIGGERED:
            holds = out.triggered[r, arg]
        elif kind == COUNT_TEST:
            holds = count[arg] >= least
        elif kind == DISTINCT_TEST:
            holds = distinct[arg] >= least
        told[i] = YES if holds else NO


@_part
def _decide(tests, first, end, told, stack):  # type: ignore[no-untyped-def]
    """Return what a criterion says: its tests in postfix order, put together on a stack."""
    top = 0
    for i in range(first, end):
        kind, many = tests[i].kind, tests[i].arg
        if kind in (ALL, ANY):
            said = stack[top - many]
            for k in range(top - many + 1, top):
                said = min(said, stack[k]) if kind == ALL else max(said, stack[k])
            top -= many
        elif kind == NOT:
            top -= 1
            said = YES - stack[top]
        else:
            said = told[i]
        stack[top] = said
        top += 1
    return stack[0]


@_part
def _recommend(program, standing, lead, now, r, newest, out, told, stack):  # type: ignore[no-untyped-def]
    """Write the recommended stage: what the row earns, held against where it stands."""
    here, since = _stands(standing, lead, now)
    earned, freed = -1, False
    for stage in range(len(program.stages)):
        if out.entered[r, stage]:
            earned = stage
    for t in range(len(program.triggers)):
        if out.triggered[r, t]:
            earned = max(earned, program.triggers[t].stage)
            freed = freed or newest[program.triggers[t].measure] > since
    best = max(earned, here)
    if here >= 0:
        stage_here = program.stages[here]
        if stage_here.closed:
            best = here
        elif stage_here.reenters_at >= 0:
            stays = earned < stage_here.reenters_at or now - since < stage_here.rest
            best = here if stays and not freed else earned
        elif earned < here:
            first, end = stage_here.leave, stage_here.leave_end
            falls = end > first and _decide(program.tests, first, end, told, stack) == YES
            if falls:
                best = earned if stage_here.leave_to == EARNED else stage_here.leave_to
    out.stage[r] = best


@_part
def _stands(standing, lead, now):  # type: ignore[no-untyped-def]
    """Return the last stage known by now (-1: none, or one the scorecard does not know), and since when."""
    offsets, stage, entered_at, known_at, code_of = standing
    for a in range(offsets[lead + 1] - 1, offsets[lead] - 1, -1):
        if known_at[a] <= now:
            return code_of[stage[a]], entered_at[a]
    return NONE, NO_TIME
