"""The parts that rules and criteria of `scorecard.yaml` are put together from.

Every model forbids unknown keys and is frozen. Times in the file are days; points are any finite number.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qualify.config import Label

Days = Annotated[float, Field(gt=0)]
Key = Annotated[str, Field(min_length=1, max_length=500)]
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

    Parameters
    ----------
    en
        In English.
    ja
        In Japanese.

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
    """How points fade: halved every `half_life_days`, or falling in a line to zero at `linear_days`.

    Parameters
    ----------
    half_life_days
        After so many days half of the points are left, after twice as many a quarter.
    linear_days
        After so many days nothing is left.
    """

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
    one character. With `topics`, an activity without a topic is not meant.

    Parameters
    ----------
    types
        Types that are meant.
    not_types
        Types that are not, though `types` would.
    topics
        Topics that are meant; none: all, and activities without a topic.
    not_topics
        Topics that are not.
    value_from
        Smallest value that is meant.
    value_below
        Values from here on are not.
    """

    types: Annotated[Globs, Field(min_length=1)]
    not_types: Globs = ()
    topics: Globs = ()
    not_topics: Globs = ()
    value_from: float | None = None
    value_below: float | None = None


class Condition(Strict):
    """What one value of a column has to be; all parts that are given must hold.

    Parameters
    ----------
    is
        One of these texts or numbers.
    like
        Matches one of these patterns (``*`` any text, ``?`` one character), without regard to case or width.
    from
        At least this number; for a date column, at least so many days before the score's date.
    below
        Less than this number; for a date column, fewer days.
    rank
        The value, read as a job title, has one of these ranks.
    department
        The value, read as a job title, has one of these departments.
    email_kind
        The value, read as an e-mail address, is of one of these kinds.
    domain
        The value, read as an e-mail address, has a domain that matches one of these patterns.
    missing
        The lead has no value; stands alone.
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
    """One row of an attribute table; the first row that holds gives its points.

    Parameters
    ----------
    points
        What it gives.
    otherwise
        Holds for every value that no row above held for; stands alone, in the last row.
    """

    points: float
    otherwise: Literal[True] | None = None

    @model_validator(mode="after")
    def _has_condition(self) -> TableRow:
        if bool(self.given) == bool(self.otherwise):
            raise ValueError("a row has either a condition or `otherwise: true`")
        return self
