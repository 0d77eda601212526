"""Training rows of an event history: each lead as it was known at several moments of its open life.

Moments are the creation, one day later, each stage entry, and a calendar grid of every k days (the moments at
which a nightly job will look). One moment after the lead was decided is kept too, outside every evaluation,
so that the model knows what a decided lead looks like. Rows of one lead stay together in every split and
every bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qualify.config import Target
from qualify.features.kernel import first_known
from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    BoolArray,
    FloatArray,
    IntArray,
    LeadTables,
)

DECIDED_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Rows to learn from, and their outcomes.

    Parameters
    ----------
    rows, as_of
        Lead position and moment of each row.
    open
        Whether the lead was undecided then: only open rows are evaluated.
    labels
        By target: 1 entered within the horizon, 0 not, NaN censored (the horizon has not passed by the end of
        data).
    """

    rows: IntArray
    as_of: IntArray
    open: BoolArray
    labels: dict[str, FloatArray]


def end_of_data(tables: LeadTables) -> int:
    """Return the last moment of which the tables know anything (microseconds)."""
    times = [tables.created_at, tables.activities.known_at, tables.stages.known_at]
    return max((int(t.max()) for t in times if len(t)), default=NO_TIME)


def stage_label(tables: LeadTables, target: Target, rows: IntArray, as_of: IntArray, end: int) -> FloatArray:
    """Return whether each row's lead enters the target stage after `as_of` and within the horizon.

    A row whose horizon ends after `end` is censored (NaN), whatever is known already: keeping the early
    winners and dropping the rest would teach that winning is quick and common. So is a row whose lead had
    just entered the stage when nobody had recorded it yet: there is nothing left to predict, and calling the
    hottest moments negative would teach the opposite of what they mean.
    """
    horizon = _horizon(target)
    matured = as_of + horizon <= end
    following, recorded = _around(tables, target, rows, as_of)
    found = (following != NO_TIME) & (following <= as_of + horizon)
    return np.where(matured & (recorded <= as_of), found.astype(np.float64), np.nan)


def next_entry(tables: LeadTables, target: Target, rows: IntArray, as_of: IntArray) -> IntArray:
    """Return when each row's lead first enters the target stage after `as_of`.

    In microseconds since 1970 (UTC), shape (rows,); `NO_TIME`: never.
    """
    return _around(tables, target, rows, as_of)[0]


