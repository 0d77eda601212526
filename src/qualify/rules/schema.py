"""The rules of `scorecard.yaml`: what each one looks at and what it earns.

Every model forbids unknown keys and is frozen. Times in the file are days; points are any finite number.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qualify.config import Label

Days = Annotated[float, Field(gt=0)]
Key = Annotated[str, Field(min_length=1, max_length=80)]
Scalar: TypeAlias = bool | int | float | str


class Strict(BaseModel):
    """No unknown keys, no change after reading, no infinite points."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


def _listed(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) or value is None else [value]


OneOrMore = BeforeValidator(_listed)
Globs = Annotated[tuple[Key, ...], OneOrMore]


class Words(Label):
    """A label in two languages; the one that is missing is filled with the other (and `lint` says so).

    Examples
    --------
    >>> words = Words(en="Pricing page")
    >>> words.ja, sorted(words.untranslated)
    ('Pricing page', ['ja'])
    """

    en: str = ""
    ja: str = ""

    @model_validator(mode="after")
    def _filled(self) -> Words:
        if not (self.en or self.ja):
            raise ValueError("a label needs `en`, `ja` or, better, both")
        # Not by assignment: the set of fields that the file gave must stay as it was.
        self.__dict__.update(en=self.en or self.ja, ja=self.ja or self.en)
        return self

    @property
    def untranslated(self) -> frozenset[str]:
        """The languages that the file did not give."""
        return frozenset({"en", "ja"} - self.model_fields_set)


class Ageing(Strict):
    """How points fade: halved every `half_life_days`, or falling in a line to zero at `linear_days`."""

    half_life_days: Days | None = None
    linear_days: Days | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Ageing:
        if (self.half_life_days is None) == (self.linear_days is None):
            raise ValueError("ageing is either `half_life_days` or `linear_days`")
        return self


class Selector(Strict):
    """Which activities are meant: by type, by topic (page, offer, webinar) and by value.

    Names and patterns are compared without regard to case or width; ``*`` stands for any text and ``?`` for
    one character. With `topics`, an activity without a topic is not meant. `value_from` is included,
    `value_below` not.
    """

    types: Annotated[Globs, Field(min_length=1)]
    not_types: Globs = ()
    topics: Globs = ()
    not_topics: Globs = ()
    value_from: float | None = None
    value_below: float | None = None


class Condition(Strict):
    """What one value of a column has to be; all parts that are given must hold.

    `is` and `like` compare text (or numbers with numbers), `from` (included) and `below` compare numbers, and
    days before the score's date for a date column. `rank` and `department` read the value as a job title,
    `email_kind` and `domain` as an e-mail address. `missing` is for leads without a value and stands alone.
    """

    is_: Annotated[tuple[Scalar, ...] | None, OneOrMore] = Field(default=None, alias="is")
    like: Annotated[tuple[Key, ...] | None, OneOrMore] = None
    from_: float | None = Field(default=None, alias="from")
    below: float | None = None
    rank: Annotated[tuple[Key, ...] | None, OneOrMore] = None
    department: Annotated[tuple[Key, ...] | None, OneOrMore] = None
    email_kind: Annotated[tuple[Key, ...] | None, OneOrMore] = None
    domain: Annotated[tuple[Key, ...] | None, OneOrMore] = None
    missing: Literal[True] | None = None

    @cached_property
    def given(self) -> frozenset[str]:
        """Names of the parts that the file gave."""
        return frozenset(name for name in Condition.model_fields if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _sensible(self) -> Condition:
        if self.missing and len(self.given) > 1:
            raise ValueError("`missing` stands alone")
        if self.from_ is not None and self.below is not None and self.from_ >= self.below:
            raise ValueError("`from` must be less than `below`")
        return self


class TableRow(Condition):
    """One row of an attribute table; the first row that holds gives its points."""

    points: float
    otherwise: Literal[True] | None = None

    @model_validator(mode="after")
    def _has_condition(self) -> TableRow:
        if bool(self.given) == bool(self.otherwise):
            raise ValueError("a row has either a condition or `otherwise: true`")
        return self


class _Rule(Strict):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")
    label: Words
    group: Key
    rationale: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    date: dt.date
    cap: float | None = Field(default=None, gt=0)
    replaces: tuple[str, ...] = ()


class AttributeRule(_Rule):
    """Points for who the lead is, from one column."""

    kind: Literal["attribute"]
    column: Key
    table: tuple[TableRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _otherwise_last(self) -> AttributeRule:
        if any(row.otherwise for row in self.table[:-1]):
            raise ValueError("`otherwise` is the last row of a table")
        return self


class ActivityRule(_Rule):
    """Points for each activity, newest first, `most` of them at most, each aged by itself."""

    kind: Literal["activity"]
    of: Selector
    points: float
    window_days: Days | None = None
    most: int | None = Field(default=None, ge=1)
    ages: Ageing | None = None


class Step(Strict):
    """From this many on, these points."""

    at_least: int = Field(ge=1)
    points: float


class CountRule(_Rule):
    """One award for having done something often enough; it ages from the newest of them."""

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
    """One award when `of` is a large enough share of `among`; it ages from the newest `of`."""

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

    `despite` must have happened since (an e-mail that was not answered); `at_most` limits how many `after`
    there may be in all. It ages from the day on which the silence is long enough.
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
    """Rules that belong together; `cap` bounds the size of their sum, above and below zero."""

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
