"""Times of a few values in ISO 8601, read without Arrow: by one compiled loop over all their letters."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from qualify.compiled import compiled
from qualify.leads.tables import NO_TIME, CodeArray, IntArray

__all__ = ["read_few"]

_ZERO, _DASH, _COLON, _DOT, _PLUS, _SPACE, _T, _Z, _END = b"0-:.+ TZ\n"
_part = numba.njit(nogil=True)


def read_few(texts: Sequence[str | None], timezone: str) -> IntArray | None:
    """Return microseconds since 1970 UTC (`NO_TIME` where missing), or None where any text needs more care.

    A text is read that is written as Arrow reads it: years 1000 to 9999, hours and minutes, a "T" or a space,
    at most microseconds, and ``Z`` or an offset unless naive times are in UTC.

    Examples
    --------
    >>> read_few(["1970-01-01T01:00:00.5+01:00", None], "UTC").tolist()
    [500000, -9223372036854775808]
    >>> read_few(["1 January 1970"], "UTC") is None
    True
    """
    joined = "\n".join([text or "" for text in texts])
    if not joined.isascii():
        return None
    micros = np.empty(len(texts), dtype=np.int64)
    micros.fill(NO_TIME)
    letters = np.frombuffer(joined.encode(), dtype=np.uint8).astype(np.int32)  # signed, to reckon with
    return micros if not len(letters) or _read(letters, timezone == "UTC", micros) else None


@compiled()
def _read(letters: CodeArray, naive: bool, out: IntArray) -> bool:
    """Write the time of each line, and say whether every line is a time or empty."""
    row, first = 0, 0
    for last in range(len(letters) + 1):
        if last < len(letters) and letters[last] != _END:
            continue
        if row == len(out):  # a line break within a text
            return False
        if last > first:
            micros = _micros(letters[first:last], naive)
            if micros == NO_TIME:
                return False
            out[row] = micros
        row, first = row + 1, last + 1
    return row == len(out)


@_part
def _micros(text: CodeArray, naive: bool) -> int:
    """Return the microseconds of one text, `NO_TIME` where it is no such time."""
    if len(text) < 16 or (text[10] != _T and text[10] != _SPACE) or text[13] != _COLON:
        return NO_TIME
    days, hour, minute = _days(text), _number(text, 11, 13), _number(text, 14, 16)
    if days == NO_TIME or not (0 <= hour < 24 and 0 <= minute < 60):
        return NO_TIME
    second, at = 0, 16
    if at < len(text) and text[at] == _COLON:
        second, at = _number(text, 17, 19), 19
    if not 0 <= second < 60:
        return NO_TIME
    fraction, size = 0, 1_000_000
    if at == 19 and at < len(text) and text[at] == _DOT:
        at += 1
        while at < len(text) and size > 1 and _ZERO <= text[at] <= _ZERO + 9:
            size //= 10
            fraction += int(text[at] - _ZERO) * size
            at += 1
        if at == 20:
            return NO_TIME
    offset = _offset(text, at, naive)
    if offset == NO_TIME:
        return NO_TIME
    return (((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1_000_000 + fraction


@_part
def _days(text: CodeArray) -> int:
    """Return the days from 1970 to the date at the beginning of a text, `NO_TIME` where there is none."""
    year, month, day = _number(text, 0, 4), _number(text, 5, 7), _number(text, 8, 10)
    if text[4] != _DASH or text[7] != _DASH or year < 1000 or not 1 <= month <= 12 or day < 1:
        return NO_TIME
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 30 + (month + month // 8) % 2
    if day > (28 + leap if month == 2 else longest):
        return NO_TIME
    # Counted from the first of March, so that the odd day is a year's last.
    since, years = (month + 9) % 12, year - (month <= 2)
    return years * 365 + years // 4 - years // 100 + years // 400 + (since * 306 + 5) // 10 + day - 719_469


@_part
def _offset(text: CodeArray, at: int, naive: bool) -> int:
    """Return the minutes by which the zone at the end of a text is ahead, `NO_TIME` where there is none."""
    left = len(text) - at
    if left == 0:
        return 0 if naive else NO_TIME
    if left == 1:
        return 0 if text[at] == _Z else NO_TIME
    if left != 6 or (text[at] != _PLUS and text[at] != _DASH) or text[at + 3] != _COLON:
        return NO_TIME
    hours, minutes = _number(text, at + 1, at + 3), _number(text, at + 4, at + 6)
    if not (0 <= hours < 24 and 0 <= minutes < 60):
        return NO_TIME
    ahead = hours * 60 + minutes
    return -ahead if text[at] == _DASH else ahead


@_part
def _number(text: CodeArray, first: int, last: int) -> int:
    """Return the number between two places, -1 where anything there is no digit."""
    if last > len(text):
        return -1
    number = 0
    for at in range(first, last):
        digit = int(text[at]) - _ZERO
        if not 0 <= digit <= 9:
            return -1
        number = number * 10 + digit
    return number
