"""Variants of one lead: with less known of it, with one more activity, with another attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qualify.leads.tables import (
    Activities,
    BoolArray,
    CodeArray,
    Column,
    IntArray,
    LeadTables,
    Stages,
)


def one_lead(tables: LeadTables, row: int) -> LeadTables:
    """Return the tables of one lead alone."""
    acts, stages, place = tables.activities, tables.stages, np.array([row])
    done = np.arange(acts.offsets[row], acts.offsets[row + 1])
    entered = np.arange(stages.offsets[row], stages.offsets[row + 1])
    return LeadTables(
        lead_id=tables.lead_id[place],
        created_at=tables.created_at[place],
        columns={name: column.take(place) for name, column in tables.columns.items()},
        activities=acts.take(done, _from_zero(done)),
        stages=stages.take(entered, _from_zero(entered)),
        source_row=tables.source_row[place],
        order=None if tables.order is None else tables.order[place],
    )


def keep_events(lead: LeadTables, activities: BoolArray, stages: BoolArray) -> LeadTables:
    """Return one lead with some of its activities and stage entries (masks over them)."""
    done, entered = np.flatnonzero(activities), np.flatnonzero(stages)
    return replace(
        lead,
        activities=lead.activities.take(done, _from_zero(done)),
        stages=lead.stages.take(entered, _from_zero(entered)),
    )


def add_activity(lead: LeadTables, activity: str, at: int) -> LeadTables:
    """Return one lead that besides did this, at that time (microseconds), as its last activity."""
    acts = lead.activities
    types = acts.types if activity in acts.types else (*acts.types, activity)
    size = len(acts) + 1
    return replace(
        lead,
        activities=Activities(
            offsets=np.array([0, size], dtype=np.int64),
            type=np.append(acts.type, np.int32(types.index(activity))),
            types=types,
            occurred_at=np.append(acts.occurred_at, np.int64(at)),
            known_at=np.append(acts.known_at, np.int64(at)),
            topic=np.append(acts.topic, np.int32(-1)),
            topics=acts.topics,
            value=np.append(acts.value, np.nan),
        ),
    )


def with_value(lead: LeadTables, name: str, value: str | float) -> LeadTables:
    """Return one lead with another value of a number or category column."""
    column = lead.columns[name]
    if isinstance(value, str):
        words = column.vocabulary if value in column.vocabulary else (*column.vocabulary, value)
        changed = Column(column.kind, np.array([words.index(value)], dtype=np.int32), words)
    else:
        changed = replace(column, values=np.array([value], dtype=np.float64))
    return replace(lead, columns={**lead.columns, name: changed})


def stack(leads: Sequence[LeadTables]) -> LeadTables:
    """Return tables that hold several variants of one lead, to be scored in one go.

    They may differ in values, events and vocabularies, not in columns.
    """
    first = leads[0]
    return LeadTables(
        lead_id=np.concatenate([lead.lead_id for lead in leads]),
        created_at=np.concatenate([lead.created_at for lead in leads]),
        columns={name: _stacked_column([lead.columns[name] for lead in leads]) for name in first.columns},
        activities=_stacked_activities([lead.activities for lead in leads]),
        stages=_stacked_stages([lead.stages for lead in leads]),
        source_row=np.arange(len(leads), dtype=np.int64),
        order=None if first.order is None else np.concatenate([np.asarray(lead.order) for lead in leads]),
    )


def _from_zero(kept: IntArray) -> IntArray:
    """Return the offsets of one lead with so many events."""
    return np.array([0, len(kept)], dtype=np.int64)


def _stacked_column(columns: Sequence[Column]) -> Column:
    first = columns[0]
    if first.kind not in ("category", "text"):
        return replace(first, values=np.concatenate([column.values for column in columns]))
    codes, words = _united([column.codes for column in columns], [column.vocabulary for column in columns])
    return Column(first.kind, codes, words)


def _stacked_activities(parts: Sequence[Activities]) -> Activities:
    kinds, types = _united([part.type for part in parts], [part.types for part in parts])
    topic, topics = _united([part.topic for part in parts], [part.topics for part in parts])
    return Activities(
        offsets=_offsets([len(part) for part in parts]), type=kinds, types=types,
        occurred_at=np.concatenate([part.occurred_at for part in parts]),
        known_at=np.concatenate([part.known_at for part in parts]), topic=topic, topics=topics,
        value=np.concatenate([part.value for part in parts]),
    )  # fmt: skip


def _stacked_stages(parts: Sequence[Stages]) -> Stages:
    stage, stages = _united([part.stage for part in parts], [part.stages for part in parts])
    reason, reasons = _united([part.reason for part in parts], [part.reasons for part in parts])
    return Stages(
        offsets=_offsets([len(part) for part in parts]), stage=stage, stages=stages,
        entered_at=np.concatenate([part.entered_at for part in parts]),
        known_at=np.concatenate([part.known_at for part in parts]), reason=reason, reasons=reasons,
    )  # fmt: skip


def _offsets(sizes: Sequence[int]) -> IntArray:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


def _united(
    codes: Sequence[CodeArray], vocabularies: Sequence[tuple[str, ...]]
) -> tuple[CodeArray, tuple[str, ...]]:
    """Write codes of several vocabularies in one that holds all their words; -1 stays."""
    if all(words is vocabularies[0] for words in vocabularies):
        return np.concatenate(list(codes)), vocabularies[0]
    place = {word: code for code, word in enumerate(dict.fromkeys(w for ws in vocabularies for w in ws))}
    mapped = [
        np.array([*(place[word] for word in words), -1], dtype=np.int32)[code]
        for code, words in zip(codes, vocabularies, strict=True)
    ]
    return np.concatenate(mapped), tuple(place)
