"""What the ledger knows of sales' work, brought to the leads of the tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Config
from qualify.decide.sales_work import read_answers, sales_work
from qualify.decide.stage_roles import find_roles
from qualify.labels.worked import NEVER, Worked
from qualify.leads.tables import IntArray, LeadTables
from qualify.ledger.stored import stored_answers, stored_assignments

__all__ = ["Work", "first_signs", "load_work", "worked_of"]

_SIGNS = ("accepted", "meeting", "rejected", "recycled")
"""Stages that only a lead in work reaches. A deal that came by itself is none: its like is unknown."""

_OF_ANSWERS = ["lead_id", "at", "undone"]


@dataclass(frozen=True)
class Work:
    """Tables of the ledger: who was to be worked, and what sales answered (see `qualify.ledger.Ledger`)."""

    assignments: pa.Table
    answers: pa.Table | None = None

    def digest(self) -> str:
        """Return a SHA-256 over what changes labels and weights."""
        found = hashlib.sha256()
        answers = [] if self.answers is None else [self.answers.select(_OF_ANSWERS)]
        for table in (self.assignments, *answers):
            for column in table.itercolumns():
                found.update("\n".join(map(str, column.cast(pa.string()).to_pylist())).encode())
        return found.hexdigest()


def load_work(config: Config, folder: Path, until: datetime | None = None) -> Work | None:
    """Read what the ledger knows, or knew; None where no lead is picked by lot, or none was scored.

    Raises
    ------
    LedgerUnavailable
        The database does not answer.
    """
    if config.exploration == 0:
        return None
    assignments = stored_assignments(config, folder, until)
    if assignments is None or assignments.num_rows == 0:
        return None
    return Work(assignments, stored_answers(config, folder, until))


def worked_of(config: Config, tables: LeadTables, work: Work) -> Worked:
    """Return by lead of the tables who was to be worked, and who was."""
    given = work.assignments
    place = pc.index_in(given["lead_id"], value_set=pa.array(tables.lead_id, pa.string()))
    lead = place.fill_null(-1).to_numpy().astype(np.int64)
    there = lead >= 0

    def by_lead(name: str) -> IntArray:
        found = np.full(len(tables), NEVER, dtype=np.int64)
        times = given[name].cast(pa.int64()).fill_null(NEVER).to_numpy()
        found[lead[there]] = times[there]
        return found

    chance = np.ones(len(tables))
    chance[lead[there]] = given["chance"].to_numpy()[there]
    return Worked(
        by_lead("scored_at"), by_lead("selected_at"), by_lead("picked_at"),
        first_signs(config, tables, work.answers), chance,
    )  # fmt: skip


def first_signs(config: Config, tables: LeadTables, answers: pa.Table | None) -> IntArray:
    """Return when sales were first seen at work on each lead: an answer, a call, a meeting or a stage."""
    lead, at = sales_work(tables, read_answers(answers, tables, NEVER), NEVER)
    first = np.full(len(tables), NEVER, dtype=np.int64)
    np.minimum.at(first, lead, at)
    stages = tables.stages
    roles = find_roles(config.stages, config.targets, stages.stages)
    wanted = {roles[role] for role in _SIGNS if role in roles} - {each.stage for each in config.targets}
    shows = np.array([name in wanted for name in stages.stages], dtype=bool)
    if shows.any():
        owner = np.repeat(np.arange(len(tables)), np.diff(stages.offsets))
        kept = shows[stages.stage]
        np.minimum.at(first, owner[kept], stages.entered_at[kept])
    return first
