"""Texts of many rows, most of which say what another says: each is held once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.leads.tables import BoolArray, IntArray

__all__ = ["Said"]


@dataclass(frozen=True, slots=True)
class Said:
    """Texts as positions in a list of texts; an index gives texts.

    Parameters
    ----------
    words
        The texts, dtype object.
    codes
        The position of each place's text, of any shape.

    Examples
    --------
    >>> said = Said(np.array(["", "twice"], dtype=object), np.array([[1, 0], [1, 1]]))
    >>> said[0].tolist(), said[1, 1]
    (['twice', ''], 'twice')
    """

    words: NDArray[np.object_]
    codes: IntArray

    def __getitem__(self, place: Any) -> Any:
        """Return the texts at some places: an array of them, or one."""
        return self.words[self.codes[place]]

    def take(self, rows: IntArray) -> Said:
        """Return the texts of some rows."""
        return Said(self.words, self.codes[rows])

    def arrow(self, listed: BoolArray) -> pa.StringArray:
        """Return the texts where `listed` is true, in one row."""
        return pa.array(self.words, pa.string()).take(pa.array(self.codes[listed]))

    @classmethod
    def put(cls, parts: Iterable[tuple[IntArray, Said]], shape: tuple[int, ...]) -> Said:
        """Put texts together that were said for different places, given as positions in the flat result.

        A place that no part is for has the empty text.
        """
        codes = np.zeros(prod(shape), dtype=np.int64)
        words, told = [np.array([""], dtype=object)], 1
        for places, said in parts:
            codes[places] = said.codes + told
            words.append(said.words)
            told += len(said.words)
        return cls(np.concatenate(words), codes.reshape(shape))

    @classmethod
    def below(cls, parts: Sequence[Said]) -> Said:
        """Put the rows of several below each other.

        Examples
        --------
        >>> one, two = (Said(np.array([word], dtype=object), np.zeros((1, 1), int)) for word in "ab")
        >>> Said.below([one, two])[:, 0].tolist()
        ['a', 'b']
        """
        before = np.cumsum([0, *(len(part.words) for part in parts[:-1])]).tolist()
        codes = [part.codes + first for part, first in zip(parts, before, strict=True)]
        return cls(np.concatenate([part.words for part in parts]), np.concatenate(codes))
