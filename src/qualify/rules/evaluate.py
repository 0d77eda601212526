"""Points, bands and stages for rows of leads, as of a time each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qualify.leads.identity import ById
from qualify.leads.tables import Activities, BoolArray, CodeArray, FloatArray, IntArray, LeadTables, Stages
from qualify.rules import kernel
from qualify.rules.attributes import Asked
from qualify.rules.kinds import Rule
from qualify.rules.measures import Measures, Planner, selected_types
from qualify.rules.program import Tables, make_program, needed_selectors
from qualify.rules.scorecard import Scorecard
from qualify.rules.vocabulary import folded


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
    return _apply(scorecard, tables, rows, as_of, known_types)[0]


def stages_entered(
    scorecard: Scorecard,
    tables: LeadTables,
    rows: IntArray,
    as_of: IntArray,
    known_types: Collection[str] | None = None,
) -> dict[str, BoolArray]:
    """Say for each stage with entry criteria which rows meet them, wherever the leads stand now.

    The parameters are those of :func:`evaluate`.
    """
    entered = _apply(scorecard, tables, rows, as_of, known_types)[1]
    return {stage.id: entered[:, i] for i, stage in enumerate(scorecard.stages) if stage.enter}


Events: TypeAlias = tuple[IntArray, CodeArray, CodeArray, FloatArray, IntArray, IntArray]
"""Activities as the compiled loop reads them: offsets, type, topic, value, when they occurred and were known.

A plain tuple: handing it to the loop takes half the time that one with names takes.
"""

Standing: TypeAlias = tuple[IntArray, CodeArray, IntArray, IntArray, IntArray]
"""Stage entries as the compiled loop reads them: offsets, stage, when they were entered and known; and the
position in the scorecard of each stage of the table, -1 where the scorecard does not know it."""


class Answers(NamedTuple):
    """What the compiled loop fills: as in `RuleResult`, and by stage whether its entry criteria hold."""

    points: FloatArray
    whole: FloatArray
    unknown: BoolArray
    group_points: FloatArray
    total: FloatArray
    triggered: BoolArray
    band: NDArray[np.int8]
    stage: IntArray
    entered: BoolArray

    @classmethod
    def empty(cls, card: Scorecard, rows: int) -> Answers:
        """Return answers for so many rows, to be filled."""
        shape = (rows, len(card.rules))
        return cls(
            points=np.empty(shape),
            whole=np.empty(shape),
            unknown=np.empty(shape, dtype=bool),
            group_points=np.zeros((len(card.groups), rows)),
            total=np.empty(rows),
            triggered=np.empty((rows, len(card.triggers)), dtype=bool),
            band=np.empty(rows, dtype=np.int8),
            stage=np.empty(rows, dtype=np.int64),
            entered=np.zeros((rows, len(card.stages)), dtype=bool),
        )


class _Made:
    """A scorecard made ready once, for any tables in which these activity types exist."""

    def __init__(self, card: Scorecard, types: Sequence[str]) -> None:
        measures, tables = Measures(), Tables()
        exist = [folded(name) for name in types]
        unknown = np.array([_is_unknown(rule, exist) for rule in card.rules], dtype=bool)
        self.rule_ids = card.rule_ids
        self.rule_groups = tuple(rule.group for rule in card.rules)
        self.groups = tuple(group.id for group in card.groups)
        self.trigger_ids = tuple(trigger.id for trigger in card.triggers)
        self.program = make_program(card, unknown, measures, tables)
        self.planner = Planner(list(measures.items))
        self.tables = [Asked(conditions.value, column) for conditions, column in tables.items]
        self._stage_at = {
            folded(name): i for i, stage in enumerate(card.stages) for name in (stage.id, *stage.names)
        }

    def standing(self, stages: Stages) -> Standing:
        """Return stage entries with the scorecard's positions of their stages."""
        code_of = [self._stage_at.get(folded(name), kernel.NONE) for name in stages.stages]
        codes = np.array(code_of, np.int64)
        return stages.offsets, stages.stage, stages.entered_at, stages.known_at, codes

    def picked(self, tables: LeadTables, rows: IntArray, as_of: IntArray) -> IntArray:
        """Return which row of each attribute table holds, shape (rows, attribute tables)."""
        out = np.empty((len(rows), len(self.tables)), dtype=np.int64)
        for place, table in enumerate(self.tables):
            out[:, place] = table.picked(tables.columns, rows, as_of)
        return out


@lru_cache(maxsize=16)
def _made(card: ById[Scorecard], types: tuple[str, ...]) -> _Made:
    return _Made(card.value, types)


def _apply(
    card: Scorecard,
    tables: LeadTables,
    rows: IntArray,
    as_of: IntArray,
    known_types: Collection[str] | None,
) -> tuple[RuleResult, BoolArray]:
    """Return the result, and for each stage whether its entry criteria hold, shape (rows, stages)."""
    rows, as_of = np.ascontiguousarray(rows, dtype=np.int64), np.ascontiguousarray(as_of, dtype=np.int64)
    if len(rows) != len(as_of):
        raise ValueError(f"rows and as_of differ in length: got {len(rows)} and {len(as_of)}")
    made = _made(ById(card), tables.activities.types if known_types is None else tuple(known_types))
    out = Answers.empty(card, len(rows))
    run: Any = kernel.apply
    run(
        _events(tables.activities), made.standing(tables.stages), *made.planner.meant(tables.activities),
        made.planner.measuring, made.program, rows, as_of, made.picked(tables, rows, as_of), out,
    )  # fmt: skip
    return RuleResult(
        rule_ids=made.rule_ids, groups=made.rule_groups, points=out.points,
        group_points=dict(zip(made.groups, out.group_points, strict=True)), total=out.total,
        unknown=out.unknown, trigger_ids=made.trigger_ids, triggered=out.triggered, band=out.band,
        stage=out.stage, whole=out.whole, tables=tables, rows=rows, as_of=as_of,
    ), out.entered  # fmt: skip


def _events(acts: Activities) -> Events:
    return acts.offsets, acts.type, acts.topic, acts.value, acts.occurred_at, acts.known_at


def _is_unknown(rule: Rule, types: Sequence[str]) -> bool:
    """Say whether none of the activity types that a rule needs exists."""
    return not all(selected_types(selector, types).any() for selector in needed_selectors(rule))
