"""Labels that stand in a column of the leads table."""

from __future__ import annotations

import numpy as np

from qualify.config import Target
from qualify.errors import DataError
from qualify.leads.tables import Column, FloatArray


def column_label(column: Column, target: Target) -> FloatArray:
    """Return 1 where the column holds the positive value, 0 where it holds another, NaN where it is empty.

    Raises
    ------
    DataError
        The column holds one value only, or more than two.
    """
    codes, words = column.values, column.vocabulary
    present = np.bincount(codes[codes >= 0], minlength=len(words))
    held = [(word, int(n)) for word, n in zip(words, present, strict=True) if n]
    counts = ", ".join(f"{word!r}: {n}" for word, n in sorted(held, key=lambda pair: -pair[1])[:6])
    where = f"column {target.column!r}"
    if len(held) > 2:
        raise DataError(
            "the label has more than two values", where=where, got=counts, expected="two values (yes and no)",
            mend="name a column that says whether the lead was won, or derive one before",
        )  # fmt: skip
    if len(held) < 2:
        raise DataError(
            "the label has one value only, so there is nothing to tell apart", where=where,
            got=counts or "no values", expected="both outcomes",
            mend="export leads that were lost as well as leads that were won",
        )  # fmt: skip
    if target.positive not in dict(held):
        raise DataError("the positive value of the label does not occur", where=where, got=counts,
                        expected=repr(target.positive))  # fmt: skip
    positive = words.index(str(target.positive))
    return np.where(codes < 0, np.nan, (codes == positive).astype(np.float64))
