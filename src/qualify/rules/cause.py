"""Why a stage is recommended: the triggers that fired and the tests that hold, of one lead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from qualify.config import Label
from qualify.leads.identity import ById
from qualify.leads.tables import LeadTables
from qualify.rules.card_words import Occurred, found_words, occurred, value_words
from qualify.rules.criteria import Criterion, Stage
from qualify.rules.evaluate import RuleResult, stages_entered
from qualify.rules.schema import Selector
from qualify.rules.scorecard import Scorecard

__all__ = ["Cause", "Met", "find_cause"]

_PROBE = "test:"


@dataclass(frozen=True, slots=True)
class Met:
    """One test that holds, and what was found.

    Parameters
    ----------
    test
        A single test, or a `not` with what stands below it: there an `all` or an `any` as well.
    label
        What the scorecard calls the rule, the group or the trigger; None for the other tests.
    have
        The points that were compared; None where no points were.
    found
        What was found, in words; None where points say it.
    types
        The activity types that were found, as in the data.
    below
        Under a `not`: the one criterion that does not hold, as it stands in the file. Under an `all` or `any`
        there: its parts.
    """

    test: Criterion
    label: Label | None = None
    have: float | None = None
    found: Label | None = None
    types: tuple[str, ...] = ()
    below: tuple[Met, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why one stage is recommended.

    Parameters
    ----------
    stage
        The recommended one.
    kind
        ``earned``: by triggers or entry criteria. ``left``: the lead fell out of `before`. ``stands``,
        ``closed`` and ``rests``: it is there, and nothing takes it out; nothing follows; it has not come in
        again yet.
    triggers
        Direct triggers to this stage that fired: their names, and how often and when.
    tests
        What holds of the entry criteria, or of those of leaving; of several ways the first in the file.
    before
        The stage that the lead fell out of.
    """

    stage: Stage
    kind: Literal["earned", "left", "stands", "closed", "rests"]
    triggers: tuple[tuple[Label, Label], ...] = ()
    tests: tuple[Met, ...] = ()
    before: Stage | None = None


def find_cause(
    card: Scorecard,
    result: RuleResult,
    row: int,
    known_types: Collection[str] | None = None,
    timezone: str = "UTC",
) -> Cause | None:
    """Say why the recommended stage of one row of a result is recommended; None where no stage is.

    Parameters
    ----------
    card
        The one that made `result`.
    result
        From `evaluate`.
    row
        Position in `result`.
    known_types
        As given to `evaluate`.
    timezone
        Whose days dates are.

    Notes
    -----
    Every test is asked of the very program that gave the points: the tests are laid into a scorecard as
    stages of their own, once a scorecard.
    """
    position = int(result.stage[row])
    if position < 0:
        return None
    found = _Row(card, result, row, known_types, timezone)
    stage, here = card.stages[position], found.here()
    triggers = found.triggers(stage)
    entry = stage.enter if stage.enter is not None and found.holds(stage.enter) else None
    if triggers or entry is not None:
        return Cause(stage, "earned", triggers, () if entry is None else found.met(entry))
    if here is None or here.id == stage.id:
        beside = stage.reenters_at is not None
        return Cause(stage, "closed" if stage.closed else "rests" if beside else "stands")
    return Cause(stage, "left", tests=found.met(here.leave.when) if here.leave else (), before=here)


