"""Points in the past from which a pipeline is tried: what was known then, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from qualify.config import Target
from qualify.errors import DataError
from qualify.features.kernel import first_known
from qualify.labels.flat import column_label
from qualify.labels.snapshots import end_of_data, next_entry, stage_label
from qualify.labels.split import lead_order
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, FloatArray, IntArray, LeadTables
from qualify.rules import draft_scorecard
from training.cut import known_at, take_leads
from training.data import Loaded, lead_time
from training.initial.scorecards import earlier_rows, split_point

BLOCKS_A_DOUBLING = 4
"""Origins of a flat table lie where its size was 100 · 2^(k/4): where they lie depends on nothing later."""
FIRST_BLOCK = 100

LEARNING_SHARE = 0.25
"""How much of the time in which outcomes can mature has to lie before the first origin."""

_THURSDAY = 3
"""The weekday of 1970-01-01, Monday being 0."""


@dataclass(frozen=True)
class Origin:
    """One point in the past.

    Parameters
    ----------
    name
        A day, or how many leads had come in.
    history
        What was known then; only the first target is left in its configuration.
    tables, lead, as_of
        The rows to be scored: lead positions in `tables`, and moments.
    label
        What came of them, 0 or 1.
    outcome_at
        When the outcome of those with label 1 came, in microseconds since 1970 (UTC), shape (rows,);
        `NO_TIME` for others, and where no such time is known.
    waiting, waiting_at
        All leads that were open then, also those of which no outcome is known: positions in `tables`, rising,
        and moments in microseconds; shape (leads,).
    """

    name: str
    history: Loaded
    tables: LeadTables
    lead: IntArray
    as_of: IntArray
    label: FloatArray
    outcome_at: IntArray
    waiting: IntArray
    waiting_at: IntArray

    @property
    def place(self) -> IntArray:
        """The place of each row's lead in the order in which leads came in; shape (rows,)."""
        return self.place_of(self.lead)

    def place_of(self, lead: IntArray) -> IntArray:
        """Return the places, from 0, of leads by time of creation, else by the table; shape as `lead`."""
        return lead_order(lead_time(self.tables))[lead]

    def take(self, kept: BoolArray) -> Origin:
        """Return the origin with some of its rows."""
        return replace(
            self, lead=self.lead[kept], as_of=self.as_of[kept], label=self.label[kept],
            outcome_at=self.outcome_at[kept],
        )  # fmt: skip


def origins_of(loaded: Loaded, count: int) -> Iterator[Origin]:
    """Yield up to `count` origins in time order.

    For an event history they are the latest beginnings of months (of weeks, where there are too few months;
    else of days) whose outcomes have matured, so that more data add origins and change none. Those of a flat
    table lie at fixed numbers of leads, the latest of them; each is judged on the leads up to the next.

    Raises
    ------
    DataError
        The history is too short for the horizon.
    """
    config = loaded.config.model_copy(update={"targets": loaded.config.targets[:1]})
    loaded = replace(loaded, config=config)
    if config.flat:
        yield from _flat_origins(loaded, count)
        return
    for moment in moments_of(loaded, count):
        yield staged_origin(loaded, moment)


def moments_of(loaded: Loaded, count: int) -> list[int]:
    """Return the moments of the origins of an event history.

    Raises
    ------
    DataError
        The history is too short for the horizon.
    """
    horizon = horizon_of(loaded.config.targets[0])
    begin, end = int(loaded.tables.created_at.min()), end_of_data(loaded.tables)
    latest = end - horizon
    earliest = begin + horizon + int(LEARNING_SHARE * (latest - begin - horizon))
    found = _calendar(earliest, latest, count) if latest > begin + horizon else []
    if not found:
        raise DataError(
            "the history is too short to look back", where=f"target {loaded.config.targets[0].name}",
            got=f"{(end - begin) / MICROSECONDS_A_DAY:.0f} days",
            expected=f"clearly more than two horizons of {horizon / MICROSECONDS_A_DAY:.0f} days",
            mend="shorten `within_days`, or bring a longer history",
        )  # fmt: skip
    return found


def _calendar(earliest: int, latest: int, count: int) -> list[int]:
    """Return the latest beginnings of months, weeks or days (the longest of which there are enough)."""
    first, last = (np.datetime64(t, "us") for t in (earliest, latest))
    months = np.arange(first.astype("M8[M]"), last.astype("M8[M]") + 1).astype("M8[us]")
    days = np.arange(first.astype("M8[D]"), last.astype("M8[D]") + 1)
    weeks = days[(days.astype(np.int64) + _THURSDAY) % 7 == 0].astype("M8[us]")
    inside = [step[(step >= first) & (step <= last)] for step in (months, weeks, days.astype("M8[us]"))]
    chosen = next((step for step in inside if len(step) >= count), inside[-1])
    return [int(t) for t in chosen[-count:].astype(np.int64)]


