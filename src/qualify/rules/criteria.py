"""Direct triggers, stages and bands of `scorecard.yaml`."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from qualify.rules.schema import Condition, Days, Key, Selector, Strict, Words


class GroupPoints(Strict):
    """The points of one group reach a number.

    Parameters
    ----------
    group
        Which group.
    at_least
        How many.
    """

    group: Key
    at_least: float


class AttributeTest(Condition):
    """A column's value meets a condition.

    Parameters
    ----------
    column
        Column of the leads table.
    """

    column: Key

    @model_validator(mode="after")
    def _has_condition(self) -> AttributeTest:
        if not self.given:
            raise ValueError("an attribute criterion needs a condition")
        return self


class ActivityTest(Strict):
    """Enough activities (or different topics) of one kind, within a window when there is one.

    Parameters
    ----------
    of
        Which activities.
    at_least
        How many.
    window_days
        Only those of the last so many days; null: all.
    distinct_topics
        Whether different topics are counted instead of activities.
    """

    of: Selector
    at_least: int = Field(default=1, ge=1)
    window_days: Days | None = None
    distinct_topics: bool = False


class Criterion(Strict):
    """Exactly one test; `all`, `any` and `not` put tests together.

    What can't be read is neither true nor false, also under `not`: a criterion never opens a stage because a
    column is missing.

    Parameters
    ----------
    all
        Every one of these criteria holds.
    any
        At least one of them holds.
    not
        This one does not hold.
    always
        Always holds.
    points_at_least
        The lead has at least so many points in all.
    points_below
        The lead has fewer points.
    group_points
        A group's points reach a number.
    rule
        The rule of this id earns anything but 0.
    trigger
        The trigger of this id fires.
    attribute
        A column's value meets a condition.
    activity
        There are enough activities.
    """

    all_of: tuple[Criterion, ...] | None = Field(default=None, alias="all", min_length=1)
    any_of: tuple[Criterion, ...] | None = Field(default=None, alias="any", min_length=1)
    none_of: Criterion | None = Field(default=None, alias="not")
    always: Literal[True] | None = None
    points_at_least: float | None = None
    points_below: float | None = None
    group_points: GroupPoints | None = None
    rule: str | None = None
    trigger: str | None = None
    attribute: AttributeTest | None = None
    activity: ActivityTest | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Criterion:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"a criterion is exactly one test (put several under `all` or `any`), got {given}"
            )
        return self

    def leaves(self) -> list[Criterion]:
        """Return the single tests below this criterion, itself when it is one."""
        below = [*(self.all_of or ()), *(self.any_of or ()), *([self.none_of] if self.none_of else ())]
        return [leaf for part in below for leaf in part.leaves()] or [self]


class Trigger(Strict):
    """An event that puts a lead into `stage` at once, whatever the points.

    Parameters
    ----------
    id
        Short name.
    label
        The name to show.
    of
        Which activities.
    stage
        Where the lead goes.
    at_least
        How many activities it takes.
    window_days
        Only those of the last so many days; null: all.
    rationale
        Why they are enough.
    owner
        Who answers for it.
    date
        When it was last decided.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")
    label: Words
    of: Selector
    stage: Key
    at_least: int = Field(default=1, ge=1)
    window_days: Days | None = None
    rationale: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    date: dt.date


class Leaving(Strict):
    """When a lead falls out of a stage again, and where it goes.

    Parameters
    ----------
    when
        The criterion; it should lie well below that of entering, so that leads do not flicker.
    to
        The stage that follows; null: the highest one that the lead still earns.
    """

    when: Criterion
    to: Key | None = None


class Stage(Strict):
    """A stage of the funnel; the order of the file is the order of the funnel.

    Parameters
    ----------
    id
        Name of the stage.
    label
        The name to show.
    names
        What the user's stages table calls it, besides `id`.
    enter
        Entry criteria; null for a stage that only people set.
    leave
        Hysteresis: without it a lead never falls out by itself.
    closed
        Nothing follows; the lead stays whatever it does.
    reenters_at
        For a stage beside the ladder (recycled, lost): the lead stays until it earns this stage or a higher
        one.
    rest_days
        And at least this long, unless a direct trigger fires after the lead was put there.
    """

    id: Key
    label: Words
    names: tuple[Key, ...] = ()
    enter: Criterion | None = None
    leave: Leaving | None = None
    closed: bool = False
    reenters_at: Key | None = None
    rest_days: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _one_kind(self) -> Stage:
        beside = self.reenters_at is not None
        if self.closed and (self.leave or beside):
            raise ValueError("a closed stage has neither `leave` nor `reenters_at`")
        if self.rest_days and not beside:
            raise ValueError("`rest_days` needs `reenters_at`")
        return self


class Band(Strict):
    """Leads with at least `from` points; the last band takes the rest.

    Parameters
    ----------
    id
        A, B, C or D.
    label
        The name to show.
    from
        Fewest points. Lower it, and more leads are handed over.
    """

    id: Literal["A", "B", "C", "D"]
    label: Words
    from_: float | None = Field(default=None, alias="from")
