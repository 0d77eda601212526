"""The frame of raw features: numbers and category codes of a set of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from qualify.leads.tables import CodeArray, FloatArray, IntArray
from qualify.rules.reading import codes_between


class Numeric(NamedTuple):
    """One numeric raw feature: unique name, its field, what it is of that field, and a value a row."""

    name: str
    field: str
    part: str
    values: FloatArray


class Categorical(NamedTuple):
    """One categorical raw feature: codes into `vocabulary`, -1 missing, ``len(vocabulary)`` not known.

    `shown` and `words` are the table's own codes and values, so that a value new to the model is still shown
    as it is.
    """

    name: str
    field: str
    part: str
    values: CodeArray
    vocabulary: tuple[str, ...]
    shown: CodeArray
    words: tuple[str, ...]


Key = tuple[str, str, str]
"""Name, field and part of a numeric feature."""


Parts = Mapping[str, list[tuple[str, int, int]]]
"""Of each field: its parts, with the block and the place where they are."""

_FEW = 32
"""Up to so many words are looked up one by one."""


@lru_cache(maxsize=4096)
def _one_key(*key: str) -> tuple[Key, ...]:
    """Return the keys of a block of one feature: the same object whenever they are the same."""
    name, about, part = key
    return ((name, about, part),)


@dataclass(slots=True)
class FeatureFrame:
    """Raw features of a set of rows, in the plan's fixed order.

    Numeric features are held in blocks: keys, and values of shape (features, rows).
    """

    rows: int
    blocks: list[tuple[tuple[Key, ...], FloatArray]] = field(default_factory=list)
    categorical: list[Categorical] = field(default_factory=list)
    _parts: Parts | None = field(default=None, init=False, repr=False, compare=False)
    _matrix: FloatArray | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def parts(self) -> Parts:
        """Where the numeric parts of each field are."""
        if self._parts is None:
            self._parts = _last_parts.of(self)
        return self._parts

    @property
    def numeric(self) -> list[Numeric]:
        """The numeric features one by one."""
        return [
            Numeric(*key, each)
            for keys, values in self.blocks
            for key, each in zip(keys, values, strict=True)
        ]  # fmt: skip

    @property
    def matrix(self) -> FloatArray:
        """The values of all numeric features, shape (features, rows); the blocks become views of it."""
        if not self.blocks:
            return np.empty((0, self.rows))
        if self._matrix is None:
            self._matrix = np.concatenate([values for _, values in self.blocks])
            ends = np.cumsum([len(keys) for keys, _ in self.blocks]).tolist()
            self.blocks = [
                (keys, self._matrix[end - len(keys) : end])
                for (keys, _), end in zip(self.blocks, ends, strict=True)
            ]
        return self._matrix

    def numbers(self, keys: tuple[Key, ...], values: FloatArray) -> None:
        """Append numeric features whose values are the rows of an array, shape (features, rows)."""
        self.blocks.append((keys, values))
        self._parts = self._matrix = None

    def number(self, name: str, about: str, part: str, values: FloatArray) -> None:
        """Append a numeric feature."""
        self.numbers(_one_key(name, about, part), values.reshape(1, -1))

    def category(
        self,
        name: str,
        about: str,
        part: str,
        shown: CodeArray,
        words: Sequence[str],
        vocabulary: Sequence[str],
    ) -> None:
        """Append a categorical feature, given as codes into the table's `words`; an empty word is missing."""
        words, vocabulary = tuple(words), tuple(vocabulary)
        codes = codes_between(shown, words, vocabulary)
        self.categorical.append(Categorical(name, about, part, codes, vocabulary, shown, words))

    def without(self, fields: Collection[str]) -> FeatureFrame:
        """Return the same rows without the features of some fields."""
        blocks = []
        for keys, values in self.blocks:
            kept = [place for place, (_, about, _) in enumerate(keys) if about not in fields]
            blocks.append((tuple(keys[place] for place in kept), values[kept]))
        return FeatureFrame(self.rows, blocks, [c for c in self.categorical if c.field not in fields])

    def lacking(self, names: Collection[str]) -> FeatureFrame:
        """Return the same rows without some numeric features, by name; itself where none is named."""
        if not names:
            return self
        blocks = []
        for keys, values in self.blocks:
            kept = [place for place, (name, _, _) in enumerate(keys) if name not in names]
            blocks.append((tuple(keys[place] for place in kept), values[kept]))
        return FeatureFrame(self.rows, blocks, self.categorical)

    def take(self, chosen: np.ndarray) -> FeatureFrame:
        """Return the given rows (positions or a mask)."""
        return FeatureFrame(
            rows=int(chosen.sum()) if chosen.dtype == bool else len(chosen),
            blocks=[(keys, values[:, chosen]) for keys, values in self.blocks],
            categorical=[
                Categorical(c.name, c.field, c.part, c.values[chosen], c.vocabulary, c.shown[chosen], c.words)
                for c in self.categorical
            ],
        )


def field_values(frame: FeatureFrame, about: str, rows: IntArray) -> Mapping[str, np.ndarray]:
    """Return what the sentences of one field are made from, at the given rows (see :class:`Field`)."""
    blocks = frame.blocks
    found: dict[str, np.ndarray] = {
        part: blocks[block][1][place][rows] for part, block, place in frame.parts.get(about, ())
    }
    for c in frame.categorical:
        if c.field == about:
            found[c.part] = _as_shown(c.words, c.shown[rows])
    return found


class _LastParts:
    """Where the parts of fields are in a frame; frames of one plan are alike, so the last answer serves."""

    def __init__(self) -> None:
        self._last: tuple[list[tuple[Key, ...]], Parts] = ([], {})

    def of(self, frame: FeatureFrame) -> Parts:
        keys = [keys for keys, _ in frame.blocks]
        known = self._last
        if keys != known[0]:
            self._last = known = keys, _parts_of(keys)
        return known[1]


_last_parts = _LastParts()


def _parts_of(blocks: Sequence[tuple[Key, ...]]) -> Parts:
    found: dict[str, list[tuple[str, int, int]]] = {}
    for block, keys in enumerate(blocks):
        for place, (_, about, part) in enumerate(keys):
            found.setdefault(about, []).append((part, block, place))
    return found


def _as_shown(words: tuple[str, ...], codes: CodeArray) -> np.ndarray:
    """Return the word of each code, None where it is missing or empty."""
    if len(codes) <= _FEW:
        return np.array([words[code] or None if code >= 0 else None for code in codes.tolist()], dtype=object)
    used, place = np.unique(codes, return_inverse=True)
    said = [words[code] or None if code >= 0 else None for code in used.tolist()]
    return np.array(said, dtype=object)[place]