def staged_origin(loaded: Loaded, moment: int) -> Origin:
    """Return the leads open at a moment, as they were known then, and what came of them in one horizon."""
    target, horizon = loaded.config.targets[0], horizon_of(loaded.config.targets[0])
    known = known_at(loaded.tables, moment)
    closing = [name == target.stage or name in loaded.config.stages.closed for name in known.stages.stages]
    lead = np.flatnonzero(first_known(known.stages, np.array(closing, dtype=bool)) == NO_TIME)
    as_of = np.full(len(lead), moment, dtype=np.int64)
    # Outcomes count as they were known when the horizon had passed, so that later records change no figure.
    matured = moment + horizon
    position = _later_position(loaded.tables, lead, moment, matured)
    later = known_at(loaded.tables, matured)
    label = stage_label(later, target, position, as_of, matured)
    outcome_at = np.where(label == 1, next_entry(later, target, position, as_of), NO_TIME)
    name = str(np.datetime64(moment, "us").astype("M8[D]"))
    found = Origin(name, replace(loaded, tables=known), known, lead, as_of, label, outcome_at, lead, as_of)
    return found.take(~np.isnan(label))


def _later_position(tables: LeadTables, lead: IntArray, moment: int, later_moment: int) -> IntArray:
    """Translate lead positions in the tables cut at a moment into those of the tables cut later."""
    created = tables.created_at
    then = np.flatnonzero((created == NO_TIME) | (created <= moment))
    later = np.flatnonzero((created == NO_TIME) | (created <= later_moment))
    return np.searchsorted(later, then[lead])


def horizon_of(target: Target) -> int:
    """Return microseconds until an outcome is known; 0 for label columns."""
    return int((target.within_days or 0) * MICROSECONDS_A_DAY)


def _flat_origins(loaded: Loaded, count: int) -> Iterator[Origin]:
    tables, target = loaded.tables, loaded.config.targets[0]
    place = lead_order(lead_time(tables))
    for begin, end in flat_blocks(len(tables), count):
        # Leads that came later stay unseen, so that nothing can depend on them.
        inside = np.flatnonzero(place < end)
        seen = take_leads(tables, inside)
        label = column_label(seen.columns[str(target.column)], target)
        lead = np.flatnonzero(place[inside] >= begin)
        as_of = np.where(seen.created_at == NO_TIME, 0, seen.created_at)[lead]
        history = replace(loaded, tables=take_leads(tables, np.flatnonzero(place < begin)))
        untold = np.full(len(lead), NO_TIME, dtype=np.int64)
        found = Origin(f"{begin:,} leads", history, seen, lead, as_of, label[lead], untold, lead, as_of)
        yield found.take(~np.isnan(found.label))


def flat_blocks(leads: int, count: int) -> list[tuple[int, int]]:
    """Return the latest blocks of leads, by order, that so many leads fill.

    Examples
    --------
    >>> flat_blocks(250, 2), flat_blocks(400, 2)
    ([(168, 200), (200, 238)], [(283, 336), (336, 400)])

    Raises
    ------
    DataError
        There are too few leads.
    """
    ends = FIRST_BLOCK * 2.0 ** (np.arange(1, 4 * 32) / BLOCKS_A_DOUBLING)
    sizes = [FIRST_BLOCK, *np.rint(ends).astype(np.int64).tolist()]
    found = [(begin, end) for begin, end in pairwise(sizes) if end <= leads]
    if not found:
        raise DataError("the history is too short to look back", where="leads table", got=f"{leads} leads",
                        expected=f"at least {sizes[1]}", mend="bring a longer history")  # fmt: skip
    return found[-count:]


def redrafted(history: Loaded) -> Loaded:
    """Draft the scorecard anew where it was drafted from data: the given one knows outcomes of later leads.

    Raises
    ------
    ConfigError
        The history shows nothing to draft from.
    """
    target = history.config.targets[0]
    if history.scorecard.drafted_before is None or target.column is None:
        return history
    label = column_label(history.tables.columns[target.column], target)
    time = lead_time(history.tables)
    rows = earlier_rows(time, label)
    before = split_point(history.tables, time, rows)
    return replace(
        history, scorecard=draft_scorecard(history.tables, label, rows, history.used, drafted_before=before)
    )
