"""Activity rules: from measures to points, a column of a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, FloatArray, IntArray
from qualify.rules.measures import Measure, Measured, Measures, age_factors
from qualify.rules.schema import ActivityRule, Ageing, CountRule, RatioRule, Rule, Selector, SilenceRule


class Earned(NamedTuple):
    """Points of one rule for a block of rows.

    `whole` is what the rule would give if nothing aged and no cap stood in the way; `aged` is what is left of
    it.
    """

    whole: FloatArray
    aged: FloatArray


Earner: TypeAlias = Callable[[Measured, IntArray], Earned]


def earner(rule: Rule, measures: Measures) -> Earner:
    """Return the function of (measured, as_of) for a rule about activities, asking for its measures.

    Rules that give points for each activity are the task of :class:`EachRules`.
    """
    if isinstance(rule, CountRule):
        return _count(rule, measures)
    if isinstance(rule, RatioRule):
        return _ratio(rule, measures)
    if isinstance(rule, SilenceRule):
        return _silence(rule, measures)
    raise TypeError(f"not an activity rule: {rule.kind}")


class EachRules:
    """All rules that give points for each activity, worked out together.

    Parameters
    ----------
    rules
        The scorecard's rules, of any kind.
    measures
        Gets the measures that these rules need.
    """

    def __init__(self, rules: Sequence[Rule], measures: Measures) -> None:
        chosen = [(i, rule) for i, rule in enumerate(rules) if isinstance(rule, ActivityRule)]
        self.rules: IntArray = np.array([i for i, _ in chosen], dtype=np.int64)
        wanted = [measures.want(Measure(r.of, r.window_days, r.most, r.ages)) for _, r in chosen]
        self._at: IntArray = np.array(wanted, dtype=np.int64)
        self._points = np.array([float(rule.points) for _, rule in chosen])
        most = [np.iinfo(np.int64).max if rule.most is None else rule.most for _, rule in chosen]
        self._most: IntArray = np.array(most, dtype=np.int64)

    def earn(self, measured: Measured) -> Earned:
        """Return their points, each of shape (rows, rules of this kind)."""
        counted = np.minimum(measured.count[:, self._at], self._most)
        return Earned(self._points * counted.astype(np.float64), self._points * measured.weight[:, self._at])


def needed_selectors(rule: Rule) -> tuple[Selector, ...]:
    """Return the selectors without which a rule says nothing: all of them must have a type that exists."""
    if isinstance(rule, (ActivityRule, CountRule)):
        return (rule.of,)
    if isinstance(rule, RatioRule):
        return (rule.of, rule.among)
    if isinstance(rule, SilenceRule):
        return (rule.after,) + ((rule.despite,) if rule.despite else ())
    return ()


def _count(rule: CountRule, measures: Measures) -> Earner:
    at = measures.want(Measure(rule.of, rule.window_days, distinct_topics=rule.distinct_topics))
    floors = np.array([step.at_least for step in rule.steps])
    points = np.array([0.0, *(step.points for step in rule.steps)])

    def earn(measured: Measured, as_of: IntArray) -> Earned:
        times = (measured.distinct if rule.distinct_topics else measured.count)[:, at]
        whole = points[np.searchsorted(floors, times, side="right")]
        return Earned(whole, whole * _left(rule.ages, measured.newest[:, at], as_of))

    return earn


def _ratio(rule: RatioRule, measures: Measures) -> Earner:
    of = measures.want(Measure(rule.of, rule.window_days))
    among = measures.want(Measure(rule.among, rule.window_days))

    def earn(measured: Measured, as_of: IntArray) -> Earned:
        times, all_times = measured.count[:, of], measured.count[:, among]
        enough = (
            (all_times >= rule.among_at_least) & (all_times > 0) & (times >= rule.at_least * all_times - 1e-9)
        )
        whole = np.where(enough, rule.points, 0.0)
        return Earned(whole, whole * _left(rule.ages, measured.newest[:, of], as_of))

    return earn


def _silence(rule: SilenceRule, measures: Measures) -> Earner:
    after = measures.want(Measure(rule.after))
    reply = measures.want(Measure(rule.nothing_of))
    despite = measures.want(Measure(rule.despite)) if rule.despite else None
    long_enough = round(rule.for_days * MICROSECONDS_A_DAY)

    def earn(measured: Measured, as_of: IntArray) -> Earned:
        start = measured.newest[:, after]
        silent = (start != NO_TIME) & (measured.newest[:, reply] <= start)
        since = np.where(silent, start, as_of) + long_enough
        silent &= since <= as_of
        if despite is not None:
            silent &= measured.newest[:, despite] > start
        if rule.at_most is not None:
            silent &= measured.count[:, after] <= rule.at_most
        whole = np.where(silent, rule.points, 0.0)
        return Earned(whole, whole * _left(rule.ages, np.where(silent, since, NO_TIME), as_of))

    return earn


def _left(ages: Ageing | None, since: IntArray, as_of: IntArray) -> FloatArray:
    """Return what is left of a point given at `since`; 0 where nothing was given."""
    there: BoolArray = since != NO_TIME
    days = (as_of - np.where(there, since, as_of)) / MICROSECONDS_A_DAY
    return np.where(there, age_factors(ages, days), 0.0)
