"""The shape of a wording: how the arrays are reduced to what is shown, and which rows show the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualify.leads.tables import FloatArray, IntArray

Values: TypeAlias = Mapping[str, NDArray[Any]]
Shown: TypeAlias = tuple[NDArray[Any], ...]

FEW = 32
"""Up to so many rows are said one by one, which is quicker than looking for equal ones."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How one kind of field is said.

    Parameters
    ----------
    shown
        From a field's values to the arrays that the sentence depends on, one value a row. What is not said
        (fractions of a day, for instance) is dropped here, so that equal sentences are made once.
    sentence
        Called with the subject and one element of each of those arrays.
    value
        As `sentence`, but returns the value alone.
    """

    shown: Callable[[Values], Shown]
    sentence: Callable[..., str]
    value: Callable[..., str]


def distinct(shown: Shown) -> tuple[IntArray, IntArray]:
    """Return the first row of each combination, and each row's combination."""
    rows = len(shown[0])
    if rows <= FEW:
        return np.arange(rows), np.arange(rows)
    codes = np.zeros(rows, dtype=np.int64)
    for array in shown:
        more, uniques = pd.factorize(array)
        # Codes stay below the number of rows, so that the product cannot overflow; -1 stands for missing.
        codes = pd.factorize(codes * (len(uniques) + 1) + more + 1)[0]
    first = np.empty(codes.max() + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(rows - 1, -1, -1)
    return first, codes


def whole_counts(values: NDArray[Any]) -> FloatArray:
    """Return counts as whole numbers; missing counts as none."""
    counts = np.rint(np.asarray(values, dtype=np.float64))
    return np.where(np.isnan(counts), 0.0, counts)


def whole_days(values: NDArray[Any]) -> FloatArray:
    """Return spans rounded down to whole days, never negative; NaN stays."""
    return np.maximum(np.floor(np.asarray(values, dtype=np.float64)), 0.0)


def texts_or_none(values: NDArray[Any]) -> NDArray[np.object_]:
    """Return strings as they are; missing values of any sort and empty strings become None."""
    found = np.empty(len(values), dtype=object)
    found[:] = [_text_or_none(value) for value in values.tolist()]
    return found


def _text_or_none(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.strip() else None
    return None if pd.isna(value) else value
