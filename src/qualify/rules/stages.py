"""Entry criteria, direct triggers and hysteresis: which stage the scorecard recommends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    BoolArray,
    FloatArray,
    IntArray,
    Stages,
)
from qualify.rules.attributes import UNREADABLE, Columns
from qualify.rules.criteria import ActivityTest, AttributeTest, Criterion, Stage
from qualify.rules.measures import Measure, Measured, Measures
from qualify.rules.scorecard import Scorecard
from qualify.rules.vocabulary import folded

NO, UNKNOWN, YES = 0, 1, 2
"""Kleene's three values: `all` is the least of them, `any` the greatest, `not` turns them round."""

Truth: TypeAlias = NDArray[np.int8]

_NO, _UNKNOWN, _YES = np.int8(NO), np.int8(UNKNOWN), np.int8(YES)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about a block of rows when its stages are decided."""

    rows: IntArray
    as_of: IntArray
    total: FloatArray
    group_points: dict[str, FloatArray]
    fired: dict[str, Truth]
    triggered: dict[str, BoolArray]
    measured: Measured
    columns: Columns


Test: TypeAlias = Callable[[Facts], Truth]


def truth(holds: BoolArray, unknown: BoolArray | bool = False) -> Truth:
    """Put two masks together into three values."""
    known = np.where(holds, _YES, _NO)
    return known if unknown is False else np.where(unknown, _UNKNOWN, known)


def test_of(criterion: Criterion, measures: Measures) -> Test:
    """Return the function that decides `criterion` for a block."""
    if criterion.all_of is not None:
        return _together(np.minimum.reduce, criterion.all_of, measures)
    if criterion.any_of is not None:
        return _together(np.maximum.reduce, criterion.any_of, measures)
    if criterion.none_of is not None:
        inner = test_of(criterion.none_of, measures)
        return lambda facts: (YES - inner(facts)).astype(np.int8)
    if criterion.activity is not None:
        return _activity(criterion.activity, measures)
    if criterion.attribute is not None:
        return _attribute((criterion.attribute,), criterion.attribute.column)
    return lambda facts: _by_points(criterion, facts)


def _together(
    reduce: Callable[[list[Truth]], Truth],
    parts: tuple[Criterion, ...],
    measures: Measures,
) -> Test:
    tests = [test_of(part, measures) for part in parts]
    return lambda facts: reduce([test(facts) for test in tests])


def _attribute(conditions: tuple[AttributeTest], column: str) -> Test:
    def decide(facts: Facts) -> Truth:
        picked = facts.columns.picker(conditions, column)(facts.rows, facts.as_of)
        return truth(picked == 0, picked == UNREADABLE)

    return decide


def _activity(test: ActivityTest, measures: Measures) -> Test:
    at = measures.want(Measure(test.of, test.window_days, distinct_topics=test.distinct_topics))

    def decide(facts: Facts) -> Truth:
        times = (facts.measured.distinct if test.distinct_topics else facts.measured.count)[:, at]
        return truth(times >= test.at_least)

    return decide


def _by_points(criterion: Criterion, facts: Facts) -> Truth:
    if criterion.points_at_least is not None:
        return truth(facts.total >= criterion.points_at_least)
    if criterion.points_below is not None:
        return truth(facts.total < criterion.points_below)
    if criterion.group_points is not None:
        return truth(facts.group_points[criterion.group_points.group] >= criterion.group_points.at_least)
    if criterion.rule is not None:
        return facts.fired[criterion.rule]
    if criterion.trigger is not None:
        return truth(facts.triggered[criterion.trigger])
    return np.full(len(facts.rows), YES, dtype=np.int8)


def current_stage(
    scorecard: Scorecard, stages: Stages, rows: IntArray, as_of: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the last stage known at `as_of` and when it was entered.

    Returns
    -------
    stage
        Position in ``scorecard.stage_names``; -1 where none is known or the scorecard does not know its name.
    entered_at
        Microseconds, `NO_TIME` where no stage is known.
    """
    return _current(stage_codes(scorecard), stages, rows, as_of)


def stage_codes(scorecard: Scorecard) -> dict[str, int]:
    """Return the position of each stage by all of its names, folded."""
    return {folded(name): i for i, stage in enumerate(scorecard.stages) for name in (stage.id, *stage.names)}


