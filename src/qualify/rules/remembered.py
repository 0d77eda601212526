"""What words of a vocabulary mean to a scorecard, remembered word by word.

A table's vocabulary is matched once a table. A request brings a table of one lead, with words that thousands
of requests before have brought too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qualify.leads.tables import BoolArray

__all__ = ["Remembered"]

SMALL = 256
"""A vocabulary up to this size is looked up word by word; a larger one is matched at once."""
MOST_WORDS = 20_000


class Remembered:
    """A function from words to columns of truth values, remembered by word.

    Parameters
    ----------
    match
        Returns for some words an array of shape (questions, words); each word's column depends on that word
        alone.
    """

    def __init__(self, match: Callable[[Sequence[str]], BoolArray]) -> None:
        self._match = match
        self._columns: dict[str, bytes] = {}

    def columns(self, words: Sequence[str], questions: int) -> BoolArray:
        """Return the array of shape (questions, words).

        Examples
        --------
        >>> starts = Remembered(lambda words: np.array([[w.startswith(c) for w in words] for c in "ab"]))
        >>> starts.columns(("axe", "boat"), 2).tolist()
        [[True, False], [False, True]]
        """
        if len(words) > SMALL:
            return self._match(words).reshape(questions, len(words))
        known = [self._columns.get(word) for word in words]
        found = [
            self._learn(word) if column is None else column for word, column in zip(words, known, strict=True)
        ]
        # Of a bytearray NumPy makes an array that compiled loops take for one like any other.
        return np.frombuffer(bytearray().join(found), dtype=bool).reshape(len(words), questions).T

    def _learn(self, word: str) -> bytes:
        column = np.asarray(self._match((word,)), dtype=bool).tobytes()
        if len(self._columns) >= MOST_WORDS:
            self._columns.clear()
        self._columns[word] = column
        return column
