"""Names and patterns are compared once against a vocabulary, never once an activity or once a lead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from qualify.leads.tables import BoolArray


def folded(text: str) -> str:
    """Return `text` without differences of case, width or surrounding space.

    Examples
    --------
    >>> folded(" ＩＴ・通信 ")
    'it・通信'
    """
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold().strip()


def glob_matches(patterns: Sequence[str], words: Sequence[str]) -> BoolArray:
    """Say which of the folded words match any of the patterns, shape (words,).

    ``*`` stands for any text and ``?`` for one character; brackets are ordinary characters, since names of
    pages and columns contain them.

    Examples
    --------
    >>> glob_matches(["/Pricing*"], ["/pricing", "/pricing/plans", "/blog"]).tolist()
    [True, True, False]
    """
    if not patterns or not words:
        return np.zeros(len(words), dtype=bool)
    match = _compiled(tuple(patterns)).fullmatch
    return np.fromiter((match(word) is not None for word in words), dtype=bool, count=len(words))


@lru_cache(maxsize=1024)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_translated(p)})" for p in patterns), re.DOTALL)


def _translated(pattern: str) -> str:
    """Write a pattern as a regular expression that never goes back over a star: time grows with the word."""
    first, *rest = (re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", folded(pattern)))
    if not rest:
        return first
    *middle, last = rest
    return "".join([first, *(f"(?>.*?{part})" for part in middle), ".*", last])
