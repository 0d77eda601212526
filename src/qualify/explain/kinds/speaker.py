"""One field of one language speaking: each distinct value is worded once, and numbers are remembered."""

from __future__ import annotations

from array import array
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qualify.explain.kinds.wording import Shown, Values, Wording, distinct
from qualify.explain.said import Said
from qualify.explain.speech import Subject

__all__ = ["Speaker"]

MOST_REMEMBERED = 20_000
"""Texts a field. They are made of numbers alone: what a lead's columns hold is never kept."""

_OBJECT = np.dtype(object)

Texts: TypeAlias = NDArray[np.object_]
_Row: TypeAlias = tuple[Any, ...]
_Told: TypeAlias = tuple[str, str]
"""A sentence, and the value alone."""


class Speaker:
    """Says sentences and values of one field; make it once a field and language.

    Parameters
    ----------
    subject
        The field with its texts.
    wording
        How fields of its kind are said.
    """

    def __init__(self, subject: Subject, wording: Wording) -> None:
        self._subject, self._wording = subject, wording
        self._known: dict[bytes, _Told] = {}

    def sentences(self, values: Values) -> Texts:
        """Say what is so about each row. Shape (rows,), dtype object."""
        return _of_rows(self.both(values)[0])

    def values(self, values: Values) -> Texts:
        """Say each row's value alone. Shape (rows,), dtype object."""
        return _of_rows(self.both(values)[1])

    def both(self, values: Values) -> tuple[Said, Said]:
        """Return `sentences` and `values` in one go, which looks at the values only once."""
        shown = self._wording.shown(values)
        first, spread = distinct(shown)
        told = self._tell(tuple(each[first] for each in shown) if len(first) < len(spread) else shown)
        sentences, alone = np.empty((2, len(told)), dtype=object)
        sentences[:] = [sentence for sentence, _ in told]
        alone[:] = [value for _, value in told]
        return Said(sentences, spread), Said(alone, spread)

    def each(self, values: Values) -> list[_Told]:
        """Return each row's sentence and value; for few rows, as equal ones are not looked for."""
        return self._tell(self._wording.shown(values))

    def _tell(self, chosen: Shown) -> list[_Told]:
        """Word each row of some."""
        rows = zip(*[each.tolist() for each in chosen], strict=True)
        if _OBJECT in [each.dtype for each in chosen]:
            return [self._say(each) for each in rows]
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        return [self._remembered(each) for each in rows]

    def _say(self, row: _Row) -> _Told:
        wording, subject = self._wording, self._subject
        return wording.sentence(subject, *row), wording.value(subject, *row)

    def _remembered(self, row: _Row) -> _Told:
        # As bytes: NaN is equal to itself as bytes, and not as a number.
        key = array("d", row).tobytes()
        told = self._known.get(key)
        if told is None:
            told = self._known[key] = self._say(row)
        return told


def _of_rows(said: Said) -> Texts:
    return said.words[said.codes]
