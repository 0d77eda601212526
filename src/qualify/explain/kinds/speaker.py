"""One field of one language speaking: each distinct value is worded once, and numbers are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from qualify.explain.kinds.wording import Shown, Values, Wording, distinct
from qualify.explain.said import Said
from qualify.explain.speech import Subject

__all__ = ["Speaker"]

MOST_REMEMBERED = 20_000
"""Texts a field. They are made of numbers alone: what a lead's columns hold is never kept."""

Texts: TypeAlias = NDArray[np.object_]
Row: TypeAlias = tuple[object, ...]


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
        self._sentences: dict[bytes, str] = {}
        self._values: dict[bytes, str] = {}

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
        chosen = tuple(array[first] for array in shown)
        return (
            Said(self._say(chosen, self._wording.sentence, self._sentences), spread),
            Said(self._say(chosen, self._wording.value, self._values), spread),
        )

    def _say(self, chosen: Shown, say: Callable[..., str], known: dict[bytes, str]) -> Texts:
        """Word each row of some."""
        items = zip(*(array.tolist() for array in chosen), strict=True)
        said = np.empty(len(chosen[0]), dtype=object)
        if any(array.dtype == object for array in chosen):
            said[:] = [say(self._subject, *each) for each in items]
        else:
            said[:] = self._remembered(_keys(chosen), items, say, known)
        return said

    def _remembered(
        self,
        keys: list[bytes],
        items: Iterable[Row],
        say: Callable[..., str],
        known: dict[bytes, str],
    ) -> list[str]:
        if len(known) > MOST_REMEMBERED:
            known.clear()
        texts = []
        for key, each in zip(keys, items, strict=True):
            text = known.get(key)
            if text is None:
                text = known[key] = say(self._subject, *each)
            texts.append(text)
        return texts


def _of_rows(said: Said) -> Texts:
    return said.words[said.codes]


def _keys(chosen: Shown) -> list[bytes]:
    """Return the numbers of each row as bytes: equal where all numbers are, NaN and all."""
    matrix = np.column_stack([np.asarray(array, dtype=np.float64) for array in chosen])
    # A view of its own a row: NaN is equal to itself as bytes, and not as a number.
    return cast(list[bytes], matrix.view(np.dtype((np.void, matrix.shape[1] * 8))).ravel().tolist())
