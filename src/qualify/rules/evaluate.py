"""Points, bands and stages for rows of leads, as of a time each.

A block of rows is read once by the kernel; everything after it is one array operation a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import NO_TIME, BoolArray, FloatArray, IntArray, LeadTables
from qualify.rules.attributes import picker, points_and_unknown
from qualify.rules.engagement import Earned, Earner, earner, needed_selectors
from qualify.rules.measures import Measure, Measured, Measures, Plan, plan, selected_types
from qualify.rules.schema import AttributeRule, Rule
from qualify.rules.scorecard import Scorecard
from qualify.rules.stages import Facts, StageRules, truth

BLOCK = 16_384
"""Rows at a time: bounds the memory of the measures, whatever the number of rows."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What the scorecard says about each row.

    Parameters
    ----------
    rule_ids, groups
        Each rule's id and group, in the order of the file.
    points
        Shape (rows, rules): after ageing, the rule's cap and `replaces`; 0 where nothing was earned or unknown.
    group_points
        By group, shape (rows,): the sum within the group's cap.
    total
        Shape (rows,): the sum of the groups.
    unknown
        Shape (rows, rules): the rule's column or value could not be read, or none of its activity types exists.
    trigger_ids, triggered
        Direct triggers, shape (rows, triggers).
    band
        int8, 0 = A to 3 = D.
    stage
        Recommended stage, a position in ``scorecard.stage_names``; -1 for none.
    whole
        Shape (rows, rules): points before ageing, cap and `replaces`.
    times
        Shape (rows, rules): how many activities a rule found; the row of its table for an attribute, -1 for none.
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
    times: NDArray[np.int32] = field(repr=False)


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
        int64, shape (rows,): lead positions and microseconds; only what was known then counts. A lead may stand in
        many rows.
    known_types
        Activity types that exist in this company's data; a rule about none of them is unknown. Default: those of
        `tables`. Give it when `tables` is one lead of many, so that "unknown" means the same for all.

    Returns
    -------
    RuleResult
        Does not depend on the order of the input or on the other rows.
    """
    rows, as_of = np.ascontiguousarray(rows, dtype=np.int64), np.ascontiguousarray(as_of, dtype=np.int64)
    if len(rows) != len(as_of):
        raise ValueError(f"rows and as_of differ in length: got {len(rows)} and {len(as_of)}")
    ready = _Ready(scorecard, tables, known_types)
    out = _empty(scorecard, len(rows))
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        ready.fill(out, part, rows[part], as_of[part])
    return out


def _empty(card: Scorecard, rows: int) -> RuleResult:
    shape = (rows, len(card.rules))
    return RuleResult(
        rule_ids=card.rule_ids,
        groups=tuple(rule.group for rule in card.rules),
        points=np.zeros(shape),
        group_points={group.id: np.zeros(rows) for group in card.groups},
        total=np.zeros(rows),
        unknown=np.zeros(shape, dtype=bool),
        trigger_ids=tuple(trigger.id for trigger in card.triggers),
        triggered=np.zeros((rows, len(card.triggers)), dtype=bool),
        band=np.full(rows, 3, dtype=np.int8),
        stage=np.full(rows, -1),
        whole=np.zeros(shape),
        times=np.zeros(shape, dtype=np.int32),
    )


class _Ready:
    """A scorecard made ready for one set of tables: vocabularies are matched here, once."""

    def __init__(self, card: Scorecard, tables: LeadTables, known_types: Collection[str] | None) -> None:
        self.card = card
        measures = Measures()
        types = tables.activities.types if known_types is None else tuple(known_types)
        self.rules = [_reader(rule, tables, measures, types) for rule in card.rules]
        self.triggers = [measures.want(Measure(t.of, t.window_days)) for t in card.triggers]
        self.stages = StageRules(card, tables, measures)
        self.measure: Plan = plan(measures.items, tables.activities)

    def fill(self, out: RuleResult, part: slice, rows: IntArray, as_of: IntArray) -> None:
        """Write the answers of one block into `out`."""
        measured = self.measure(rows, as_of)
        self._rule_points(out, part, measured, rows, as_of)
        self._sums(out, part)
        triggered_at = self._triggers(out, part, measured)
        self._stage(
            out, part, Facts(rows, as_of, out.total[part], *self._named(out, part), measured), triggered_at
        )

    def _rule_points(
        self, out: RuleResult, part: slice, measured: Measured, rows: IntArray, as_of: IntArray
    ) -> None:
        for position, (rule, read) in enumerate(zip(self.card.rules, self.rules, strict=True)):
            earned, unknown = read(measured, rows, as_of)
            out.whole[part, position] = earned.whole
            out.points[part, position] = _capped(earned.aged, rule.cap)
            out.times[part, position] = np.minimum(earned.times, np.iinfo(np.int32).max)
            out.unknown[part, position] = unknown
        for position, rule in enumerate(self.card.rules):
            for replaced in rule.replaces:
                at = self.card.rule_ids.index(replaced)
                out.points[part, at] = np.where(out.points[part, position] != 0, 0.0, out.points[part, at])

    def _sums(self, out: RuleResult, part: slice) -> None:
        total = np.zeros_like(out.total[part])
        for group in self.card.groups:
            members = [i for i, name in enumerate(out.groups) if name == group.id]
            points = _capped(out.points[part][:, members].sum(axis=1), group.cap)
            out.group_points[group.id][part] = points
            total += points
        out.total[part] = total
        cuts = np.array([band.from_ for band in self.card.bands[:3]], dtype=np.float64)
        out.band[part] = (total[:, None] < cuts).sum(axis=1)

    def _triggers(self, out: RuleResult, part: slice, measured: Measured) -> dict[str, IntArray]:
        at: dict[str, IntArray] = {}
        for position, (trigger, m) in enumerate(zip(self.card.triggers, self.triggers, strict=True)):
            fired = measured.count[:, m] >= trigger.at_least
            out.triggered[part, position] = fired
            at[trigger.id] = np.where(fired, measured.newest[:, m], NO_TIME)
        return at

    def _named(self, out: RuleResult, part: slice) -> tuple[dict, dict, dict]:  # type: ignore[type-arg]
        groups = {name: points[part] for name, points in out.group_points.items()}
        fired = {
            name: truth(out.points[part, i] != 0, out.unknown[part, i]) for i, name in enumerate(out.rule_ids)
        }
        return groups, fired, {name: out.triggered[part, i] for i, name in enumerate(out.trigger_ids)}

    def _stage(self, out: RuleResult, part: slice, facts: Facts, triggered_at: dict[str, IntArray]) -> None:
        out.stage[part] = self.stages.recommend(facts, triggered_at)


_Read = Callable[[Measured, IntArray, IntArray], tuple[Earned, BoolArray]]


def _reader(rule: Rule, tables: LeadTables, measures: Measures, types: tuple[str, ...]) -> _Read:
    if isinstance(rule, AttributeRule):
        return _attribute_reader(rule, tables)
    earn: Earner = earner(rule, measures)
    unknown = not all(selected_types(selector, types).any() for selector in needed_selectors(rule))
    return lambda measured, rows, as_of: (earn(measured, as_of), np.full(len(rows), unknown))


def _attribute_reader(rule: AttributeRule, tables: LeadTables) -> _Read:
    pick = picker(rule.table, tables.columns.get(rule.column))

    def read(measured: Measured, rows: IntArray, as_of: IntArray) -> tuple[Earned, BoolArray]:
        picked = pick(rows, as_of)
        points, unknown = points_and_unknown(rule.table, picked)
        return Earned(points, points, np.where(picked >= 0, picked, -1)), unknown

    return read


def _capped(points: FloatArray, cap: float | None) -> FloatArray:
    return points if cap is None else np.clip(points, -cap, cap)