def _around(tables: LeadTables, target: Target, rows: IntArray, as_of: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first entry of the target stage after `as_of`, and when the one before it was recorded.

    `NO_TIME` where there is none.
    """
    wanted = np.array([name == target.stage for name in tables.stages.stages], dtype=bool)
    hits = np.flatnonzero(wanted[tables.stages.stage])
    none = np.full(len(rows), NO_TIME, dtype=np.int64)
    if not len(hits):
        return none, none
    # The entries of the stage are sorted by lead and time: the first one after `as_of` is found by bisection.
    lead = np.searchsorted(tables.stages.offsets, hits, side="right") - 1
    entered, known = tables.stages.entered_at[hits], tables.stages.known_at[hits]
    position = _search_pairs(lead, entered, rows, as_of)
    following, last = np.minimum(position, len(hits) - 1), np.maximum(position - 1, 0)
    comes = (position < len(hits)) & (lead[following] == rows)
    came = (position > 0) & (lead[last] == rows)
    return np.where(comes, entered[following], none), np.where(came, known[last], none)


def _horizon(target: Target) -> int:
    return int((target.within_days or 0) * MICROSECONDS_A_DAY)


def _search_pairs(lead: IntArray, time: IntArray, rows: IntArray, as_of: IntArray) -> IntArray:
    """Return the position of the first (lead, time) pair greater than each (row, as_of)."""
    starts = np.searchsorted(lead, rows, side="left")
    stops = np.searchsorted(lead, rows, side="right")
    while np.any(starts < stops):
        middle = (starts + stops) // 2
        later = np.zeros(len(rows), dtype=bool)
        active = starts < stops
        later[active] = time[middle[active]] <= as_of[active]
        starts = np.where(active & later, middle + 1, starts)
        stops = np.where(active & ~later, middle, stops)
    return starts


def take_snapshots(
    tables: LeadTables,
    targets: Sequence[Target],
    closed: Sequence[str],
    every_days: float,
    per_lead: int,
    *,
    end: int | None = None,
) -> Snapshots:
    """Choose the moments, and label them.

    Parameters
    ----------
    targets, closed
        What is predicted, the first one deciding a lead; further stages that do.
    every_days, per_lead
        See `qualify.config.Training`.
    end
        The end of the data of which the tables are a part; None: they are the whole.
    """
    end = end_of_data(tables) if end is None else end
    decided = _first_decision(tables, targets[0], closed)
    rows, as_of = _moments(tables, decided, end, every_days, per_lead)
    closing = np.flatnonzero((decided != NO_TIME) & (decided <= end))
    all_rows = np.concatenate([rows, closing])
    all_times = np.concatenate([as_of, decided[closing]])
    is_open = np.concatenate([np.ones(len(rows), bool), np.zeros(len(closing), bool)])
    order = np.lexsort((all_times, all_rows))
    all_rows, all_times, is_open = all_rows[order], all_times[order], is_open[order]
    labels = {t.name: stage_label(tables, t, all_rows, all_times, end) for t in targets}
    return Snapshots(all_rows, all_times, is_open, labels)


def _first_decision(tables: LeadTables, target: Target, closed: Sequence[str]) -> IntArray:
    """Return when it was first known of each lead that it entered the target stage or was closed."""
    wanted = np.array([name == target.stage or name in closed for name in tables.stages.stages], dtype=bool)
    return first_known(tables.stages, wanted)


def _moments(
    tables: LeadTables, decided: IntArray, end: int, every_days: float, per_lead: int
) -> tuple[IntArray, IntArray]:
    """Return the moments of each lead's open life, sorted by lead and time.

    Whether a moment is taken depends on nothing that happens after it. (An even choice of all the moments of
    a lead would: leads that are decided early have few, so theirs would be kept more often, and every
    probability at the creation would come out too high.) So the calendar grid widens with age, and stage
    entries count from the first.
    """
    leads = np.arange(len(tables))
    created = tables.created_at
    last = np.where(decided == NO_TIME, end, np.minimum(decided - 1, end))
    step = int(every_days * MICROSECONDS_A_DAY)
    candidates = [(leads, created), (leads, created + MICROSECONDS_A_DAY), _first_stages(tables, per_lead)]
    first = created // step + 1
    for j in _widening(per_lead):
        candidates.append((leads, (first + j) * step))
    rows = np.concatenate([r for r, _ in candidates])
    times = np.concatenate([t for _, t in candidates])
    kept = (created[rows] != NO_TIME) & (times >= created[rows]) & (times <= last[rows])
    return _distinct(rows[kept], times[kept])


def _widening(count: int) -> list[int]:
    """Return grid positions whose distance doubles every second time: 0, 1, 2, 4, 6, 10, 14, 22, ..."""
    found, gap = [0], 1
    while len(found) < count:
        found += [found[-1] + gap, found[-1] + 2 * gap]
        gap *= 2
    return found[:count]


def _first_stages(tables: LeadTables, count: int) -> tuple[IntArray, IntArray]:
    """Return (lead, moment known) of the `count` stage entries of each lead that were known first."""
    sizes = np.diff(tables.stages.offsets)
    lead = np.repeat(np.arange(len(tables)), sizes)
    # In the order in which they were entered, one that was recorded late would take another's place.
    known = tables.stages.known_at[np.lexsort((tables.stages.known_at, lead))]
    rank = np.arange(len(lead)) - np.repeat(tables.stages.offsets[:-1], sizes)
    return lead[rank < count], known[rank < count]


def _distinct(rows: IntArray, times: IntArray) -> tuple[IntArray, IntArray]:
    order = np.lexsort((times, rows))
    rows, times = rows[order], times[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (times[1:] != times[:-1])
    return rows[new], times[new]


def row_weights(is_open: BoolArray) -> FloatArray:
    """Return the weights of rows: 1, and `DECIDED_WEIGHT` for decided leads."""
    return np.where(is_open, 1.0, DECIDED_WEIGHT)
