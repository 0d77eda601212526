"""How the values of a whole column are written, where one value alone does not tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Manner", "NumberManner", "TimeManner"]


@dataclass(frozen=True, slots=True)
class NumberManner:
    """How the numbers of a text column are written.

    Parameters
    ----------
    plain
        Every value is written as programs write it.
    european, english
        Some value can only be meant with a decimal comma, or only with a decimal point.
    dotted, paired
        Some value may be meant either way: ``1.250``, or ``1,250``.
    rounded
        Some of the former ends in 0, which nobody writes behind a decimal point who writes whole numbers
        without one.
    short, long
        Some whole number is below 1,000, or is 1,000 and more and without a separator.

    Examples
    --------
    >>> (NumberManner(plain=False, european=True) | NumberManner(english=True)).comma
    False
    """

    plain: bool = True
    european: bool = False
    english: bool = False
    dotted: bool = False
    paired: bool = False
    rounded: bool = False
    short: bool = False
    long: bool = False

    def __or__(self, other: NumberManner) -> NumberManner:
        return NumberManner(
            plain=self.plain and other.plain,
            european=self.european or other.european,
            english=self.english or other.english,
            dotted=self.dotted or other.dotted,
            paired=self.paired or other.paired,
            rounded=self.rounded or other.rounded,
            short=self.short or other.short,
            long=self.long or other.long,
        )

    @property
    def comma(self) -> bool:
        """Whether ``2,5`` is two and a half, and ``1.250`` more than a thousand.

        The latter is so too where whole numbers below 1,000 have no separator, all above have one, and some
        end in 0.
        """
        return (self.european or self._grouped()) and not self.english

    def _grouped(self) -> bool:
        return self.dotted and self.rounded and self.short and not (self.long or self.paired)

    @property
    def unclear(self) -> str:
        """A value that may be meant in two ways, where nothing in the column tells which; else empty."""
        if self.european or self.english or self._grouped():
            return ""
        if self.dotted:
            return "1.250"
        return "1,250" if self.paired and not (self.short and not self.long) else ""


@dataclass(frozen=True, slots=True)
class TimeManner:
    """Whether the times of a column are serial numbers, and in which range these lie.

    Parameters
    ----------
    serial
        Every given value is a number.
    lowest, highest
        Of the numbers.
    whole
        Every number is whole.
    """

    serial: bool = True
    lowest: float = math.inf
    highest: float = -math.inf
    whole: bool = True

    def __or__(self, other: TimeManner) -> TimeManner:
        return TimeManner(
            self.serial and other.serial,
            min(self.lowest, other.lowest),
            max(self.highest, other.highest),
            self.whole and other.whole,
        )


Manner: TypeAlias = NumberManner | TimeManner
