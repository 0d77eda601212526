"""A scorecard as arrays: what the compiled loop over rows reads, and what it fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualify.leads.identity import ById
from qualify.leads.tables import MICROSECONDS_A_DAY, BoolArray, FloatArray, IntArray
from qualify.rules import kernel
from qualify.rules.criteria import Stage
from qualify.rules.kinds import ActivityRule, AttributeRule, CountRule, RatioRule, Rule, SilenceRule
from qualify.rules.measures import Measure, Measures
from qualify.rules.postfix import Postfix
from qualify.rules.schema import Ageing, Condition, Selector
from qualify.rules.scorecard import Scorecard

__all__ = ["Program", "Tables", "make_program", "needed_selectors"]

_MOST = int(np.iinfo(np.int64).max)


RULE = np.dtype([
    ("kind", "i8"), ("group", "i8"), ("cap", "f8"), ("unknown", "?"), ("of", "i8"), ("other", "i8"),
    ("despite", "i8"), ("points", "f8"), ("most", "i8"), ("share", "f8"), ("among_at_least", "i8"),
    ("wait", "i8"), ("by_topic", "?"), ("half_life", "f8"), ("linear", "f8"), ("first", "i8"), ("end", "i8"),
])  # fmt: skip
"""One rule: its kind, its group's position, its cap (infinite: none), whether none of its activity types
exists; the positions of its measures (of an attribute rule: of its table); the numbers that its kind reads;
and where its steps, or the rows of its table, begin and end."""

STAGE = np.dtype([
    ("enter", "i8"), ("enter_end", "i8"), ("leave", "i8"), ("leave_end", "i8"), ("leave_to", "i8"),
    ("closed", "?"), ("reenters_at", "i8"), ("rest", "i8"),
])  # fmt: skip
"""One stage: where its criteria begin and end, where leads go that leave it, whether nothing follows, which
stage frees its leads (-1: none), and after how many microseconds."""

TRIGGER = np.dtype([("measure", "i8"), ("at_least", "i8"), ("stage", "i8")])
"""One direct trigger."""

TEST = np.dtype([("kind", "i8"), ("arg", "i8"), ("least", "f8")])
"""One test of a criterion: what is tested, of what (or of how many tests), and against which number."""


class Program(NamedTuple):
    """What measures and attribute tables mean.

    Attributes
    ----------
    rules, stages, triggers, tests
        Records, see `RULE`, `STAGE`, `TRIGGER` and `TEST`; all criteria stand in postfix order in `tests`.
    floors, amounts
        Steps of counts and rows of attribute tables: from how many on, and the points.
    replaced
        Rules that give nothing where another does: (that other, the rule), shape (pairs, 2).
    group_cap, cuts
        Caps of the groups; points from which on bands A, B and C begin.
    """

    rules: NDArray[np.void]
    stages: NDArray[np.void]
    triggers: NDArray[np.void]
    tests: NDArray[np.void]
    floors: IntArray
    amounts: FloatArray
    replaced: IntArray
    group_cap: FloatArray
    cuts: FloatArray


@dataclass(slots=True)
class Tables:
    """The attribute tables that a scorecard asks, each once: its conditions and its column."""

    items: dict[tuple[ById[tuple[Condition, ...]], str], int] = field(default_factory=dict)

    def want(self, conditions: tuple[Condition, ...], column: str) -> int:
        """Return the position of a table, adding it when it is new."""
        return self.items.setdefault((ById(conditions), column), len(self.items))


@dataclass(frozen=True, slots=True)
class _Row:
    """What the program holds of one rule; each kind sets what it reads."""

    kind: int
    of: int
    other: int = -1
    despite: int = -1
    points: float = 0.0
    most: int = _MOST
    share: float = 0.0
    among_at_least: int = 0
    wait: int = 0
    by_topic: bool = False
    ages: Ageing | None = None
    steps: tuple[tuple[int, float], ...] = ()


def make_program(card: Scorecard, unknown: BoolArray, measures: Measures, tables: Tables) -> Program:
    """Lay a scorecard out.

    Parameters
    ----------
    card
        What is read.
    unknown
        Which rules are about activity types none of which exists.
    measures, tables
        Get what has to be measured and looked up.
    """
    rows = [_row(rule, measures, tables) for rule in card.rules]
    stage_at = {name: i for i, name in enumerate(card.stage_names)}
    postfix = Postfix(card, measures, tables.want)
    stages = [_stage(stage, postfix, stage_at) for stage in card.stages]
    triggers = [(measures.want(Measure(t.of, t.window_days)), t.at_least, stage_at[t.stage])
                for t in card.triggers]  # fmt: skip
    return Program(
        rules=_rules(card, rows, unknown),
        stages=np.array(stages, dtype=STAGE),
        triggers=np.array(triggers, dtype=TRIGGER),
        tests=np.array(postfix.tests, dtype=TEST),
        floors=np.array([floor for row in rows for floor, _ in row.steps], dtype=np.int64),
        amounts=np.array([points for row in rows for _, points in row.steps], dtype=np.float64),
        replaced=_replaced(card),
        group_cap=np.array([_or_infinite(group.cap) for group in card.groups]),
        cuts=np.array([band.from_ for band in card.bands[:3]], dtype=np.float64),
    )


def _rules(card: Scorecard, rows: Sequence[_Row], unknown: BoolArray) -> NDArray[np.void]:
    group_at = {group.id: i for i, group in enumerate(card.groups)}
    ends = np.cumsum([len(row.steps) for row in rows]).tolist()
    found = [
        (
            row.kind, group_at[rule.group], _or_infinite(rule.cap), nothing, row.of, row.other, row.despite,
            row.points, row.most, row.share, row.among_at_least, row.wait, row.by_topic,
            _or_infinite(row.ages.half_life_days if row.ages else None),
            _or_infinite(row.ages.linear_days if row.ages else None), end - len(row.steps), end,
        )
        for rule, row, nothing, end in zip(card.rules, rows, unknown.tolist(), ends, strict=True)
    ]  # fmt: skip
    return np.array(found, dtype=RULE)


def _stage(stage: Stage, postfix: Postfix, stage_at: Mapping[str, int]) -> tuple[object, ...]:
    enter = postfix.add(stage.enter)
    leave = postfix.add(stage.leave.when if stage.leave else None)
    freed_at = kernel.NONE if stage.reenters_at is None else stage_at[stage.reenters_at]
    rest = round(stage.rest_days * MICROSECONDS_A_DAY)
    return *enter, *leave, _left_to(stage, stage_at), stage.closed, freed_at, rest


def _left_to(stage: Stage, stage_at: Mapping[str, int]) -> int:
    to = stage.leave.to if stage.leave else None
    return kernel.EARNED if to is None else stage_at[to]


def needed_selectors(rule: Rule) -> tuple[Selector, ...]:
    """Return the selectors without which a rule says nothing: all of them must have a type that exists."""
    if isinstance(rule, (ActivityRule, CountRule)):
        return (rule.of,)
    if isinstance(rule, RatioRule):
        return (rule.of, rule.among)
    if isinstance(rule, SilenceRule):
        return (rule.after,) + ((rule.despite,) if rule.despite else ())
    return ()


def _row(rule: Rule, measures: Measures, tables: Tables) -> _Row:
    if isinstance(rule, AttributeRule):
        at = tables.want(rule.table, rule.column)
        return _Row(kernel.ATTRIBUTE, at, steps=tuple((0, row.points) for row in rule.table))
    if isinstance(rule, ActivityRule):
        of = measures.want(Measure(rule.of, rule.window_days, rule.most, rule.ages))
        return _Row(kernel.ACTIVITY, of, points=rule.points, most=rule.most or _MOST)
    if isinstance(rule, CountRule):
        of = measures.want(Measure(rule.of, rule.window_days, distinct_topics=rule.distinct_topics))
        steps = tuple((step.at_least, step.points) for step in rule.steps)
        return _Row(kernel.COUNT, of, by_topic=rule.distinct_topics, ages=rule.ages, steps=steps)
    if isinstance(rule, RatioRule):
        return _Row(
            kernel.RATIO, measures.want(Measure(rule.of, rule.window_days)),
            measures.want(Measure(rule.among, rule.window_days)), points=rule.points, share=rule.at_least,
            among_at_least=rule.among_at_least, ages=rule.ages,
        )  # fmt: skip
    return _silence(rule, measures)


def _silence(rule: SilenceRule, measures: Measures) -> _Row:
    return _Row(
        kernel.SILENCE, measures.want(Measure(rule.after)), measures.want(Measure(rule.nothing_of)),
        measures.want(Measure(rule.despite)) if rule.despite else -1,
        points=rule.points, most=rule.at_most or _MOST,
        wait=round(rule.for_days * MICROSECONDS_A_DAY), ages=rule.ages,
    )  # fmt: skip


def _replaced(card: Scorecard) -> IntArray:
    pairs = [(i, card.rule_ids.index(name)) for i, rule in enumerate(card.rules) for name in rule.replaces]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _or_infinite(number: float | None) -> float:
    return np.inf if number is None else number