def _current(
    named: dict[str, int], stages: Stages, rows: IntArray, as_of: IntArray
) -> tuple[IntArray, IntArray]:
    codes = np.array([named.get(folded(name), -1) for name in stages.stages] + [-1])
    last = _last_known(stages, rows, as_of)
    if not len(stages):
        return np.full(len(rows), -1), np.full(len(rows), NO_TIME)
    entered = np.where(last >= 0, stages.entered_at[last], NO_TIME)
    return codes[np.where(last >= 0, stages.stage[last], -1)], entered


def _last_known(stages: Stages, rows: IntArray, as_of: IntArray) -> IntArray:
    """Return the position of each row's last known entry, -1 where there is none."""
    start, at = stages.offsets[rows], stages.offsets[rows + 1] - 1
    if not len(stages):
        return np.full(len(rows), -1)
    while True:
        later = (at >= start) & (stages.known_at[np.maximum(at, 0)] > as_of)
        if not later.any():
            return np.where(at >= start, at, -1)
        at = at - later


class StageRules:
    """The stages of a scorecard, made ready once.

    Parameters
    ----------
    scorecard
        What is read.
    measures
        Gets the measures that entry criteria need.
    """

    def __init__(self, scorecard: Scorecard, measures: Measures) -> None:
        self._card = scorecard
        self._enter = [test_of(s.enter, measures) if s.enter else None for s in scorecard.stages]
        self._leave = [test_of(s.leave.when, measures) if s.leave else None for s in scorecard.stages]
        self._position = {name: i for i, name in enumerate(scorecard.stage_names)}
        self._codes = stage_codes(scorecard)

    def recommend(self, facts: Facts, stages: Stages, triggered_at: dict[str, IntArray]) -> IntArray:
        """Return the recommended stage of each row: what it earns, held against where it stands.

        Parameters
        ----------
        facts
            Points and measures of the block.
        stages
            Where the leads stood.
        triggered_at
            When each trigger fired last, microseconds, `NO_TIME` where it did not.
        """
        current, entered = _current(self._codes, stages, facts.rows, facts.as_of)
        earned, freed = self._earned(facts, triggered_at, entered)
        out = np.maximum(earned, current)
        for position, stage in enumerate(self._card.stages):
            here = current == position
            if not here.any():
                continue
            if stage.closed:
                out = np.where(here, position, out)
            elif stage.reenters_at is not None:
                stays = (earned < self._position[stage.reenters_at]) | self._rests(
                    stage, facts.as_of, entered
                )
                out = np.where(here, np.where(stays & ~freed, position, earned), out)
            else:
                out = np.where(here & (earned < position), self._fallen(stage, position, facts, earned), out)
        return out

    def entered(self, facts: Facts) -> dict[str, BoolArray]:
        """Say for each stage with entry criteria which rows of the block meet them."""
        tests = zip(self._card.stage_names, self._enter, strict=True)
        return {name: np.asarray(test(facts) == YES) for name, test in tests if test is not None}

    def _earned(
        self, facts: Facts, triggered_at: dict[str, IntArray], entered: IntArray
    ) -> tuple[IntArray, BoolArray]:
        """Return the highest stage earned, and where a trigger fired after the current stage was entered."""
        earned = np.full(len(facts.rows), -1)
        for position, enter in enumerate(self._enter):
            if enter is not None:
                earned = np.where(enter(facts) == YES, position, earned)
        freed = np.zeros(len(facts.rows), dtype=bool)
        for trigger in self._card.triggers:
            fired = facts.triggered[trigger.id]
            earned = np.where(fired, np.maximum(earned, self._position[trigger.stage]), earned)
            freed |= fired & (triggered_at[trigger.id] > entered)
        return earned, freed

    @staticmethod
    def _rests(stage: Stage, as_of: IntArray, entered: IntArray) -> BoolArray:
        return np.asarray((as_of - entered) < round(stage.rest_days * MICROSECONDS_A_DAY))

    def _fallen(self, stage: Stage, position: int, facts: Facts, earned: IntArray) -> IntArray:
        """Return where leads of a stage that they no longer earn go: they stay until `leave` holds."""
        leave = self._leave[position]
        if leave is None:
            return np.full(len(facts.rows), position)
        to = earned if stage.leave is None or stage.leave.to is None else self._position[stage.leave.to]
        return np.where(leave(facts) == YES, to, position)
