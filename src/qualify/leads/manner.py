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

    Examples
    --------
    >>> (NumberManner(plain=False, european=True) | NumberManner(english=True)).comma
    False
    """

    plain: bool = True
    european: bool = False
    english: bool = False

    def __or__(self, other: NumberManner) -> NumberManner:
        return NumberManner(
            self.plain and other.plain, self.european or other.european, self.english or other.english
        )

    @property
    def comma(self) -> bool:
        """Whether ``2,5`` is two and a half."""
        return self.european and not self.english


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
