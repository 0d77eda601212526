"""A column's vocabulary, read once in each way that rules ask for."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import cached_property
from threading import Lock

import numpy as np

from qualify.leads.tables import BoolArray, FloatArray, IntArray
from qualify.rules.addresses import email_domain, kind_of_domain
from qualify.rules.schema import Condition, Scalar
from qualify.rules.titles import read_title
from qualify.rules.vocabulary import folded, glob_matches

_REMEMBERED = 8
_lock = Lock()
_readings: OrderedDict[int, Reading] = OrderedDict()


def reading_of(words: tuple[str, ...]) -> Reading:
    """Return the reading of a vocabulary; the last few are remembered by the identity of the tuple.

    A table of a million leads is scored in parts that share its vocabularies. A reading holds its words, so
    an identity can not come to mean another tuple while it is remembered.
    """
    with _lock:
        found = _readings.get(id(words))
        if found is None:
            found = _readings[id(words)] = Reading(words)
        _readings.move_to_end(id(words))
        while len(_readings) > _REMEMBERED:
            _readings.popitem(last=False)
    return found


class Reading:
    """The words of a vocabulary as text, numbers, job titles and addresses.

    Each way is worked out when it is first asked for; the words of a million leads' addresses are read once,
    however many rules ask.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    @cached_property
    def _folded(self) -> list[str]:
        return [folded(word) for word in self._words]

    @cached_property
    def numbers(self) -> FloatArray:
        """Return the words as numbers, NaN where a word is none."""
        read = (number(word) for word in self._words)
        return np.array([math.nan if n is None else n for n in read], dtype=np.float64)

    @cached_property
    def titles_read(self) -> list[tuple[str | None, str | None]]:
        """Return the rank and the department of each word read as a job title."""
        return [read_title(word) for word in self._words]

    @cached_property
    def _domains(self) -> tuple[list[str], IntArray]:
        """Return the different domains and each word's position in them, -1 where it is not an address."""
        position: dict[str, int] = {}
        domains = (email_domain(word) for word in self._words)
        at = [-1 if d is None else position.setdefault(d, len(position)) for d in domains]
        return list(position), np.array(at, dtype=np.int64)

    @cached_property
    def email_kinds(self) -> list[str | None]:
        """Return the kind of each word's address, None where it is not an address."""
        domains, at = self._domains
        kinds: list[str | None] = [*(kind_of_domain(domain) for domain in domains), None]
        return [kinds[position] for position in at]

    def same_text(self, condition: Condition) -> BoolArray:
        """Say which words meet the `is` and `like` of a condition."""
        holds = np.ones(len(self._words), dtype=bool)
        if condition.is_ is not None:
            wanted = {folded(_as_text(value)) for value in condition.is_}
            holds &= np.fromiter((word in wanted for word in self._folded), dtype=bool, count=len(holds))
        if condition.like is not None:
            holds &= glob_matches(condition.like, self._folded)
        return holds

    def titles(self, condition: Condition) -> tuple[BoolArray, BoolArray]:
        """Say which words meet `rank` and `department`, and which say anything as titles."""
        known = np.array([rank or department for rank, department in self.titles_read], dtype=bool)
        holds = known.copy()
        if condition.rank is not None:
            holds &= np.array([rank in condition.rank for rank, _ in self.titles_read], dtype=bool)
        if condition.department is not None:
            holds &= np.array([part in condition.department for _, part in self.titles_read], dtype=bool)
        return holds, known

    def addresses(self, condition: Condition) -> tuple[BoolArray, BoolArray]:
        """Say which words meet `email_kind` and `domain`, and which are addresses."""
        domains, at = self._domains
        holds = np.ones(len(domains), dtype=bool)
        if condition.email_kind is not None:
            holds &= np.array([kind_of_domain(d) in condition.email_kind for d in domains], dtype=bool)
        if condition.domain is not None:
            holds &= glob_matches(condition.domain, domains)
        # Position -1 reaches the False at the end.
        return np.append(holds, False)[at], at >= 0


def number(value: Scalar) -> float | None:
    """Read a number; text with thousands separators or full-width digits is one, "nan" and "inf" are not."""
    try:
        read = float(folded(value).replace(",", "")) if isinstance(value, str) else float(value)
    except ValueError:
        return None
    return read if math.isfinite(read) else None


def _as_text(value: Scalar) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)
