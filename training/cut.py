"""Tables as they were known at a moment, or as they were when fewer leads had come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qualify.leads.tables import (
    NO_TIME,
    Activities,
    BoolArray,
    CodeArray,
    Column,
    IntArray,
    LeadTables,
    Stages,
)


def known_at(tables: LeadTables, moment: int) -> LeadTables:
    """Return what the tables held at a moment: the same as if they had been exported then.

    Parameters
    ----------
    tables
        The whole history.
    moment
        Microseconds since 1970 (UTC).

    Returns
    -------
    LeadTables
        Leads created later are gone, and so are activities and stage entries known later, and every word (an
        activity type, a stage, a category) that nothing left over uses. Dates after the moment are missing:
        they were not known then, or are plans whose entry nobody dated. Other attributes carry no time and
        stay as they are; leads without a creation date stay too.
    """
    created = (tables.created_at == NO_TIME) | (tables.created_at <= moment)
    kept = take_leads(tables, np.flatnonzero(created))
    return replace(
        kept,
        columns={name: _without_later(column, moment) for name, column in kept.columns.items()},
        activities=_take_activities(kept.activities, kept.activities.known_at <= moment),
        stages=_take_stages(kept.stages, kept.stages.known_at <= moment),
    )


def take_leads(tables: LeadTables, leads: IntArray) -> LeadTables:
    """Return the tables of some leads, by rising position, with only the words that they use."""
    of_lead = np.zeros(len(tables), dtype=bool)
    of_lead[leads] = True
    return LeadTables(
        lead_id=tables.lead_id[leads],
        created_at=tables.created_at[leads],
        columns={name: _take_column(column, leads) for name, column in tables.columns.items()},
        activities=_of_leads(tables.activities, of_lead),
        stages=_stages_of_leads(tables.stages, of_lead),
        source_row=tables.source_row[leads],
        order=None if tables.order is None else tables.order[leads],
    )


def _of_leads(activities: Activities, of_lead: BoolArray) -> Activities:
    sizes = np.diff(activities.offsets)
    taken = _take_activities(activities, np.repeat(of_lead, sizes))
    return replace(taken, offsets=_offsets(sizes[of_lead]))


def _stages_of_leads(stages: Stages, of_lead: BoolArray) -> Stages:
    sizes = np.diff(stages.offsets)
    taken = _take_stages(stages, np.repeat(of_lead, sizes))
    return replace(taken, offsets=_offsets(sizes[of_lead]))


def _take_activities(activities: Activities, kept: BoolArray) -> Activities:
    taken = activities.take(kept, _counted(activities.offsets, kept))
    kind, types = _used_words(taken.type, taken.types)
    topic, topics = _used_words(taken.topic, taken.topics)
    return replace(taken, type=kind, types=types, topic=topic, topics=topics)


def _take_stages(stages: Stages, kept: BoolArray) -> Stages:
    taken = stages.take(kept, _counted(stages.offsets, kept))
    stage, names = _used_words(taken.stage, taken.stages)
    reason, reasons = _used_words(taken.reason, taken.reasons)
    return replace(taken, stage=stage, stages=names, reason=reason, reasons=reasons)


def _take_column(column: Column, leads: IntArray) -> Column:
    taken = column.take(leads)
    if column.kind not in ("category", "text"):
        return taken
    codes, words = _used_words(taken.values.astype(np.int32, copy=False), column.vocabulary)
    return Column(column.kind, codes, words)


def _without_later(column: Column, moment: int) -> Column:
    if column.kind != "date":
        return column
    return Column("date", np.where(column.values > moment, NO_TIME, column.values))


def _used_words(codes: CodeArray, words: Sequence[str]) -> tuple[CodeArray, tuple[str, ...]]:
    """Drop the words that no code stands for; the order of the others stays."""
    used = np.bincount(codes + 1, minlength=len(words) + 1)[1:] > 0
    renumbered = np.append(np.cumsum(used) - 1, -1).astype(np.int32)
    return renumbered[codes], tuple(word for word, keep in zip(words, used, strict=True) if keep)


def _counted(offsets: IntArray, kept: BoolArray) -> IntArray:
    """Return the offsets after rows were dropped."""
    before = np.append(0, np.cumsum(kept))
    return np.asarray(before[offsets], dtype=np.int64)


def _offsets(sizes: IntArray) -> IntArray:
    return np.append(0, np.cumsum(sizes)).astype(np.int64)
