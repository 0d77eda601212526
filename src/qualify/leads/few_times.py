"""Times of a few values in ISO 8601, read without Arrow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from qualify.leads.tables import NO_TIME, IntArray

__all__ = ["read_few"]

# As Arrow reads it, with hours and minutes, a "T" or a space, at most microseconds.
_LOCAL = r"[1-9]\d{3}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
_SHAPE = re.compile(_LOCAL + r"(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?", re.ASCII)
_LOCALS = re.compile(rf"(?:{_LOCAL},)+", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def read_few(texts: Sequence[str | None], timezone: str) -> IntArray | None:
    """Return microseconds since 1970 UTC (`NO_TIME` where missing), or None where any text needs more care.

    Examples
    --------
    >>> read_few(["1970-01-01T01:00:00.5+01:00", None], "UTC").tolist()
    [500000, -9223372036854775808]
    >>> read_few(["1 January 1970"], "UTC") is None
    True
    """
    given = [text for text in texts if text]
    micros = np.full(len(texts), NO_TIME, dtype=np.int64)
    if not given:
        return micros
    shape = _SHAPE.fullmatch(given[0])
    if shape is None or not (shape[1] or timezone == "UTC"):
        return None
    read = _of_one_zone(given, shape[1] or "")
    if read is None:
        read = _one_by_one(given, timezone)
    if read is None:
        return None
    if len(given) == len(texts):
        return read
    micros[[row for row, text in enumerate(texts) if text]] = read
    return micros


def _of_one_zone(texts: Sequence[str], zone: str) -> IntArray | None:
    """Read times that are all written with the same zone; None where they are not, or one is no time."""
    joined, end = ",".join((*texts, "")), f"{zone},"
    if joined.count(",") != len(texts) or joined.count(end) != len(texts):  # a comma in one, another zone
        return None
    joined = joined.replace(end, ",")
    if _LOCALS.fullmatch(joined) is None:
        return None
    try:
        micros = np.array(joined[:-1].split(","), dtype="M8[us]").astype(np.int64)
    except ValueError:  # no such day or hour
        return None
    return np.asarray(micros - _offset(zone))


def _offset(zone: str) -> int:
    """Return the microseconds by which a zone such as ``+09:00`` is ahead."""
    if zone in ("", "Z"):
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return (-1 if zone[0] == "-" else 1) * minutes * 60_000_000


def _one_by_one(texts: Sequence[str], timezone: str) -> IntArray | None:
    micros = np.empty(len(texts), dtype=np.int64)
    for row, text in enumerate(texts):
        shape = _SHAPE.fullmatch(text)
        if shape is None or not (shape[1] or timezone == "UTC"):
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:  # no such day or hour: told by the reading that knows every way to write a time
            return None
        moment = moment if shape[1] else moment.replace(tzinfo=UTC)
        micros[row] = (moment - _EPOCH) // _MICROSECOND
    return micros
