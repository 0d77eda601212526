"""Points, bands and stages for rows of leads, as of a time each.

A block of rows is read once by the kernel; everything after it is one array operation a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qualify.leads.identity import ById
from qualify.leads.tables import NO_TIME, BoolArray, FloatArray, IntArray, LeadTables
from qualify.rules.attributes import UNREADABLE, Columns
from qualify.rules.engagement import EachRules, Earned, earner, needed_selectors
from qualify.rules.measures import Measure, Measured, Measures, Plan, Planner, selected_types
from qualify.rules.schema import ActivityRule, AttributeRule, Rule
from qualify.rules.scorecard import Scorecard
from qualify.rules.stages import Facts, StageRules, truth
from qualify.rules.vocabulary import folded

BLOCK = 8_192
"""Rows at a time: bounds the memory of the measures, whatever the number of rows."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What the scorecard says about each row.

    Parameters
    ----------
    rule_ids, groups
        Each rule's id and group, in the order of the file.
    points
        Shape (rows, rules): after ageing, the rule's cap and `replaces`; 0 where nothing was earned or
        unknown.
    group_points
        By group, shape (rows,): the sum within the group's cap.
    total
        Shape (rows,): the sum of the groups.
    unknown
        Shape (rows, rules): the rule's column or value could not be read, or none of its activity types
        exists.
    trigger_ids, triggered
        Direct triggers, shape (rows, triggers).
    band
        int8, 0 = A to 3 = D.
    stage
        Recommended stage, a position in ``scorecard.stage_names``; -1 for none.
    whole
        Shape (rows, rules): points before ageing, cap and `replaces`.
    tables, rows, as_of
        What was asked.
    """

    rule_ids: tuple[str, ...]
    groups: tuple[str, ...]
    points: FloatArray
    group_points: dict[str, FloatArray]
    total: FloatArray
    unknown: BoolArray
    trigger_ids: tuple[str, ...]
    triggered: BoolArray
    band: NDArray[np.int8]
    stage: IntArray
    whole: FloatArray = field(repr=False)
    tables: LeadTables = field(repr=False)
    rows: IntArray = field(repr=False)
    as_of: IntArray = field(repr=False)


def evaluate(
    scorecard: Scorecard,
    tables: LeadTables,
    rows: IntArray,
    as_of: IntArray,
    known_types: Collection[str] | None = None,
) -> RuleResult:
    """Apply a scorecard to rows of leads.

    Parameters
    ----------
    scorecard
        The rules.
    tables
        The leads; a row is a position in them.
    rows, as_of
        int64, shape (rows,): lead positions and microseconds; only what was known then counts. A lead may
        stand in many rows.
    known_types
        Activity types that exist in this company's data; a rule about none of them is unknown. Default: those
        of `tables`. Give it when `tables` is one lead of many, so that "unknown" means the same for all.

    Returns
    -------
    RuleResult
        Does not depend on the order of the input or on the other rows.
    """
    rows, as_of = np.ascontiguousarray(rows, dtype=np.int64), np.ascontiguousarray(as_of, dtype=np.int64)
    if len(rows) != len(as_of):
        raise ValueError(f"rows and as_of differ in length: got {len(rows)} and {len(as_of)}")
    ready = _Ready(scorecard, tables, known_types)
    out = _empty(scorecard, ready.made, tables, rows, as_of)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        ready.fill(out, part, rows[part], as_of[part])
    return out


def stages_entered(
    scorecard: Scorecard, tables: LeadTables, rows: IntArray, as_of: IntArray
) -> dict[str, BoolArray]:
    """Say for each stage with entry criteria which rows meet them, wherever the leads stand now."""
    ready = _Ready(scorecard, tables, None)
    out = _empty(scorecard, ready.made, tables, rows, as_of)
    met = {stage.id: np.zeros(len(rows), dtype=bool) for stage in scorecard.stages if stage.enter}
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        for name, holds in ready.made.stages.entered(ready.fill(out, part, rows[part], as_of[part])).items():
            met[name][part] = holds
    return met


def _empty(card: Scorecard, made: _Made, tables: LeadTables, at: IntArray, as_of: IntArray) -> RuleResult:
    rows = len(at)
    shape = (rows, len(card.rules))
    return RuleResult(
        rule_ids=made.rule_ids,
        groups=made.groups,
        points=np.zeros(shape),
        group_points={group.id: np.zeros(rows) for group in card.groups},
        total=np.zeros(rows),
        unknown=np.zeros(shape, dtype=bool),
        trigger_ids=tuple(trigger.id for trigger in card.triggers),
        triggered=np.zeros((rows, len(card.triggers)), dtype=bool),
        band=np.full(rows, 3, dtype=np.int8),
        stage=np.full(rows, -1),
        whole=np.zeros(shape),
        tables=tables,
        rows=at,
        as_of=as_of,
    )


class _Made:
    """A scorecard made ready once, for any tables.

    Parameters
    ----------
    card
        The rules.
    types
        The activity types that exist; a rule about none of them is unknown.
    """

    def __init__(self, card: Scorecard, types: Collection[str]) -> None:
        measures = Measures()
        folded_types = [folded(name) for name in types]
        self.rule_ids = card.rule_ids
        self.groups = tuple(rule.group for rule in card.rules)
        self.each = EachRules(card.rules, measures)
        others = [(i, rule) for i, rule in enumerate(card.rules) if not isinstance(rule, ActivityRule)]
        self.attributes = [(i, _reader(rule)) for i, rule in others if isinstance(rule, AttributeRule)]
        self.earners = [
            (i, earner(rule, measures)) for i, rule in others if not isinstance(rule, AttributeRule)
        ]
        self.unknown = np.array([_is_unknown(rule, folded_types) for rule in card.rules], dtype=bool)
        self.caps = np.array([np.inf if rule.cap is None else rule.cap for rule in card.rules])
        self.triggers = [measures.want(Measure(t.of, t.window_days)) for t in card.triggers]
        self.stages = StageRules(card, measures)
        self.planner = Planner(list(measures.items))
        self.members = {
            group.id: [i for i, rule in enumerate(card.rules) if rule.group == group.id]
            for group in card.groups
        }
        self.cuts = np.array([band.from_ for band in card.bands[:3]], dtype=np.float64)
        self.replaced = [
            (position, card.rule_ids.index(name))
            for position, rule in enumerate(card.rules)
            for name in rule.replaces
        ]


@lru_cache(maxsize=16)
def _made(card: ById[Scorecard], types: tuple[str, ...]) -> _Made:
    return _Made(card.value, types)


class _Ready:
    """A scorecard made ready for one set of tables."""

    def __init__(self, card: Scorecard, tables: LeadTables, known_types: Collection[str] | None) -> None:
        self.card = card
        types = tables.activities.types if known_types is None else tuple(known_types)
        self.made = _made(ById(card), types)
        self.columns = Columns(tables)
        self.where = tables.stages
        self.measure: Plan = self.made.planner.plan(tables.activities)

    def fill(self, out: RuleResult, part: slice, rows: IntArray, as_of: IntArray) -> Facts:
        """Write the answers of one block into `out`; return what its stages were decided by."""
        measured = self.measure(rows, as_of)
        self._rule_points(out, part, measured, rows, as_of)
        self._sums(out, part)
        triggered_at = self._triggers(out, part, measured)
        facts = self._facts(out, part, measured, rows, as_of)
        out.stage[part] = self.made.stages.recommend(facts, self.where, triggered_at)
        return facts

    def _rule_points(
        self, out: RuleResult, part: slice, measured: Measured, rows: IntArray, as_of: IntArray
    ) -> None:
        made, whole, aged = self.made, out.whole[part], np.empty((len(rows), len(self.card.rules)))
        out.unknown[part] = made.unknown
        whole[:, made.each.rules], aged[:, made.each.rules] = made.each.earn(measured)
        for position, earn in made.earners:
            whole[:, position], aged[:, position] = earn(measured, as_of)
        for position, read in made.attributes:
            earned, out.unknown[part, position] = read(self.columns, rows, as_of)
            whole[:, position], aged[:, position] = earned
        # + 0.0 turns a negative zero into a plain one.
        whole += 0.0
        out.points[part] = np.clip(aged, -made.caps, made.caps) + 0.0
        for position, at in self.made.replaced:
            out.points[part, at] = np.where(out.points[part, position] != 0, 0.0, out.points[part, at])

    def _sums(self, out: RuleResult, part: slice) -> None:
        total = np.zeros_like(out.total[part])
        for group in self.card.groups:
            points = _capped(out.points[part][:, self.made.members[group.id]].sum(axis=1), group.cap)
            out.group_points[group.id][part] = points
            total += points
        out.total[part] = total
        out.band[part] = (total[:, None] < self.made.cuts).sum(axis=1)

    def _triggers(self, out: RuleResult, part: slice, measured: Measured) -> dict[str, IntArray]:
        at: dict[str, IntArray] = {}
        for position, (trigger, m) in enumerate(zip(self.card.triggers, self.made.triggers, strict=True)):
            fired = measured.count[:, m] >= trigger.at_least
            out.triggered[part, position] = fired
            at[trigger.id] = np.where(fired, measured.newest[:, m], NO_TIME)
        return at

    def _facts(
        self, out: RuleResult, part: slice, measured: Measured, rows: IntArray, as_of: IntArray
    ) -> Facts:
        points, unknown = out.points[part], out.unknown[part]
        return Facts(
            rows=rows,
            as_of=as_of,
            total=out.total[part],
            group_points={name: group[part] for name, group in out.group_points.items()},
            fired=dict(zip(out.rule_ids, truth(points != 0, unknown).T, strict=True)),
            triggered={name: out.triggered[part, i] for i, name in enumerate(out.trigger_ids)},
            measured=measured,
            columns=self.columns,
        )


_Read = Callable[[Columns, IntArray, IntArray], tuple[Earned, BoolArray]]


def _is_unknown(rule: Rule, types: Sequence[str]) -> bool:
    """Say whether none of the activity types that a rule needs exists."""
    return not all(selected_types(selector, types).any() for selector in needed_selectors(rule))


def _reader(rule: AttributeRule) -> _Read:
    # The last two entries are for "unknown" and "no row holds", the codes -2 and -1.
    table = np.array([*(row.points for row in rule.table), 0.0, 0.0])

    def read(columns: Columns, rows: IntArray, as_of: IntArray) -> tuple[Earned, BoolArray]:
        picked = columns.picker(rule.table, rule.column)(rows, as_of)
        points = table[picked]
        return Earned(points, points), picked == UNREADABLE

    return read


def _capped(points: FloatArray, cap: float | None) -> FloatArray:
    return points if cap is None else np.clip(points, -cap, cap)
