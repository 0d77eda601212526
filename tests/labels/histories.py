"""Stage histories in days, for the tests of snapshots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qualify.leads.tables import MICROSECONDS_A_DAY, Activities, LeadTables, Stages

Entry = tuple[str, float, float]
"""A stage, the day on which it was entered, and the day on which the CRM knew."""

NAMES = ("Inquiry", "Lost", "MQL", "SQL", "Won")


def micros(day: float) -> int:
    return round(day * MICROSECONDS_A_DAY)


def days(times: np.ndarray) -> list[float]:
    return (np.asarray(times) / MICROSECONDS_A_DAY).tolist()


def history(*leads: tuple[float, Sequence[Entry]], end: float | None = None) -> LeadTables:
    """Tables of leads given as (day of creation, entries); `end` adds a visit by which the data end."""
    count = len(leads)
    rows = [
        (lead, NAMES.index(name), micros(entered), micros(max(entered, known)))
        for lead, (_, entries) in enumerate(leads)
        for name, entered, known in sorted(entries, key=lambda entry: entry[1])
    ]
    sizes = np.bincount([row[0] for row in rows], minlength=count) if rows else np.zeros(count, int)
    visits = [] if end is None else [micros(end)]
    return LeadTables(
        lead_id=np.array([f"L{i}" for i in range(count)], dtype=object),
        created_at=np.array([micros(created) for created, _ in leads], dtype=np.int64),
        columns={},
        activities=Activities(
            offsets=np.array([0, *[len(visits)] * count], dtype=np.int64),
            type=np.zeros(len(visits), dtype=np.int32),
            types=("visit",),
            occurred_at=np.array(visits, dtype=np.int64),
            known_at=np.array(visits, dtype=np.int64),
            topic=np.full(len(visits), -1, dtype=np.int32),
            value=np.full(len(visits), np.nan),
        ),
        stages=Stages(
            offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            stage=np.array([row[1] for row in rows], dtype=np.int32),
            stages=NAMES,
            entered_at=np.array([row[2] for row in rows], dtype=np.int64),
            known_at=np.array([row[3] for row in rows], dtype=np.int64),
            reason=np.full(len(rows), -1, dtype=np.int32),
        ),
        source_row=np.arange(count),
    )


def known_by(tables: LeadTables, moment: int) -> LeadTables:
    """What the tables held at a moment; leads keep their positions, later ones have no date of creation."""
    kept = tables.stages.known_at <= moment
    before = np.concatenate([[0], np.cumsum(kept)])
    stages = Stages(
        offsets=before[tables.stages.offsets],
        stage=tables.stages.stage[kept],
        stages=tables.stages.stages,
        entered_at=tables.stages.entered_at[kept],
        known_at=tables.stages.known_at[kept],
        reason=tables.stages.reason[kept],
    )
    count = len(tables)
    # A visit at the moment itself, so that both tables end where they are compared.
    visit = Activities(
        offsets=np.array([0, *[1] * count], dtype=np.int64),
        type=np.zeros(1, dtype=np.int32),
        types=("visit",),
        occurred_at=np.array([moment], dtype=np.int64),
        known_at=np.array([moment], dtype=np.int64),
        topic=np.full(1, -1, dtype=np.int32),
        value=np.full(1, np.nan),
    )
    born = tables.created_at <= moment
    return LeadTables(
        lead_id=tables.lead_id,
        created_at=np.where(born, tables.created_at, np.iinfo(np.int64).min),
        columns={},
        activities=visit,
        stages=stages,
        source_row=tables.source_row,
    )
