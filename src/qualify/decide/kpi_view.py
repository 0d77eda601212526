"""What every shared figure is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from qualify.config import Target
from qualify.decide.cohorts import Cohort, first_times, stage_entries
from qualify.decide.figure import Figure, share_of
from qualify.decide.grouping import Grouping
from qualify.decide.sales_work import Answers
from qualify.leads.tables import MICROSECONDS_A_DAY, IntArray, LeadTables

DEFAULT_DAYS = {"sql": 60.0, "won": 90.0}
"""How long a cohort is watched where no target names a horizon."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """An SQL beyond the agreed limit: since when it waits, and for how many hours."""

    lead_id: str
    since: datetime
    hours: float


@dataclass(frozen=True, slots=True)
class View:
    """The tables as known at `now`, and how figures are grouped; times in microseconds.

    `watched` is until when the tables tell outcomes: what they end before, they cannot know.
    """

    tables: LeadTables
    roles: dict[str, str]
    closed: tuple[str, ...]
    targets: tuple[Target, ...]
    answers: Answers
    now: int
    watched: int
    limit_hours: float
    grouping: Grouping

    @property
    def limit(self) -> int:
        """The agreed limit in microseconds."""
        return round(self.limit_hours * 3.6e9)

    def entries(self, *roles: str) -> tuple[IntArray, IntArray]:
        """Return lead and time of every known entry into a stage that plays one of the parts."""
        names = tuple(self.roles[role] for role in roles if role in self.roles)
        return stage_entries(self.tables, names, self.now)

    def entered(self, *roles: str) -> IntArray:
        """Return when each lead first entered a stage that plays one of the parts."""
        return first_times(*self.entries(*roles), len(self.tables))

    def days(self, role: str) -> float:
        """Return how long a cohort is watched for this outcome: the horizon of its target."""
        stage = self.roles.get(role)
        found = next((t.within_days for t in self.targets if t.stage == stage and t.within_days), None)
        return found or DEFAULT_DAYS[role]

    def share(self, key: str, cohort: Cohort, days: float) -> Iterator[Figure]:
        """Yield the share of units that reached their outcome within so many days, of the mature ones."""
        within = round(days * MICROSECONDS_A_DAY)

        def make(units: Cohort, group: str | None) -> Figure:
            mature = units.mature(within, self.watched)
            reached = int(np.count_nonzero(units.reached(within) & mature))
            of = int(np.count_nonzero(mature))
            return share_of(key, reached, of, group, immature=len(units) - of, days=days)

        yield from self.grouping.each(cohort, make)
