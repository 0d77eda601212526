"""Labels that stand in a column of the leads table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qualify.config import Target, fold_label
from qualify.errors import DataError
from qualify.leads.tables import Column, FloatArray

__all__ = ["column_label", "read_label", "word_outcomes"]


def word_outcomes(words: Sequence[str], target: Target) -> FloatArray:
    """Return which outcome each value of a label stands for; the last is that of an empty cell.

    Returns
    -------
    array
        Shape (words + 1,): 1 for yes, 0 for no, NaN where the outcome is not known. Indexed with a column's
        codes, of which -1 is an empty cell, it gives the rows' outcomes. Values that the target should name
        but does not are NaN too (see `read_label`).
    """
    yes = fold_label(str(target.positive))
    no = None if target.negative is None and target.open is None else _folded(target.negative)
    outcomes = [1.0 if word == yes else 0.0 if no is None or word in no else np.nan for word in _fold(words)]
    return np.array([*outcomes, 0.0 if no is not None and "" in no else np.nan])


def read_label(column: Column, target: Target) -> FloatArray:
    """Return 1 where the column says yes, 0 where it says no, NaN where the outcome is not known.

    The column may hold one outcome only, as a part of a table may.

    Raises
    ------
    DataError
        The target names the values of the label, and the column holds another.
    """
    if target.negative is not None or target.open is not None:
        named = {fold_label(str(target.positive)), *_folded(target.negative), *_folded(target.open)}
        strange = [word for word in _held(column) if fold_label(word) not in named]
        if strange:
            raise DataError(
                "the label has a value that the target does not name", where=f"column {target.column!r}",
                got=", ".join(map(repr, strange[:6])), expected=", ".join(map(repr, _named(target))),
                mend="add it to `negative` (no) or to `open` (not decided yet) of the target",
            )  # fmt: skip
    return np.asarray(word_outcomes(column.vocabulary, target)[column.codes])


def column_label(column: Column, target: Target) -> FloatArray:
    """Return the outcomes as `read_label` does, of a table that has to hold both.

    Raises
    ------
    DataError
        The column holds one outcome only, or a value that is neither the one nor the other.
    """
    held = _held(column)
    counts = ", ".join(f"{word!r}: {n}" for word, n in sorted(held.items(), key=lambda pair: -pair[1])[:6])
    where = f"column {target.column!r}"
    label = read_label(column, target)
    kinds = {fold_label(word) for word in held}
    if len(kinds) > 2 and target.negative is None and target.open is None:
        raise DataError(
            "the label has more than two values", where=where, got=counts, expected="two values (yes and no)",
            mend="name a column that says whether the lead was won, or name the values of the target: "
            "`negative` (no) and `open` (not decided yet)",
        )  # fmt: skip
    if len(kinds) > 1 and fold_label(str(target.positive)) not in kinds:
        raise DataError("the positive value of the label does not occur", where=where, got=counts,
                        expected=repr(target.positive))  # fmt: skip
    if not {0.0, 1.0} <= set(label[~np.isnan(label)].tolist()):
        raise DataError(
            "the label has one value only, so there is nothing to tell apart", where=where,
            got=counts or "no values", expected="both outcomes",
            mend="export leads that were lost as well as leads that were won",
        )  # fmt: skip
    return label


def _held(column: Column) -> dict[str, int]:
    """Return the values that rows hold, and in how many."""
    codes = column.values
    present = np.bincount(codes[codes >= 0], minlength=len(column.vocabulary))
    return {word: int(n) for word, n in zip(column.vocabulary, present, strict=True) if n}


def _named(target: Target) -> list[str]:
    return [str(target.positive), *(target.negative or ()), *(target.open or ())]


def _fold(words: Sequence[str]) -> list[str]:
    return [fold_label(word) for word in words]


def _folded(words: Sequence[str] | None) -> frozenset[str]:
    return frozenset(_fold(words or ()))
