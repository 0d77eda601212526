"""Which leads are compared, and as of when.

A lead looks different one day and one month after it came in, so both periods are looked at at the same ages,
and the ages of the training window are weighted to the mix of the recent leads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.config import Target
from qualify.features.kernel import first_known
from qualify.labels.flat import column_label
from qualify.labels.snapshots import end_of_data, stage_label, take_snapshots
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, FloatArray, IntArray, LeadTables
from qualify.model.parts import Schema
from training.data import Loaded
from training.selection import weigh

__all__ = ["AGES", "Matured", "Moments", "Span", "matured_rows", "periods", "span_of"]

AGES = (1, 7, 30)
"""Days after the creation at which leads are looked at."""

RECENT_DAYS = 90
"""Recent leads are those of so many days, where the training window ended before."""

MOST_LEADS = 12_000
"""Of more leads a fixed draw is looked at: an effect size needs no more."""


@dataclass(frozen=True)
class Span:
    """The times of the training window and of the recent leads (microseconds; None: no dates)."""

    begins: int
    ends: int
    recent: int
    data_ends: int


@dataclass(frozen=True)
class Moments:
    """Rows to look at: lead positions, moments, and weights, shape (rows,)."""

    lead: IntArray
    as_of: IntArray
    weight: FloatArray

    def __len__(self) -> int:
        return len(self.lead)


@dataclass(frozen=True)
class Matured:
    """Open moments after the training window's end of which the outcome is known.

    Parameters
    ----------
    weight
        For how many leads each outcome stands: 1 where leads are not picked by lot.
    """

    lead: IntArray
    as_of: IntArray
    label: FloatArray
    weight: FloatArray


def span_of(begins: str, ends: str, tables: LeadTables) -> Span | None:
    """Return the periods to compare; None where model or tables have no dates."""
    data_ends = end_of_data(tables)
    if not ends or data_ends == NO_TIME:
        return None
    end = _micros(ends)
    return Span(_micros(begins), end, max(end, data_ends - RECENT_DAYS * MICROSECONDS_A_DAY), data_ends)


def _micros(moment: str) -> int:
    return int(np.datetime64(moment, "us").astype(np.int64))


def periods(loaded: Loaded, schema: Schema, span: Span | None) -> tuple[Moments, Moments]:
    """Return the rows of the training window and the recent ones.

    Without dates all leads count as recent, and there are none of the training window.
    """
    tables = loaded.tables
    if span is None:
        leads = _drawn(np.arange(len(tables)))
        moments = np.where(tables.created_at[leads] == NO_TIME, 0, tables.created_at[leads])
        empty = np.empty(0, dtype=np.int64)
        return Moments(empty, empty, np.empty(0)), Moments(leads, moments, np.ones(len(leads)))
    lead, as_of, age = _looked_at(tables, schema)
    before = (as_of >= span.begins) & (as_of <= span.ends)
    after = (as_of > span.recent) & (as_of <= span.data_ends)
    return _chosen(lead, as_of, age, before, after)


def _looked_at(tables: LeadTables, schema: Schema) -> tuple[IntArray, IntArray, IntArray]:
    """Return lead, moment and age class of every moment at which an undecided lead has one of the ages."""
    dated = np.flatnonzero(tables.created_at != NO_TIME)
    if schema.flat:
        return dated, tables.created_at[dated], np.zeros(len(dated), dtype=np.int64)
    lead = np.tile(dated, len(AGES))
    age = np.repeat(np.arange(len(AGES)), len(dated))
    as_of = tables.created_at[lead] + np.array(AGES)[age] * MICROSECONDS_A_DAY
    closing = {schema.targets[0].stage, *schema.closed}
    decided = first_known(tables.stages, np.array([s in closing for s in tables.stages.stages], dtype=bool))
    is_open = (decided[lead] == NO_TIME) | (decided[lead] > as_of)
    return lead[is_open], as_of[is_open], age[is_open]


def _chosen(
    lead: IntArray, as_of: IntArray, age: IntArray, before: BoolArray, after: BoolArray
) -> tuple[Moments, Moments]:
    sides = []
    for side in (before, after):
        drawn = _drawn(np.unique(lead[side]))
        sides.append(np.flatnonzero(side & np.isin(lead, drawn)))
    old, new = sides
    mix = [np.bincount(age[rows], minlength=len(AGES)) / max(1, len(rows)) for rows in sides]
    factor = np.divide(mix[1], mix[0], out=np.zeros(len(AGES)), where=mix[0] > 0)
    weight = factor[age[old]]
    used = weight > 0
    return (
        Moments(lead[old][used], as_of[old][used], weight[used]),
        Moments(lead[new], as_of[new], np.ones(len(new))),
    )


def _drawn(leads: IntArray) -> IntArray:
    if len(leads) <= MOST_LEADS:
        return leads
    return np.sort(np.random.default_rng(0).choice(leads, MOST_LEADS, replace=False))


def matured_rows(loaded: Loaded, schema: Schema, span: Span) -> Matured:
    """Return the rows of leads created after the training window whose outcome is known by now.

    Leads that came in before its end are left out: the model has learned from other moments of theirs.
    """
    tables, target = loaded.tables, schema.targets[0]
    lead, as_of, label = _flat_rows(tables, target) if schema.flat else _staged_rows(loaded, schema)
    horizon = int((target.within_days or 0) * MICROSECONDS_A_DAY)
    labels, weights = weigh(loaded, lead, as_of, {target.name: label}, {target.name: horizon})
    label, weight = labels[target.name], weights.get(target.name, np.ones(len(label)))
    kept = np.flatnonzero((tables.created_at[lead] > span.ends) & ~np.isnan(label))
    used = kept[np.isin(lead[kept], _drawn(np.unique(lead[kept])))]
    return Matured(lead[used], as_of[used], label[used], weight[used])


def _flat_rows(tables: LeadTables, target: Target) -> tuple[IntArray, IntArray, FloatArray]:
    lead = np.arange(len(tables))
    return lead, tables.created_at, column_label(tables.columns[str(target.column)], target)


def _staged_rows(loaded: Loaded, schema: Schema) -> tuple[IntArray, IntArray, FloatArray]:
    tables, training = loaded.tables, loaded.config.training
    taken = take_snapshots(
        tables, schema.targets, schema.closed, training.snapshot_every_days, training.snapshots_per_lead
    )
    lead, as_of = taken.rows[taken.open], taken.as_of[taken.open]
    return lead, as_of, stage_label(tables, schema.targets[0], lead, as_of, end_of_data(tables))
