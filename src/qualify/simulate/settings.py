"""What a simulation is asked for, checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from qualify.errors import UserError
from qualify.simulate.arrays import DAY

__all__ = ["Settings", "SimulationError", "microseconds"]

_MONTH = 365.25 / 12  # days


class SimulationError(UserError, ValueError):
    """A simulation was asked for that can not be made."""


@dataclass(frozen=True)
class Settings:
    """What to simulate; see `simulate` for the meaning of each.

    Raises
    ------
    SimulationError
        Where a value makes no sense.
    """

    leads: int
    seed: int
    end: int
    months: float
    work_share: float | None
    activities_per_lead: float

    def __post_init__(self) -> None:
        """Refuse what can not be simulated."""
        _expect(_is_count(self.leads) and self.leads >= 1, "leads", self.leads, "a whole number, at least 1")
        _expect(_is_count(self.seed) and self.seed >= 0, "seed", self.seed, "a whole number, at least 0")
        _expect(0 < self.months <= 240, "months", self.months, "a number above 0 and up to 240")
        share = self.work_share
        _expect(share is None or 0 < share <= 1, "work_share", share, "None, or a number above 0 and up to 1")
        many = self.activities_per_lead
        _expect(
            1 < many <= 1000, "activities_per_lead", many, "a number above 1 (each gets a mail), up to 1000"
        )

    @property
    def start(self) -> int:
        """First moment at which a lead may be created, microseconds since 1970 UTC."""
        return self.end - round(self.months * _MONTH * DAY)


def microseconds(time: str | dt.date | np.datetime64) -> int:
    """Read a time as microseconds since 1970 UTC; a date is its first moment, a naive time is UTC.

    Raises
    ------
    SimulationError
        Where it is not a time.

    Examples
    --------
    >>> microseconds("1970-01-02") == microseconds("1970-01-02T09:00+09:00") == 86_400_000_000
    True
    """
    if isinstance(time, np.datetime64):
        _expect(not np.isnat(time), "time", time, "a time")
        return int(time.astype("datetime64[us]").astype(np.int64))
    try:
        read = dt.datetime.fromisoformat(str(time))
    except ValueError:
        raise _wrong("time", time, "a date or a time like 2026-06-30 or 2026-06-30T12:00+09:00") from None
    aware = read if read.tzinfo else read.replace(tzinfo=dt.UTC)
    return (aware - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def _is_count(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _expect(right: bool, name: str, got: object, expected: str) -> None:
    if not right:
        raise _wrong(name, got, expected)


def _wrong(name: str, got: object, expected: str) -> SimulationError:
    return SimulationError(f"The funnel can not be simulated: {name} is wrong.", got=got, expected=expected)
