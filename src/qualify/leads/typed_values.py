"""Typed values from all over lead documents, gathered to be read together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from qualify.leads.endless import EARLIEST, LATEST
from qualify.leads.few_times import read_few
from qualify.leads.tables import NO_TIME, FloatArray, IntArray

__all__ = [
    "BOOLEANS",
    "NUMBERS",
    "TEXTS",
    "Kinds",
    "NotTypedError",
    "Numbers",
    "Times",
]

_EXACT = 2**53
"""Whole numbers up to this are the same as floats."""

Kinds: TypeAlias = frozenset[type | None]
TEXTS: Kinds = frozenset({str, type(None)})
NUMBERS: Kinds = frozenset({int, float, type(None)})
BOOLEANS: Kinds = frozenset({bool, type(None)})


class NotTypedError(Exception):
    """A value is of a kind that only tables read."""


class Times:
    """Texts that are times, from all over the documents, read together."""

    def __init__(self) -> None:
        self._texts: list[str | None] = []

    def add(self, texts: Sequence[Any]) -> slice:
        """Take some texts in; return where their times will be."""
        if not TEXTS.issuperset(map(type, texts)):
            raise NotTypedError
        first = len(self._texts)
        self._texts += texts
        return slice(first, len(self._texts))

    def read(self, timezone: str) -> IntArray:
        """Return microseconds, `NO_TIME` where there is no text or an empty one."""
        micros = read_few(self._texts, timezone)
        if micros is None:
            raise NotTypedError
        odd = micros[(micros < EARLIEST) | (micros >= LATEST)]
        if np.count_nonzero(odd != NO_TIME):
            raise NotTypedError
        return micros


class Numbers:
    """Numbers from all over the documents, put into one array."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def add(self, values: Sequence[Any], missing: frozenset[float] = frozenset()) -> slice:
        """Take some numbers in, NaN for what is missing; return where they will be."""
        for value in values:
            if type(value) is int and not -_EXACT <= value <= _EXACT:
                raise NotTypedError
        first = len(self._values)
        self._values += [np.nan if value is None or value in missing else value for value in values]
        return slice(first, len(self._values))

    def read(self) -> FloatArray:
        """Return them all."""
        found = np.array(self._values, dtype=np.float64)
        if np.count_nonzero(np.isinf(found)):
            raise NotTypedError
        return found