class _Row:
    """One lead at one moment, and which tests hold of it."""

    def __init__(
        self,
        card: Scorecard,
        result: RuleResult,
        row: int,
        known_types: Collection[str] | None,
        timezone: str,
    ) -> None:
        self._timezone = timezone
        self._card, self._result, self._row = card, result, row
        self._tables: LeadTables = result.tables
        self._lead, self._now = int(result.rows[row]), int(result.as_of[row])
        probing, self._probe_of = _probing(ById(card))
        at = np.array([self._lead]), np.array([self._now])
        told = stages_entered(probing, self._tables, *at, known_types)
        self._told = {name: bool(holds[0]) for name, holds in told.items() if name.startswith(_PROBE)}

    def here(self) -> Stage | None:
        """Return the scorecard's stage in which the lead is known to be."""
        stages = self._tables.stages
        for at in range(int(stages.offsets[self._lead + 1]) - 1, int(stages.offsets[self._lead]) - 1, -1):
            if stages.known_at[at] <= self._now:
                return self._card.stage_named(stages.stages[stages.stage[at]])
        return None

    def triggers(self, stage: Stage) -> tuple[tuple[Label, Label], ...]:
        """Return the direct triggers to a stage that fired."""
        fired = self._result.triggered[self._row]
        return tuple(
            (trigger.label, self._occurred(trigger.of, trigger.window_days).words)
            for trigger, yes in zip(self._card.triggers, fired.tolist(), strict=True)
            if yes and trigger.stage == stage.id
        )

    def holds(self, criterion: Criterion) -> bool:
        """Say whether a criterion holds; what cannot be read does not."""
        if criterion.all_of is not None:
            return all(self.holds(part) for part in criterion.all_of)
        if criterion.any_of is not None:
            return any(self.holds(part) for part in criterion.any_of)
        return self._told[self._probe_of[id(criterion)]]

    def met(self, criterion: Criterion) -> tuple[Met, ...]:
        """Return the tests by which a criterion holds."""
        if criterion.all_of is not None:
            return tuple(met for part in criterion.all_of for met in self.met(part))
        if criterion.any_of is not None:
            return next((self.met(part) for part in criterion.any_of if self.holds(part)), ())
        return (self._single(criterion),)

    def _single(self, test: Criterion) -> Met:
        if test.none_of is not None:
            return Met(test, below=(self._denied(test.none_of),))
        if test.group_points is not None:
            group = next(each for each in self._card.groups if each.id == test.group_points.group)
            return Met(test, group.label, float(self._result.group_points[group.id][self._row]))
        if test.points_at_least is not None or test.points_below is not None:
            return Met(test, have=float(self._result.total[self._row]))
        if test.rule is not None:
            rule = self._card.rule(test.rule)
            unknown = bool(self._result.unknown[self._row, self._card.rule_ids.index(rule.id)])
            found = found_words(rule, self._tables, self._lead, self._now, unknown, self._timezone)
            return Met(test, rule.label, found=found)
        return self._of_lead(test)

    def _denied(self, criterion: Criterion) -> Met:
        """Return what stands under a `not`, with the structure that it has there."""
        parts = criterion.all_of or criterion.any_of
        return (
            self._single(criterion)
            if parts is None
            else Met(criterion, below=tuple(self._denied(part) for part in parts))
        )

    def _of_lead(self, test: Criterion) -> Met:
        """Return a test of what the lead is or did."""
        if test.trigger is not None:
            trigger = next(each for each in self._card.triggers if each.id == test.trigger)
            return Met(test, trigger.label, found=self._occurred(trigger.of, trigger.window_days).words)
        if test.attribute is not None:
            column = self._tables.columns.get(test.attribute.column)
            found = (
                None if column is None else value_words([test.attribute], column, self._lead, self._timezone)
            )
            return Met(test, found=found)
        if test.activity is not None:
            asked = test.activity
            told = self._occurred(asked.of, asked.window_days, asked.distinct_topics)
            return Met(test, found=told.words, types=told.types)
        return Met(test)

    def _occurred(self, selector: Selector, window: float | None, distinct: bool = False) -> Occurred:
        return occurred(selector, self._tables.activities, self._lead, self._now, window, distinct)


@lru_cache(maxsize=8)
def _probing(card: ById[Scorecard]) -> tuple[Scorecard, dict[int, str]]:
    """Return the scorecard with each of its tests as a stage, and the name of that stage by test."""
    tests = [test for criterion in card.value.criteria().values() for test in _tests(criterion)]
    names = {id(test): f"{_PROBE}{number}" for number, test in enumerate(tests)}
    probes = tuple(
        Stage.model_construct(
            id=names[id(test)], label=card.value.label, names=(), enter=test, leave=None, closed=False,
            reenters_at=None, rest_days=0.0,
        )
        for test in tests
    )  # fmt: skip
    return card.value.model_copy(update={"stages": (*card.value.stages, *probes)}), names


def _tests(criterion: Criterion) -> Sequence[Criterion]:
    """Return the single tests and the `not`s below a criterion, itself when it is one."""
    below = [*(criterion.all_of or ()), *(criterion.any_of or ())]
    return [test for part in below for test in _tests(part)] or [criterion]
