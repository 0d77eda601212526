"""A column's vocabulary, read once in each way that rules ask for."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from threading import Lock
from typing import TypeVar, cast

import numpy as np

from qualify.leads.identity import ById, OnceById
from qualify.leads.tables import BoolArray, CodeArray, FloatArray, IntArray
from qualify.rules.addresses import EMAIL_KINDS, email_domains, kind_of_domain
from qualify.rules.remembered import SMALL
from qualify.rules.schema import Condition, Scalar
from qualify.rules.titles import read_title
from qualify.rules.vocabulary import folded, glob_matches

MANY = 256
"""Readings of so many vocabularies are remembered, as long as they hold no more than `MANY_WORDS`."""

MANY_WORDS = 2_000_000

_FEW_ROWS = 16

T = TypeVar("T")

_lock = Lock()
_readings: OrderedDict[int, Reading] = OrderedDict()


def reading_of(words: tuple[str, ...]) -> Reading:
    """Return the reading of a vocabulary; the last ones are remembered by the identity of the tuple.

    A table of a million leads is scored in parts that share its vocabularies. A reading holds its words, so
    an identity can not come to mean another tuple while it is remembered. A small vocabulary is read anew.
    """
    if len(words) <= SMALL:
        return Reading(words)
    with _lock:
        found = _readings.get(id(words))
        if found is None:
            found = _readings[id(words)] = Reading(words)
            _forget_the_oldest()
        _readings.move_to_end(id(words))
    return found


def _forget_the_oldest() -> None:
    held = sum(len(reading) for reading in _readings.values())
    while len(_readings) > 1 and (len(_readings) > MANY or held > MANY_WORDS):
        held -= len(_readings.popitem(last=False)[1])


class Reading:
    """The words of a vocabulary as text, numbers, job titles and addresses.

    Each way is worked out when it is first asked for; the words of a million leads' addresses are read once,
    however many rules ask.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self._once: dict[Hashable, object] = {}

    def __len__(self) -> int:
        return len(self.words)

    def once(self, question: Callable[[Reading], T], about: Hashable) -> T:
        """Return what a question about these words has as answer, and ask only once.

        Parameters
        ----------
        question
            Called with this reading; the same words have the same answer for ever.
        about
            Tells one question from another.
        """
        if about not in self._once:
            self._once[about] = question(self)
        return cast(T, self._once[about])

    def codes_in(self, vocabulary: tuple[str, ...]) -> CodeArray:
        """Return the code of each word in another vocabulary (see :func:`recoded`)."""
        return self.once(lambda reading: recoded(reading.words, vocabulary), ("codes in", ById(vocabulary)))

    @cached_property
    def _folded(self) -> list[str]:
        return [folded(word) for word in self.words]

    @cached_property
    def numbers(self) -> FloatArray:
        """Return the words as numbers, NaN where a word is none."""
        read = (number(word) for word in self.words)
        return np.array([math.nan if n is None else n for n in read], dtype=np.float64)

    @cached_property
    def titles_read(self) -> list[tuple[str | None, str | None]]:
        """Return the rank and the department of each word read as a job title."""
        return [read_title(word) for word in self.words]

    @cached_property
    def _domains(self) -> tuple[list[str], IntArray]:
        """Return the different domains and each word's position in them, -1 where it is not an address."""
        return email_domains(self.words)

    @cached_property
    def email_codes(self) -> CodeArray:
        """Return the kind of each word's address as a code into `EMAIL_KINDS`, -1 where it is not one.

        Shape (words + 1,): the last is for code -1.
        """
        domains, at = self._domains
        codes = [*map(EMAIL_KINDS.index, map(kind_of_domain, domains)), -1]
        return np.array([*[codes[place] for place in at.tolist()], -1], dtype=np.int32)

    def same_text(self, condition: Condition) -> BoolArray:
        """Say which words meet the `is` and `like` of a condition."""
        holds = np.ones(len(self.words), dtype=bool)
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


def codes_between(shown: CodeArray, words: tuple[str, ...], vocabulary: tuple[str, ...]) -> CodeArray:
    """Return codes of one vocabulary as another's, by the table that :func:`recoded` makes.

    Of few rows only their own words are looked up; the table of a large vocabulary is remembered.
    """
    if len(shown) <= _FEW_ROWS:
        position, unknown = _positions(vocabulary), len(vocabulary)
        codes = [
            position.get(word, unknown) if code >= 0 and (word := words[code]) else -1
            for code in shown.tolist()
        ]
        return np.array(codes, dtype=np.int32)
    table = recoded(words, vocabulary) if len(words) <= SMALL else reading_of(words).codes_in(vocabulary)
    return np.asarray(table[shown])


def recoded(words: Sequence[str | None], vocabulary: tuple[str, ...]) -> CodeArray:
    """Return the table that turns a code of one vocabulary into another's, shape (words + 1,).

    Words that are empty, and code -1, become -1; words that the other does not know become its length.

    Examples
    --------
    >>> recoded(["b", "", "new"], ("a", "b")).tolist()
    [1, -1, 2, -1]
    """
    position = _positions(vocabulary)
    unknown = len(vocabulary)
    return np.array([*[position.get(word, unknown) if word else -1 for word in words], -1], dtype=np.int32)


def _codes(vocabulary: tuple[str, ...]) -> dict[str, int]:
    return {value: code for code, value in enumerate(vocabulary)}


_positions = OnceById(_codes)


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
