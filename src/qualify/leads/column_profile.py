"""What is known about one column: its proposed type, and the evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import ColumnType, Excluded
from qualify.console import abridged
from qualify.leads.strings import whole_numbers
from qualify.leads.tables import IntArray

_EXAMPLES = 4
_OFTEN = 3


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What one column seems to mean.

    Parameters
    ----------
    name
        As in the table.
    type
        The proposal.
    missing
        Placeholders that stand for a missing value, as they are written.
    rows, given, distinct
        Rows of the table, rows with a value (placeholders do not count), and different values.
    examples
        The most frequent values; none where they may be personal data.
    exclude
        Why the column should not be used, or None.
    day_first
        For dates: True or False where some value decides it, else None.
    read_share
        For numbers and dates: the share of given values that can be read.
    hint
        What a person should know about the way the values are written; empty: nothing.
    separators
        For cells of several values: the characters between them.
    unit
        For numbers: what stands beside them in their cells.
    """

    name: str
    type: ColumnType
    rows: int
    given: int
    distinct: int
    missing: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    exclude: Excluded | None = None
    day_first: bool | None = None
    read_share: float = 1.0
    hint: str = ""
    separators: str | None = None
    unit: str | None = None

    @property
    def missing_share(self) -> float:
        """Share of the rows without a value."""
        return 1.0 - self.given / max(self.rows, 1)

    @property
    def unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.given == self.rows == self.distinct

    def evidence(self) -> str:
        """Return the evidence in one line, without personal data.

        Examples
        --------
        >>> ColumnProfile("Country", "category", 200, 150, 3, ("Select",), ("India", "Japan")).evidence()
        "3 values; 25.0% missing, counting 'Select'; mostly India, Japan"
        """
        parts = [f"{self.distinct:,} value{'' if self.distinct == 1 else 's'}"]
        if self.hint:
            parts.append(self.hint)
        if self.given < self.rows:
            words = f", counting {', '.join(repr(m) for m in self.missing)}" if self.missing else ""
            parts.append(f"{self.missing_share:.1%} missing{words}")
        if self.read_share < 1.0:
            parts.append(f"{1 - self.read_share:.1%} not readable as {self.type}, taken as missing")
        if self.examples:
            parts.append(f"{'from' if self.type in ('number', 'date') else 'mostly'} {self._examples()}")
        return "; ".join(parts)

    def _examples(self) -> str:
        if self.type in ("number", "date"):
            return " to ".join(self.examples)
        return ", ".join(map(abridged, self.examples))


@dataclass(frozen=True, slots=True)
class DistinctValues:
    """The distinct given values of a text column and how often each occurs, most frequent first."""

    texts: pa.Array
    counts: IntArray

    def without(self, words: Collection[str]) -> DistinctValues:
        """Return the values but for `words`."""
        if not words:
            return self
        kept = pc.invert(pc.is_in(self.texts, value_set=pa.array(list(words), self.texts.type)))
        return DistinctValues(self.texts.filter(kept), self.counts[kept.to_numpy(zero_copy_only=False)])

    @property
    def given(self) -> int:
        """How many rows have one of the values."""
        return int(self.counts.sum())

    def top(self) -> tuple[str, ...]:
        """Return the most frequent values; a value that is rare may be about one person, and is not shown."""
        often = int(np.sum(self.counts[:_EXAMPLES] >= _OFTEN))
        return tuple(self.texts.slice(0, often).to_pylist())


def distinct_values(text: pa.Array) -> DistinctValues:
    """Count the values of a column; ties are in the order of the values."""
    counted = pc.value_counts(whole_numbers(text).drop_null())
    texts, counts = counted.field("values"), counted.field("counts").to_numpy(zero_copy_only=False)
    order = pc.sort_indices(
        pa.table({"n": counts, "t": texts}), sort_keys=[("n", "descending"), ("t", "ascending")]
    )
    return DistinctValues(texts.take(order), counts[order.to_numpy()])
