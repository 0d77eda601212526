"""A column of few values, kept as Python has them.

A call of Arrow costs some ten microseconds, however few values it is given; a lead document is thirty columns
of one value, and a dozen of fifty. What is read often is read here value by value; everything else asks for
`Few.arrow` and goes the way of large tables, so that the meaning of a value cannot depend on the company it
comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from qualify.leads.tables import BoolArray, IntArray

__all__ = ["FEW", "DocumentTable", "Few", "Values", "missing"]

FEW = 512
"""Up to so many values, plain Python is faster than a dozen Arrow calls; the result is the same."""


@dataclass(frozen=True, slots=True)
class Few:
    """Values of one kind, None where there is none.

    Parameters
    ----------
    values
        Strings for ``text``; int and float, none of them NaN, for ``number``; bool for ``boolean``.
    """

    values: list[Any]
    kind: Literal["text", "number", "boolean"]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def null_count(self) -> int:
        """How many values are missing."""
        return self.values.count(None)

    def arrow(self) -> pa.Array:
        """Return the same column as Arrow has it."""
        return pa.array(self.values, pa.string() if self.kind == "text" else None)

    def each_once(self, change: Callable[[str], str | None]) -> Few:
        """Return texts changed, of which each different one is looked at once."""
        changed = {text: None if text is None else change(text) for text in set(self.values)}
        return Few([changed[text] for text in self.values], "text")

    def take(self, positions: IntArray) -> Few:
        """Return the values at some positions."""
        return Few([self.values[i] for i in positions.tolist()], self.kind)

    def filter(self, kept: BoolArray) -> Few:
        """Return the values where `kept` is true."""
        return Few([value for value, keep in zip(self.values, kept.tolist(), strict=True) if keep], self.kind)


Values: TypeAlias = pa.Array | pa.ChunkedArray | Few
"""A column, however it is held."""


def missing(values: Values) -> BoolArray:
    """Return where a column holds nothing."""
    if isinstance(values, Few):
        return np.array([value is None for value in values.values], dtype=bool)
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False))


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """Columns that lead documents were taken apart into; has what is used of an Arrow table.

    Parameters
    ----------
    columns
        By name, all of one length.
    origin
        What messages call it.
    document
        Which document each row comes from, where rows are parts of documents.
    """

    columns: dict[str, Values]
    origin: str
    document: IntArray | None = None

    @property
    def num_rows(self) -> int:
        """Rows of every column."""
        return len(next(iter(self.columns.values())))

    @property
    def column_names(self) -> Sequence[str]:
        """Names of the columns."""
        return list(self.columns)

    def column(self, name: str) -> Values:
        """Return a column by its name."""
        return self.columns[name]
