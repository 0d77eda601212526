"""Which part of the population has an outcome at all, and who of it was worked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qualify.labels.snapshots import end_of_data
from qualify.labels.worked import NEVER
from qualify.leads.tables import NO_TIME, BoolArray, FloatArray
from training.data import Loaded
from training.initial.label import outcome_of
from training.origins import horizon_of
from training.selection import weigh
from training.work import first_signs

__all__ = ["Population", "WorkedCount", "describe_population"]


@dataclass(frozen=True, slots=True)
class WorkedCount:
    """Leads that sales were seen at work on, or were not, and how many of them have an outcome."""

    worked: bool
    leads: int
    known: int
    positives: int


@dataclass(frozen=True, slots=True)
class Population:
    """The leads of the tables by what is known of their outcome, each in one part.

    Parameters
    ----------
    leads, of_leads
        Leads that were read, and leads of the table: more, where a draw was read.
    positives, negatives
        With a known outcome, seen from their creation.
    young
        Whose horizon has not passed by the end of the data.
    unworked
        That neither score nor lot put on anybody's list, so that nobody was to find out.
    untold
        Of which the tables say nothing else: an empty label, no creation date, or the stage was there before.
    worked
        By whether sales were seen at work on the lead; empty where the tables show no work of sales.
    """

    leads: int
    of_leads: int
    positives: int
    negatives: int
    young: int
    unworked: int
    untold: int
    worked: tuple[WorkedCount, ...]

    @property
    def known(self) -> int:
        """Leads with a known outcome."""
        return self.positives + self.negatives

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "worked": [asdict(each) for each in self.worked]}


def describe_population(loaded: Loaded) -> Population:
    """Count the leads of the tables by what is known of the first target's outcome."""
    target, tables = loaded.config.targets[0], loaded.tables
    name, horizon, created = target.name, horizon_of(target), tables.created_at
    raw = outcome_of(tables, target)
    every = np.arange(len(tables), dtype=np.int64)
    label = weigh(loaded, every, created, {name: raw}, {name: horizon})[0][name]
    unknown = np.isnan(raw)
    young = unknown & (created != NO_TIME) & (created + horizon > end_of_data(tables))
    if target.column is not None:
        young[:] = False
    return Population(
        leads=len(tables), of_leads=len(tables) if loaded.read is None else loaded.read[1],
        positives=int((label == 1).sum()), negatives=int((label == 0).sum()),
        young=int(young.sum()), unworked=int((np.isnan(label) & ~unknown).sum()),
        untold=int((unknown & ~young).sum()), worked=_worked(loaded, label),
    )  # fmt: skip


def _worked(loaded: Loaded, label: FloatArray) -> tuple[WorkedCount, ...]:
    answers = None if loaded.work is None else loaded.work.answers
    seen = first_signs(loaded.config, loaded.tables, answers) < NEVER
    return (_count(True, seen, label), _count(False, ~seen, label)) if seen.any() else ()


def _count(worked: bool, chosen: BoolArray, label: FloatArray) -> WorkedCount:
    known, won = chosen & ~np.isnan(label), chosen & (label == 1)
    return WorkedCount(worked, int(chosen.sum()), int(known.sum()), int(won.sum()))
