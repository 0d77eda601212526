"""Free text as a few plain tokens: words, and pairs of characters for scripts without spaces.

A cell of several values is read alike; its tokens are the values.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import numpy as np

from qualify.leads.multi_select import part_key, parts_of
from qualify.leads.tables import BoolArray

MAX_TOKENS = 200
"""The first few dozen of whole sentences are words such as "the", which say nothing."""
MIN_SHARE = 0.01
MAX_SHARE = 0.95
READ_CHARACTERS = 4_000

Reader: TypeAlias = Callable[[str], Collection[str]]
"""Returns the distinct tokens of one text."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def tokens_of(text: str) -> set[str]:
    """Return the distinct tokens of one text.

    Examples
    --------
    >>> sorted(tokens_of("Please call me, please"))
    ['call', 'me', 'please']
    >>> sorted(tokens_of("価格表"))
    ['価格', '格表']
    """
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).casefold()):
        if _UNSPACED.search(word):
            found.update(word[i : i + 2] for i in range(len(word) - 1))
        else:
            found.add(word)
    return found


def keys_by(separators: str) -> Reader:
    """Return what reads a cell of several values into the keys of its parts."""
    return lambda text: {part_key(part) for part in parts_of(text, separators)}


def fit_tokens(vocabulary: Sequence[str], count: np.ndarray, read: Reader = tokens_of) -> tuple[str, ...]:
    """Return the most frequent tokens of a column, from its distinct texts and how many leads have each."""
    seen: Counter[str] = Counter()
    total = int(count.sum())
    for text, n in zip(vocabulary, count, strict=True):
        if n:
            for token in read(text):
                seen[token] += int(n)
    low, high = max(5, MIN_SHARE * total), MAX_SHARE * total
    usable = sorted((-n, token) for token, n in seen.items() if low <= n <= high)
    return tuple(token for _, token in usable[:MAX_TOKENS])


def has_tokens(vocabulary: Sequence[str], tokens: Sequence[str], read: Reader = tokens_of) -> BoolArray:
    """Return which distinct text holds which token, shape (texts, tokens)."""
    position = {token: j for j, token in enumerate(tokens)}
    found = np.zeros((len(vocabulary), len(tokens)), dtype=bool)
    for i, text in enumerate(vocabulary):
        for token in read(text):
            j = position.get(token)
            if j is not None:
                found[i, j] = True
    return found
