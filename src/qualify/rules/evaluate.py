"""Points, bands and stages for rows of leads, as of a time each.

A block of rows is read once by the kernel; everything after it is one array operation a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import NO_TIME, BoolArray, FloatArray, IntArray, LeadTables
from qualify.rules.attributes import Columns, points_and_unknown
from qualify.rules.engagement import Earned, Earner, earner, needed_selectors
from qualify.rules.measures import Measure, Measured, Measures, Plan, plan, selected_types
from qualify.rules.schema import AttributeRule, Rule
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
    out = _empty(scorecard, tables, rows, as_of)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        ready.fill(out, part, rows[part], as_of[part])
    return out


def stages_entered(
    scorecard: Scorecard, tables: LeadTables, rows: IntArray, as_of: IntArray
) -> dict[str, BoolArray]:
    """Say for each stage with entry criteria which rows meet them, wherever the leads stand now."""
    ready = _Ready(scorecard, tables, None)
    out = _empty(scorecard, tables, rows, as_of)
    met = {stage.id: np.zeros(len(rows), dtype=bool) for stage in scorecard.stages if stage.enter}
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        for name, holds in ready.stages.entered(ready.fill(out, part, rows[part], as_of[part])).items():
            met[name][part] = holds
    return met


def _empty(card: Scorecard, tables: LeadTables, at: IntArray, as_of: IntArray) -> RuleResult:
    rows = len(at)
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
        tables=tables,
        rows=at,
        as_of=as_of,
    )


class _Ready:
    """A scorecard made ready for one set of tables: vocabularies are matched here, once."""

    def __init__(self, card: Scorecard, tables: LeadTables, known_types: Collection[str] | None) -> None:
        self.card = card
        measures, columns = Measures(), Columns(tables)
        types = tables.activities.types if known_types is None else known_types
        folded_types = [folded(name) for name in types]
        self.rules = [_reader(rule, columns, measures, folded_types) for rule in card.rules]
        self.triggers = [measures.want(Measure(t.of, t.window_days)) for t in card.triggers]
        self.stages = StageRules(card, tables.stages, columns, measures)
        self.measure: Plan = plan(list(measures.items), tables.activities)

    def fill(self, out: RuleResult, part: slice, rows: IntArray, as_of: IntArray) -> Facts:
        """Write the answers of one block into `out`; return what its stages were decided by."""
        measured = self.measure(rows, as_of)
        self._rule_points(out, part, measured, rows, as_of)
        self._sums(out, part)
        triggered_at = self._triggers(out, part, measured)
        facts = self._facts(out, part, measured, rows, as_of)
        out.stage[part] = self.stages.recommend(facts, triggered_at)
        return facts

    def _rule_points(
        self, out: RuleResult, part: slice, measured: Measured, rows: IntArray, as_of: IntArray
    ) -> None:
        for position, (rule, read) in enumerate(zip(self.card.rules, self.rules, strict=True)):
            earned, unknown = read(measured, rows, as_of)
            out.whole[part, position] = earned.whole + 0.0
            # + 0.0 turns a negative zero into a plain one.
            out.points[part, position] = _capped(earned.aged, rule.cap) + 0.0
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

    def _facts(
        self, out: RuleResult, part: slice, measured: Measured, rows: IntArray, as_of: IntArray
    ) -> Facts:
        points, unknown = out.points[part], out.unknown[part]
        return Facts(
            rows=rows,
            as_of=as_of,
            total=out.total[part],
            group_points={name: group[part] for name, group in out.group_points.items()},
            fired={name: truth(points[:, i] != 0, unknown[:, i]) for i, name in enumerate(out.rule_ids)},
            triggered={name: out.triggered[part, i] for i, name in enumerate(out.trigger_ids)},
            measured=measured,
        )


_Read = Callable[[Measured, IntArray, IntArray], tuple[Earned, BoolArray]]


def _reader(rule: Rule, columns: Columns, measures: Measures, types: Sequence[str]) -> _Read:
    if isinstance(rule, AttributeRule):
        return _attribute_reader(rule, columns)
    earn: Earner = earner(rule, measures)
    unknown = not all(selected_types(selector, types).any() for selector in needed_selectors(rule))
    return lambda measured, rows, as_of: (earn(measured, as_of), np.full(len(rows), unknown))


def _attribute_reader(rule: AttributeRule, columns: Columns) -> _Read:
    pick = columns.picker(rule.table, rule.column)

    def read(measured: Measured, rows: IntArray, as_of: IntArray) -> tuple[Earned, BoolArray]:
        points, unknown = points_and_unknown(rule.table, pick(rows, as_of))
        return Earned(points, points), unknown

    return read


def _capped(points: FloatArray, cap: float | None) -> FloatArray:
    return points if cap is None else np.clip(points, -cap, cap)
