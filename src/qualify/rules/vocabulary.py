"""Names and patterns are compared once against a vocabulary, never once an activity or once a lead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from qualify.leads.tables import BoolArray


def folded(text: str) -> str:
    """Return `text` without differences of case, width or surrounding space.

    Examples
    --------
    >>> folded(" ＩＴ・通信 ")
    'it・通信'
    """
    return unicodedata.normalize("NFKC", text).casefold().strip()


def glob_matches(patterns: Sequence[str], vocabulary: Sequence[str]) -> BoolArray:
    """Say which words match any of the patterns, shape (words,).

    ``*`` stands for any text and ``?`` for one character; brackets are ordinary characters, since names of pages
    and columns contain them.

    Examples
    --------
    >>> glob_matches(["/pricing*"], ["/pricing", "/PRICING/plans", "/blog"]).tolist()
    [True, True, False]
    """
    if not patterns or not vocabulary:
        return np.zeros(len(vocabulary), dtype=bool)
    match = re.compile("|".join(f"(?:{_translated(p)})" for p in patterns), re.DOTALL).fullmatch
    return np.fromiter(
        (match(folded(word)) is not None for word in vocabulary), dtype=bool, count=len(vocabulary)
    )


def _translated(pattern: str) -> str:
    return re.escape(folded(pattern)).replace(r"\*", ".*").replace(r"\?", ".")
