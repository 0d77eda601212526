"""The tables as the kernels see them: NumPy columns, activities and stages in CSR form.

Every score, from one HTTP request to a nightly batch, is made from a :class:`LeadTables`. Strings are
dictionary codes, times are int64 microseconds since 1970-01-01 UTC, and the activities of lead ``i`` are the
slice ``offsets[i]:offsets[i + 1]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
CodeArray: TypeAlias = NDArray[np.int32]
BoolArray: TypeAlias = NDArray[np.bool_]

NO_TIME: int = int(np.iinfo(np.int64).min)
"""Stands for a missing time (the bit pattern of NumPy's NaT)."""

MICROSECONDS_A_DAY: int = 86_400_000_000

ColumnKind: TypeAlias = Literal["number", "category", "date", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One user attribute, a value a lead.

    Parameters
    ----------
    kind
        ``number``: `values` is float64, NaN where missing. ``category`` and ``text``: `values` is int32 codes
        into `vocabulary`, -1 where missing. ``date``: `values` is int64 microseconds (UTC), `NO_TIME` where
        missing.
    values
        Shape (leads,).
    vocabulary
        The distinct strings, for codes.
    unit
        What stands beside the numbers in the user's table (see `qualify.config.ColumnSpec`).
    yes_no
        Whether the numbers are 1 for yes and 0 for no.
    """

    kind: ColumnKind
    values: FloatArray | CodeArray | IntArray
    vocabulary: tuple[str, ...] = ()
    unit: str | None = None
    yes_no: bool = False

    def take(self, rows: IntArray) -> Column:
        """Return the column at the given lead positions."""
        return Column(self.kind, self.values[rows], self.vocabulary, self.unit, self.yes_no)

    @property
    def codes(self) -> CodeArray:
        """The values of a ``category`` or ``text`` column."""
        return self.values.astype(np.int32, copy=False)


def _empty_codes() -> CodeArray:
    return np.empty(0, dtype=np.int32)


def _empty_times() -> IntArray:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Activities:
    """What leads did, sorted by lead and then by `occurred_at`.

    Parameters
    ----------
    offsets
        int64, shape (leads + 1,).
    type
        int32 codes into `types`, shape (activities,).
    occurred_at, known_at
        int64 microseconds. `known_at` is the later of `occurred_at` and `recorded_at`: a score as of T may
        use the activity only when ``known_at <= T``.
    topic
        int32 codes into `topics`, -1 where there is none.
    value
        float64, NaN where there is none.
    """

    offsets: IntArray
    type: CodeArray = field(default_factory=_empty_codes)
    types: tuple[str, ...] = ()
    occurred_at: IntArray = field(default_factory=_empty_times)
    known_at: IntArray = field(default_factory=_empty_times)
    topic: CodeArray = field(default_factory=_empty_codes)
    topics: tuple[str, ...] = ()
    value: FloatArray = field(default_factory=lambda: np.empty(0, dtype=np.float64))

    @classmethod
    def none(cls, leads: int) -> Activities:
        """Return the table of leads that did nothing."""
        return cls(offsets=np.zeros(leads + 1, dtype=np.int64))

    def take(self, kept: BoolArray | IntArray, offsets: IntArray) -> Activities:
        """Return the chosen activities, whose leads begin at `offsets`; the words stay as they are."""
        return replace(
            self, offsets=offsets, type=self.type[kept], occurred_at=self.occurred_at[kept],
            known_at=self.known_at[kept], topic=self.topic[kept], value=self.value[kept],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.type)


@dataclass(frozen=True, slots=True)
class Stages:
    """Which stages leads entered, sorted by lead, `entered_at`, `known_at`; ties keep the input's order.

    Fields as in :class:`Activities`; `reason` holds int32 codes into `reasons`, -1 where there is none.
    """

    offsets: IntArray
    stage: CodeArray = field(default_factory=_empty_codes)
    stages: tuple[str, ...] = ()
    entered_at: IntArray = field(default_factory=_empty_times)
    known_at: IntArray = field(default_factory=_empty_times)
    reason: CodeArray = field(default_factory=_empty_codes)
    reasons: tuple[str, ...] = ()

    @classmethod
    def none(cls, leads: int) -> Stages:
        """Return the table of leads of which no stage is known."""
        return cls(offsets=np.zeros(leads + 1, dtype=np.int64))

    def take(self, kept: BoolArray | IntArray, offsets: IntArray) -> Stages:
        """Return the chosen entries, whose leads begin at `offsets`; the words stay as they are."""
        return replace(
            self, offsets=offsets, stage=self.stage[kept], entered_at=self.entered_at[kept],
            known_at=self.known_at[kept], reason=self.reason[kept],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.stage)


@dataclass(frozen=True, slots=True)
class LeadTables:
    """The three tables of one set of leads.

    Parameters
    ----------
    lead_id
        Unique strings, dtype object, shape (leads,).
    created_at
        int64 microseconds, `NO_TIME` where unknown.
    columns
        User attributes by the name they have in the user's table.
    order
        float64, shape (leads,): any quantity that grows with time, for flat tables without a creation date
        (the row number, a lead number); None where `created_at` says it.
    source_row
        int64: the row of the user's table each lead came from, counted from 0.
    """

    lead_id: NDArray[np.object_]
    created_at: IntArray
    columns: Mapping[str, Column]
    activities: Activities
    stages: Stages
    source_row: IntArray
    order: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.lead_id)
