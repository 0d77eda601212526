"""Moments as users write them: a time, or a while after each lead's creation."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qualify.errors import UserError
from qualify.leads.rejects import Rejects, rejected
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, IntArray, LeadTables
from qualify.leads.times import check_timezone

_UNITS = {"w": 7.0, "d": 1.0, "h": 1 / 24, "m": 1 / 1440, "s": 1 / 86400}
_CREATED = re.compile(r"created(?:\s*\+\s*(\d+(?:\.\d+)?)\s*([wdhms]))?", re.IGNORECASE)
_LATEST_YEAR = 2200
_LONGEST_DAYS = 36_525.0


@dataclass(frozen=True, slots=True)
class AsOf:
    """When to look: at `time` (microseconds), or `after_creation` (microseconds) after each lead's creation.

    Both None: the default of the model.
    """

    time: int | None = None
    after_creation: int | None = None


def parse_as_of(text: str | None, timezone: str = "UTC") -> AsOf:
    """Read ``--as-of``.

    Examples
    --------
    >>> parse_as_of("created+1d")
    AsOf(time=None, after_creation=86400000000)
    >>> parse_as_of("2026-04-01T09:00+09:00").time == parse_as_of("2026-04-01T00:00Z").time
    True

    Raises
    ------
    UserError
        It is neither a time nor ``created+DURATION``, or the clock of the time zone skips or repeats it.
    """
    if text is None:
        return AsOf()
    created = _CREATED.fullmatch(text.strip())
    if created:
        amount, unit = created.groups()
        days = float(amount) * _UNITS[unit.lower()] if amount else 0.0
        if days > _LONGEST_DAYS:
            raise _unreadable(text, timezone)
        return AsOf(after_creation=round(days * MICROSECONDS_A_DAY))
    check_timezone(timezone)
    try:
        moment = pd.Timestamp(text.strip())
        # NaT has no year that is a number, so it fails the comparison too.
        if 1970 <= moment.year <= _LATEST_YEAR:
            return AsOf(time=micros(moment, timezone))
    except (ValueError, OverflowError) as error:
        raise _unreadable(text, timezone) from error
    raise _unreadable(text, timezone)


def micros(moment: pd.Timestamp, timezone: str = "UTC") -> int:
    """Return microseconds since 1970 (UTC); a naive time is meant in `timezone`."""
    zoned = moment.tz_localize(timezone) if moment.tzinfo is None else moment
    return int(
        zoned.tz_convert("UTC").tz_localize(None).to_datetime64().astype("datetime64[us]").astype(np.int64)
    )


def _unreadable(text: str, timezone: str) -> UserError:
    return UserError(
        "the time of scoring cannot be read",
        where="--as-of",
        got=text,
        expected="a time such as 2026-04-01T09:00Z, or created, created+1d, created+12h",
        mend=f"without an offset a time is meant in {timezone}, where it must occur once",
    )


def written(micros: IntArray) -> list[str]:
    """Write moments as ISO 8601 in UTC, with as much of a second as there is.

    Examples
    --------
    >>> written(np.array([0, 1_500_000]))
    ['1970-01-01T00:00:00+00:00', '1970-01-01T00:00:01.500000+00:00']
    """
    moments = micros.astype("datetime64[us]")
    whole = micros % 1_000_000 == 0
    texts = np.where(whole, np.datetime_as_string(moments, unit="s"), np.datetime_as_string(moments))
    return [f"{text}+00:00" for text in texts.tolist()]


def existing(tables: LeadTables, rows: IntArray, as_of: IntArray) -> tuple[IntArray, Rejects]:
    """Return which rows' leads existed at their moment (positions in `rows`), and name the others."""
    created = tables.created_at[rows]
    undated = as_of == NO_TIME
    unborn = ~undated & (created != NO_TIME) & (created > as_of)
    left_out = undated | unborn
    if not np.count_nonzero(left_out):
        return np.arange(len(rows)), Rejects()
    late = _rejected(
        tables, rows[unborn], "not_yet_created",
        [f"created {moment}, after the time of scoring" for moment in written(created[unborn])],
    )  # fmt: skip
    without = _rejected(
        tables, rows[undated], "no_creation_date",
        ["the time of scoring is counted from the creation date, which is missing"] * int(undated.sum()),
    )  # fmt: skip
    return np.flatnonzero(~left_out), late.joined(without)


def _rejected(tables: LeadTables, rows: IntArray, code: str, messages: list[str]) -> Rejects:
    return Rejects(rejected(tables.lead_id[rows], tables.source_row[rows], code, messages))
