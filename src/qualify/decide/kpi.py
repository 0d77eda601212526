"""The figures that marketing and sales share, from the tables and the answers of sales.

Every share is about a cohort of one age: units that have been watched for the same time. Units too young for
that are counted as `immature`, neither as a success nor as a failure. A figure whose inputs are not in the
data has no value, and says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from qualify.config import StageOrder, Target
from qualify.decide import kpi_events, kpi_funnel, kpi_sales
from qualify.decide.figure import Figure
from qualify.decide.grouping import By, Grouping
from qualify.decide.kpi_view import Overdue, View
from qualify.decide.sales_work import read_answers
from qualify.decide.stage_roles import find_roles
from qualify.errors import UserError
from qualify.leads.tables import LeadTables

__all__ = ["KpiTable", "compute_kpis"]


@dataclass(frozen=True, slots=True)
class KpiTable:
    """All figures as of one moment.

    Parameters
    ----------
    now
        Nothing known later was looked at.
    watched_until
        Units whose time to an outcome had not passed by then are too young to be judged.
    figures
        First of all leads (`group` None), then of each group, figure by figure.
    reasons
        How often each reason was given, by ``recycled``, ``rejected`` and ``lost``; ``""``: none was given.
    overdue
        SQLs beyond the agreed limit whom nobody has approached yet, longest waiting first.
    roles
        The stage that plays each part.
    """

    now: datetime
    watched_until: datetime
    by: By | None
    limit_hours: float
    figures: tuple[Figure, ...]
    reasons: dict[str, dict[str, int]]
    overdue: tuple[Overdue, ...]
    roles: dict[str, str]

    def total(self, key: str) -> Figure:
        """Return the figure of all leads."""
        return next(figure for figure in self.figures if figure.key == key and figure.group is None)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that occur, sorted."""
        return tuple(sorted({figure.group for figure in self.figures if figure.group is not None}))

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the figures for JSON, with their names and definitions in words."""
        from qualify.decide.kpi_words import kpi_document

        return kpi_document(self, language)


def compute_kpis(
    tables: LeadTables,
    stages: StageOrder,
    answers: pa.Table | None = None,
    *,
    now: datetime,
    watched_until: datetime | None = None,
    by: By | None = None,
    limit_hours: float = 24.0,
    targets: Sequence[Target] = (),
    source: str | None = None,
    timezone: str = "UTC",
) -> KpiTable:
    """Compute the shared figures.

    Parameters
    ----------
    tables
        Leads, activities and stages; with `by` ``source`` the column `source` among the attributes.
    stages
        Order, closed stages and parts of the stages (see `find_roles`).
    answers
        The ledger's answers: ``lead_id``, ``verdict``, ``reason``, ``at``, ``undone``; None: there are none.
    now
        With a zone. Nothing that became known later is used.
    watched_until
        When the tables end, where that is before `now` (see `last_known`): that no outcome stands in them
        says nothing about the time after it. None: `now`.
    limit_hours
        Agreed limit from SQL to the first approach.
    targets
        The configured targets: their horizons say how long a cohort is watched.
    source
        Name of the column with the lead's source.
    timezone
        Whose months the figures are grouped by.

    Raises
    ------
    UserError
        `now` has no zone.
    ConfigError
        Figures by source without a column that holds it.
    """
    if now.tzinfo is None:
        raise UserError("the time of the figures has no zone", where="now", got=str(now))
    moment = _micros(now)
    watched = min(now, watched_until or now)
    view = View(
        tables=tables,
        roles=find_roles(stages, targets, tables.stages.stages),
        closed=stages.closed,
        targets=tuple(targets),
        answers=read_answers(answers, tables, moment),
        now=moment,
        watched=_micros(watched),
        limit_hours=limit_hours,
        grouping=Grouping(by, None if source is None else tables.columns.get(source), timezone),
    )
    return _table(view, now, watched, by)


def _table(view: View, now: datetime, watched: datetime, by: By | None) -> KpiTable:
    """Compute every figure of a view."""
    return KpiTable(
        now=now.astimezone(UTC),
        watched_until=watched.astimezone(UTC),
        by=by,
        limit_hours=view.limit_hours,
        figures=tuple(_figures(view)),
        reasons=kpi_sales.reasons(view),
        overdue=kpi_sales.overdue(view),
        roles=view.roles,
    )


def _micros(moment: datetime) -> int:
    return int(np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us").astype(np.int64))


def _figures(view: View) -> Iterator[Figure]:
    yield from kpi_funnel.figures(view)
    yield from kpi_sales.figures(view)
    yield from kpi_events.figures(view)
