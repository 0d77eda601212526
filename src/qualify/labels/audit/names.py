"""Reads column names and values for words of the outcome, or of the state at export."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from qualify.labels.audit import lexicon

Subject: TypeAlias = Literal["outcome", "state"]
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ASCII = re.compile(r"[\x00-\x7f]+")
_GLUE = frozenset(
    {"date", "time", "day", "at", "on", "by", "id", "no", "number", "value", "amount", "type", "flag", "name"}
    | {"count", "total", "code"}
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says.

    Parameters
    ----------
    subject
        ``outcome`` (it, or what follows from it) or ``state`` (the record when it was exported).
    clear
        Whether the words have hardly an innocent meaning.
    words
        The words that say it, as they stand in the lexicon.
    """

    subject: Subject
    clear: bool
    words: str


def read_name(name: str) -> Meaning | None:
    """Return what a column name says, or None when it is of no interest.

    A word such as ``previous`` or ``marital`` makes a clear name vague and a vague one innocent.

    Examples
    --------
    >>> read_name("LastActivityDate").subject, read_name("last_name")
    ('state', None)
    >>> read_name("失注理由").clear, read_name("marital status")
    (True, None)
    """
    text = _Text(name)
    innocent = any(_holds(text, line) is not None for line in lexicon.INNOCENT)
    for subject, clear, lines in _LINES:
        for line in lines:
            words = _holds(text, line)
            if words is not None and (clear or not innocent):
                return Meaning(subject, clear and not innocent, words)
    return None


def is_planned(name: str) -> bool:
    """Whether a date's name says that it lies in the future by its nature (an expiry, a wish, an event)."""
    text = _Text(name)
    return any(_holds(text, line) is not None for line in lexicon.PLANNED)


def is_state_value(value: str) -> bool:
    """Whether a value names something that happened ("Email Opened")."""
    return _any(value, lexicon.STATE_VALUES)


def is_assigned_value(value: str) -> bool:
    """Whether a value is what sales write down after a contact ("not interested")."""
    return _any(value, lexicon.ASSIGNED_VALUES)


def _any(value: str, lines: tuple[str, ...]) -> bool:
    text = _Text(value)
    return any(_holds(text, line) is not None for line in lines)


class _Text:
    """A name as words (Latin letters) and as one string (other scripts)."""

    def __init__(self, text: str) -> None:
        self.whole = unicodedata.normalize("NFKC", text)
        self.words: set[str] = set()
        for word in _WORD.findall(self.whole):
            self.words.update(_split(_stem(word.lower())))

    def has(self, word: str) -> bool:
        if _ASCII.fullmatch(word):
            return _stem(word) in self.words
        return word in self.whole


def _holds(text: _Text, line: str) -> str | None:
    """Return the words of `line` that `text` holds, None when one is wanting."""
    found = []
    for choice in _parse(line):
        word = next((word for word in choice if text.has(word)), None)
        if word is None:
            return None
        found.append(word)
    return " … ".join(found)


@cache
def _parse(line: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word.strip() for word in choice.split("|")) for choice in line.split("+"))


def _stem(word: str) -> str:
    """Drop a plural s; the same on both sides, so that odd stems do no harm."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def _known() -> frozenset[str]:
    lines = (*lexicon.CLEAR_OUTCOME, *lexicon.VAGUE_OUTCOME, *lexicon.CLEAR_STATE, *lexicon.VAGUE_STATE)
    return frozenset(_stem(word) for line in lines for choice in _parse(line) for word in choice) | _GLUE


def _split(word: str) -> tuple[str, ...]:
    """Take words apart that were written together and are both known: ``wondate``, ``lastmodified``."""
    if len(word) < 6 or word in _known():
        return (word,)
    for cut in range(3, len(word) - 1):
        if word[:cut] in _known() and word[cut:] in _known():
            return (word, word[:cut], word[cut:])
    return (word,)


_LINES: tuple[tuple[Subject, bool, tuple[str, ...]], ...] = (
    ("state", True, lexicon.CLEAR_STATE),
    ("outcome", True, lexicon.CLEAR_OUTCOME),
    ("state", False, lexicon.VAGUE_STATE),
    ("outcome", False, lexicon.VAGUE_OUTCOME),
)
