"""The rules of `scorecard.yaml`: what each kind looks at and what it earns."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from qualify.rules.schema import Ageing, Days, Key, Selector, Strict, TableRow, Words


class _Rule(Strict):
    """What every rule has.

    Parameters
    ----------
    id
        Short name, the same for ever: scores, criteria and pages refer to it.
    label
        The name to show.
    group
        The group whose sum it belongs to.
    rationale
        Why it earns points: the hypothesis that outcomes will judge.
    owner
        Who answers for it.
    date
        When it was last decided.
    cap
        Bounds the size of the rule's points, above and below zero; null: no bound.
    replaces
        Rules that earn nothing where this one earns points, so that a fact is not paid for twice.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")
    label: Words
    group: Key
    rationale: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    date: dt.date
    cap: float | None = Field(default=None, gt=0)
    replaces: tuple[str, ...] = ()


class AttributeRule(_Rule):
    """Points for who the lead is, from one column.

    Parameters
    ----------
    kind
        Says which kind of rule it is.
    column
        Column of the leads table.
    table
        Conditions and points; the first row that holds counts. An unreadable value earns nothing.
    """

    kind: Literal["attribute"]
    column: Key
    table: tuple[TableRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _otherwise_last(self) -> AttributeRule:
        if any(row.otherwise for row in self.table[:-1]):
            raise ValueError("`otherwise` is the last row of a table")
        return self


class ActivityRule(_Rule):
    """Points for each activity, newest first, each aged by itself.

    Parameters
    ----------
    kind
        Says which kind of rule it is.
    of
        Which activities.
    points
        For each of them.
    window_days
        Only those of the last so many days; null: all.
    most
        At most so many of them, the newest; null: all.
    ages
        How the points fade; null: they do not.
    """

    kind: Literal["activity"]
    of: Selector
    points: float
    window_days: Days | None = None
    most: int | None = Field(default=None, ge=1)
    ages: Ageing | None = None


class Step(Strict):
    """From this many on, these points.

    Parameters
    ----------
    at_least
        So many activities, or topics.
    points
        What the highest step that is reached gives.
    """

    at_least: int = Field(ge=1)
    points: float


class CountRule(_Rule):
    """One award for having done something often enough; it ages from the newest of them.

    Parameters
    ----------
    kind
        Says which kind of rule it is.
    of
        Which activities.
    steps
        What how many give, rising.
    window_days
        Only those of the last so many days; null: all.
    distinct_topics
        Whether different topics are counted instead of activities.
    ages
        How the points fade; null: they do not.
    """

    kind: Literal["count"]
    of: Selector
    steps: tuple[Step, ...] = Field(min_length=1)
    window_days: Days | None = None
    distinct_topics: bool = False
    ages: Ageing | None = None

    @model_validator(mode="after")
    def _rising(self) -> CountRule:
        counts = [step.at_least for step in self.steps]
        if sorted(set(counts)) != counts:
            raise ValueError(f"`at_least` must rise from step to step, got {counts}")
        return self


class RatioRule(_Rule):
    """One award when `of` is a large enough share of `among`; it ages from the newest `of`.

    Parameters
    ----------
    kind
        Says which kind of rule it is.
    of
        Which activities are the share.
    among
        Of which activities.
    at_least
        Smallest share that earns the points.
    among_at_least
        So many of `among` there have to be.
    points
        What it gives.
    window_days
        Only activities of the last so many days; null: all.
    ages
        How the points fade; null: they do not.
    """

    kind: Literal["ratio"]
    of: Selector
    among: Selector
    at_least: float = Field(gt=0)
    among_at_least: int = Field(default=1, ge=1)
    points: float
    window_days: Days | None = None
    ages: Ageing | None = None


class SilenceRule(_Rule):
    """One award when the newest `after` was followed by nothing of `nothing_of` for `for_days`.

    Parameters
    ----------
    kind
        Says which kind of rule it is.
    after
        What the silence follows.
    nothing_of
        What would break it.
    for_days
        How long it has to last.
    despite
        Must have happened since, such as an e-mail that was not answered; null: nothing must.
    at_most
        So many `after` there may be in all; null: any number.
    points
        What it gives, usually less than 0.
    ages
        How the points fade, from the day on which the silence is long enough; null: they do not.
    """

    kind: Literal["silence"]
    after: Selector
    nothing_of: Selector
    for_days: Days
    despite: Selector | None = None
    at_most: int | None = Field(default=None, ge=1)
    points: float
    ages: Ageing | None = None


Rule: TypeAlias = AttributeRule | ActivityRule | CountRule | RatioRule | SilenceRule
AnyRule = Annotated[Rule, Field(discriminator="kind")]


class Group(Strict):
    """Rules that belong together.

    Parameters
    ----------
    id
        Short name.
    label
        The name to show.
    cap
        Bounds the size of the group's sum, above and below zero; null: no bound.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")
    label: Words
    cap: float | None = Field(default=None, gt=0)


def rule_field(rule: Rule) -> str | None:
    """Name the field that a rule is about: its column, or its activity type when there is exactly one.

    Returns
    -------
    str or None
        ``column:NAME`` or ``activity:TYPE`` as in `qualify.features.fields`; None for a rule about several
        types.
    """
    if isinstance(rule, AttributeRule):
        return f"column:{rule.column}"
    if isinstance(rule, (ActivityRule, CountRule)) and len(rule.of.types) == 1:
        only = rule.of.types[0]
        return None if set("*?") & set(only) else f"activity:{only}"
    return None
