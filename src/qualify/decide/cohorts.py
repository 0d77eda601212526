"""Cohorts: units that began at a time and reached an outcome, or have not yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from qualify.leads.tables import NO_TIME, BoolArray, FloatArray, IntArray, LeadTables

__all__ = ["Cohort", "entry_cohort", "first_times", "last_known", "matched_cohort", "stage_entries"]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Units (leads, mails, registrations), all arrays of shape (units,).

    Parameters
    ----------
    lead
        Position of the lead.
    start
        When the unit began, microseconds.
    done
        When it first reached its outcome, as far as is known now; `NO_TIME` where it has not.
    """

    lead: IntArray
    start: IntArray
    done: IntArray

    def __len__(self) -> int:
        return len(self.lead)

    def only(self, kept: BoolArray) -> Cohort:
        """Return the units where `kept`."""
        return Cohort(self.lead[kept], self.start[kept], self.done[kept])

    def mature(self, within: int, now: int) -> BoolArray:
        """Say which units were watched for `within` microseconds: of the others, silence says nothing."""
        old: BoolArray = self.start + within <= now
        return old

    def reached(self, within: int) -> BoolArray:
        """Say which units reached the outcome within so many microseconds."""
        made: BoolArray = (self.done != NO_TIME) & (self.done - self.start <= within)
        return made

    def waits(self, now: int) -> tuple[FloatArray, BoolArray]:
        """Return how long each unit took or has waited until now, in hours, and which still wait."""
        waiting = self.done == NO_TIME
        end = np.where(waiting, now, self.done)
        return (end - self.start) / 3.6e9, waiting


def stage_entries(tables: LeadTables, names: tuple[str, ...], now: int) -> tuple[IntArray, IntArray]:
    """Return lead and time of each entry into one of the stages, as known now.

    Two clocks: an entry counts once the CRM has recorded it, and is dated when it happened.
    """
    stages = tables.stages
    wanted = np.array([name in names for name in stages.stages], dtype=bool)
    if not wanted.any():
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    lead = np.repeat(np.arange(len(tables)), np.diff(stages.offsets))
    kept = wanted[stages.stage] & (stages.known_at <= now)
    return lead[kept], stages.entered_at[kept]


def first_times(lead: IntArray, at: IntArray, leads: int) -> IntArray:
    """Return the earliest time of each lead, `NO_TIME` where it has none."""
    latest = int(np.iinfo(np.int64).max)
    found = np.full(leads, latest, dtype=np.int64)
    np.minimum.at(found, lead, at)
    return np.where(found == latest, NO_TIME, found)


def entry_cohort(start: IntArray, done: IntArray) -> Cohort:
    """Return the leads that have a start; an outcome before its start is none that followed from it."""
    lead = np.flatnonzero(start != NO_TIME)
    began, ended = start[lead], done[lead]
    return Cohort(lead, began, np.where(ended >= began, ended, NO_TIME))


def last_known(tables: LeadTables, now: datetime) -> datetime:
    """Return when the last activity or stage became known, at most `now`; `now` where there is none.

    Tables of an export end there. What they say nothing of after that has not failed to happen.
    """
    moment = round(now.timestamp() * 1e6)
    times = [part.known_at[part.known_at <= moment] for part in (tables.activities, tables.stages)]
    known = np.concatenate(times)
    return datetime.fromtimestamp(int(known.max()) / 1e6, UTC) if len(known) else now


def matched_cohort(tables: LeadTables, first: BoolArray, then: BoolArray, now: int) -> Cohort:
    """Return every activity of the first kind with the earliest of the second kind that answers it.

    An answer belongs to the latest activity of the first kind before it of the same lead and topic: an opened
    mail to the mail of that name that was sent last. Where the two kinds share no topic, topics play no part.

    Parameters
    ----------
    first, then
        Which types are of the first and of the second kind, shape (types,).
    """
    acts = tables.activities
    used = np.flatnonzero((first | then)[acts.type] & (acts.known_at <= now))
    lead = np.repeat(np.arange(len(tables)), np.diff(acts.offsets))[used]
    topic, at, opens = acts.topic[used], acts.occurred_at[used], first[acts.type[used]]
    if not len(np.setdiff1d(np.intersect1d(topic[opens], topic[~opens]), [-1])):
        topic = np.zeros_like(topic)
    order = np.lexsort((~opens, at, topic, lead))
    lead, topic, at, opens = lead[order], topic[order], at[order], opens[order]
    latest = np.cumsum(opens) - 1
    starts = np.flatnonzero(opens)
    answers = np.flatnonzero(~opens & (latest >= 0))
    begun = starts[latest[answers]]
    same = (lead[begun] == lead[answers]) & (topic[begun] == topic[answers])
    answered, place = np.unique(latest[answers][same], return_index=True)
    done = np.full(len(starts), NO_TIME, dtype=np.int64)
    done[answered] = at[answers][same][place]
    return Cohort(lead[starts], at[starts], done)
