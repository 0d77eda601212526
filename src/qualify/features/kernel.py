"""Activity windows in one pass: counts, decayed sums, recency, streaks and topics as of a moment.

The same compiled function serves one lead and a million. Each row of the result is computed alone, in the
order of the lead's own activities, so a lead gets the same bits in every batch.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from qualify.compiled import compiled
from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    Activities,
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    Stages,
)

SHORT_DAYS = 7
LONG_DAYS = 30
HALF_LIFE_DAYS = 14.0

TYPE_FEATURES = ("count_7d", "count_30d", "count_all", "decayed", "days_since", "value_sum")
"""What is computed for each activity type, in this order."""

TOTAL_FEATURES = (
    "count_7d",
    "count_30d",
    "count_all",
    "decayed",
    "days_since",
    "active_days_30d",
    "distinct_topics",
)
"""What is computed over all types together, in this order."""


ROWS_A_BLOCK = 512


@compiled()
def _windows(
    offsets: IntArray,
    kind: CodeArray,
    occurred_at: IntArray,
    known_at: IntArray,
    topic: CodeArray,
    topics: int,
    value: FloatArray,
    rows: IntArray,
    as_of: IntArray,
    types: int,
    first: int,
    stop: int,
    by_type: FloatArray,
    total: FloatArray,
) -> None:
    """Fill rows `first` to `stop`."""
    topic_seen_by = np.full(topics, -1, dtype=np.int64)
    for r in range(first, stop):
        now = as_of[r]
        for k in range(types):
            by_type[r, k, 4] = np.nan
        total[r, 4] = np.nan
        last_day = np.int64(-1)
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if known_at[i] > now:
                continue
            age = (now - occurred_at[i]) / MICROSECONDS_A_DAY
            short = 1.0 if age <= SHORT_DAYS else 0.0
            long = 1.0 if age <= LONG_DAYS else 0.0
            faded = 0.5 ** (age / HALF_LIFE_DAYS)
            total[r, 0] += short
            total[r, 1] += long
            total[r, 2] += 1.0
            total[r, 3] += faded
            total[r, 4] = age
            calendar_day = occurred_at[i] // MICROSECONDS_A_DAY
            if long > 0.0 and calendar_day != last_day:
                total[r, 5] += 1.0
                last_day = calendar_day
            if topic[i] >= 0 and topic_seen_by[topic[i]] != r:
                topic_seen_by[topic[i]] = r
                total[r, 6] += 1.0
            k = kind[i]
            if k >= 0:
                by_type[r, k, 0] += short
                by_type[r, k, 1] += long
                by_type[r, k, 2] += 1.0
                by_type[r, k, 3] += faded
                by_type[r, k, 4] = age
                if not np.isnan(value[i]):
                    by_type[r, k, 5] += value[i]


@compiled(parallel=True)
def _windows_by_blocks(
    offsets: IntArray,
    kind: CodeArray,
    occurred_at: IntArray,
    known_at: IntArray,
    topic: CodeArray,
    topics: int,
    value: FloatArray,
    rows: IntArray,
    as_of: IntArray,
    types: int,
    by_type: FloatArray,
    total: FloatArray,
) -> None:
    blocks = (len(rows) + ROWS_A_BLOCK - 1) // ROWS_A_BLOCK
    for block in prange(blocks):
        first = block * ROWS_A_BLOCK
        stop = min(len(rows), first + ROWS_A_BLOCK)
        _windows(
            offsets, kind, occurred_at, known_at, topic, topics, value, rows, as_of, types,
            first, stop, by_type, total,
        )  # fmt: skip


def activity_windows(
    activities: Activities, kind: CodeArray, types: int, rows: IntArray, as_of: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Compute the windows of :data:`TYPE_FEATURES` and :data:`TOTAL_FEATURES`.

    Parameters
    ----------
    activities
        Activities in CSR form, by lead and time.
    kind
        int32, shape (activities,): the type of each activity in the model's own vocabulary, -1 for types that
        the model does not know (they count in the totals only).
    types
        Size of the model's vocabulary.
    rows, as_of
        Lead position and moment (microseconds) of each row.

    Returns
    -------
    by_type
        float64, shape (rows, types, len(TYPE_FEATURES)).
    total
        float64, shape (rows, len(TOTAL_FEATURES)).
    """
    by_type = np.zeros((len(rows), types, len(TYPE_FEATURES)))
    total = np.zeros((len(rows), len(TOTAL_FEATURES)))
    acts = activities
    given = (acts.offsets, kind, acts.occurred_at, acts.known_at, acts.topic, len(acts.topics), acts.value,
             rows, as_of, types)  # fmt: skip
    if len(rows) <= ROWS_A_BLOCK:
        # One block: waking other threads would take longer than the work.
        _windows(*given, 0, len(rows), by_type, total)
    else:
        _windows_by_blocks(*given, by_type, total)
    return by_type, total


