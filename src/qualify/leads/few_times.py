"""Times of a few values in ISO 8601, read without Arrow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from qualify.leads.tables import NO_TIME, IntArray

__all__ = ["read_few"]

# As Arrow reads it, with hours and minutes, a "T" or a space, at most microseconds.
_SHAPE = re.compile(
    r"[1-9]\d{3}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d:[0-5]\d)?", re.ASCII
)
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
    naive = timezone == "UTC"
    micros = np.full(len(texts), NO_TIME, dtype=np.int64)
    for row, text in enumerate(texts):
        if text is None or text == "":
            continue
        shape = _SHAPE.fullmatch(text)
        if shape is None or not (naive or shape[1]):
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:  # no such day or hour: told by the reading that knows every way to write a time
            return None
        moment = moment if shape[1] else moment.replace(tzinfo=UTC)
        micros[row] = (moment - _EPOCH) // _MICROSECOND
    return micros