_TILE = 64
"""Rows that are turned into columns at once: their lines stay in the first-level cache."""


@compiled()
def _turn(values: FloatArray, chosen: IntArray, out: FloatArray) -> None:
    for first in range(0, len(values), _TILE):
        for column in range(len(chosen)):
            for row in range(first, min(first + _TILE, len(values))):
                out[column, row] = values[row, chosen[column]]


def columns_of(values: FloatArray, chosen: IntArray) -> FloatArray:
    """Return some columns of an array as rows in C order, shape (chosen, rows)."""
    if len(values) <= ROWS_A_BLOCK:
        return np.ascontiguousarray(values.T[chosen])
    out = np.empty((len(chosen), len(values)))
    _turn(values, chosen, out)
    return out


@compiled()
def _current_stage(
    offsets: IntArray,
    stage: CodeArray,
    entered_at: IntArray,
    known_at: IntArray,
    rows: IntArray,
    as_of: IntArray,
    current: CodeArray,
    standing: FloatArray,
) -> None:
    for r in range(len(rows)):
        current[r], standing[0, r], standing[1, r] = -1, np.nan, 0.0
        for i in range(offsets[rows[r]], offsets[rows[r] + 1]):
            if known_at[i] <= as_of[r] and entered_at[i] <= as_of[r]:
                current[r] = stage[i]
                standing[0, r] = (as_of[r] - entered_at[i]) / MICROSECONDS_A_DAY
                standing[1, r] += 1.0


def current_stage(stages: Stages, rows: IntArray, as_of: IntArray) -> tuple[CodeArray, FloatArray]:
    """Return the last stage known at `as_of` (-1: none); and the days in it (NaN: none), the entries so far.

    Returns
    -------
    current
        int32, shape (rows,).
    standing
        float64, shape (2, rows).
    """
    current, standing = np.empty(len(rows), dtype=np.int32), np.empty((2, len(rows)))
    _current_stage(
        stages.offsets, stages.stage, stages.entered_at, stages.known_at, rows, as_of, current, standing
    )
    return current, standing


@compiled()
def _clock(created: IntArray, offset: IntArray, as_of: IntArray, timed: bool, out: FloatArray) -> None:
    for r in range(len(created)):
        if created[r] == NO_TIME:
            out[:, r] = np.nan
            continue
        local = created[r] + offset[r]
        out[0, r] = (as_of[r] - created[r]) / MICROSECONDS_A_DAY
        out[1, r] = (local // MICROSECONDS_A_DAY + 3) % 7
        out[2, r] = (local % MICROSECONDS_A_DAY) // 3_600_000_000 if timed else np.nan


def clock(created: IntArray, offset: IntArray, as_of: IntArray, timed: bool) -> FloatArray:
    """Return the days since the creation, its weekday (0: Monday) and its hour; NaN where it is unknown.

    Parameters
    ----------
    created, as_of
        Microseconds, shape (rows,).
    offset
        By how many microseconds the local time of each creation is ahead.
    timed
        Whether the hour is known.

    Returns
    -------
    ndarray of float64, shape (3, rows)
    """
    out = np.empty((3, len(created)))
    _clock(created, offset, as_of, timed, out)
    return out


def first_known(stages: Stages, wanted: BoolArray) -> IntArray:
    """Return when it was first known of each lead that it had entered one of the `wanted` stages (by code).

    `NO_TIME` where it never did. `wanted` has shape (len(stages.stages),).
    """
    leads = len(stages.offsets) - 1
    hits = np.flatnonzero(wanted[stages.stage]) if len(stages) else np.empty(0, dtype=np.int64)
    lead = np.searchsorted(stages.offsets, hits, side="right") - 1
    never = np.iinfo(np.int64).max
    known = np.full(leads, never, dtype=np.int64)
    np.minimum.at(known, lead, stages.known_at[hits])
    return np.where(known == never, NO_TIME, known)


def first_entry(stages: Stages, wanted: BoolArray) -> tuple[IntArray, IntArray]:
    """Return when each lead first entered one of the `wanted` stages (by code), and when that was known.

    `NO_TIME` where it never did. `wanted` has shape (len(stages.stages),).
    """
    leads = len(stages.offsets) - 1
    entered = np.full(leads, NO_TIME, dtype=np.int64)
    known = np.full(leads, NO_TIME, dtype=np.int64)
    hits = np.flatnonzero(wanted[stages.stage]) if len(stages) else np.empty(0, dtype=np.int64)
    lead = np.searchsorted(stages.offsets, hits, side="right") - 1
    unique, first = np.unique(lead, return_index=True)
    entered[unique] = stages.entered_at[hits[first]]
    known[unique] = stages.known_at[hits[first]]
    return entered, known
