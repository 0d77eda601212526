"""A first scorecard drafted from data, for companies that have no agreed one: log-odds in whole points.

It is a draft: every rule says from which data it comes and that nobody owns it yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qualify.config import ColumnSpec
from qualify.errors import ConfigError
from qualify.leads.tables import FloatArray, IntArray, LeadTables
from qualify.rules.attributes import picker
from qualify.rules.buckets import propose_rows
from qualify.rules.draft_text import HEADER, card_content
from qualify.rules.evaluate import evaluate
from qualify.rules.load import dump_yaml
from qualify.rules.schema import TableRow
from qualify.rules.scorecard import Scorecard

MOST_COLUMNS = 12
BEST_LEAD = 100.0
BAND_SHARES = (0.1, 0.3, 0.6)
SMOOTHING = 20.0
"""Leads of the average kind that are added to every bucket."""

LEAST = 20
"""A value gets a row of its own from this many leads on."""

_SAME = 0.65
"""A column whose log-odds correlate with a stronger one's by more than this tells the same thing again."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """One column's table as counted: a bucket a row of the table.

    `odds` is the log-odds of each bucket above the average, shape (buckets,); `strength` is the information
    value less what chance alone would give; `of_lead` is each lead's log-odds, shape (rows,), 0 where no
    bucket holds.
    """

    column: str
    spec: ColumnSpec
    rows: tuple[TableRow, ...]
    leads: IntArray
    positives: IntArray
    odds: FloatArray
    strength: float
    of_lead: FloatArray


def draft_scorecard(
    tables: LeadTables,
    label: FloatArray,
    rows: IntArray,
    specs: Mapping[str, ColumnSpec],
    drafted_before: str,
    date: dt.date | None = None,
) -> Scorecard:
    """Draft a scorecard from the columns of a flat table.

    Parameters
    ----------
    tables
        The leads.
    label
        Shape (leads,): 1, 0, or NaN where the outcome is not known.
    rows
        Positions of the leads that may be looked at: those before the split point.
    specs
        What the columns mean; columns that are not in it are not looked at.
    drafted_before
        The split point in words or as a date, for the rationale.
    date
        The rules' date; default: today.

    Returns
    -------
    Scorecard
        The strongest columns, at most 12. The points of a bucket are its smoothed log-odds above the average,
        scaled so that the best possible lead has about 100; a value that is not in the table has 0, the
        average. Bands cut the given leads at 10, 30 and 60 %.

    Raises
    ------
    ConfigError
        No lead with an outcome, only one outcome, or no column that tells them apart.
    """
    rows = rows[~np.isnan(label[rows])]
    outcome = label[rows]
    if not 0 < outcome.sum() < len(outcome):
        raise ConfigError(
            "a scorecard can't be drafted: the leads before the split point have only one outcome",
            got=f"{len(outcome)} leads, {int(outcome.sum())} positive",
            mend="write scorecard.yaml by hand, or bring more leads with outcomes",
        )
    kept = _strongest([d for name in specs if (d := _counted(tables, name, specs[name], rows, outcome))])
    kept = _in_points(kept)
    if not kept:
        raise ConfigError(
            "a scorecard can't be drafted: no column tells the outcomes apart",
            got=f"{len(outcome)} leads, columns {', '.join(specs)}"[:180],
            mend="write scorecard.yaml by hand",
        )
    content = card_content(kept, drafted_before, date or dt.datetime.now(tz=dt.UTC).date())
    card = Scorecard.model_validate(content)
    return _with_bands(content, evaluate(card, tables, rows, np.zeros_like(rows)).total)


def _counted(
    tables: LeadTables, name: str, spec: ColumnSpec, rows: IntArray, outcome: FloatArray
) -> Drafted | None:
    column = tables.columns.get(name)
    proposed = propose_rows(column, spec, rows, LEAST) if column is not None else []
    if not proposed or column is None:
        return None
    picked = picker(proposed, column)(rows, np.zeros_like(rows))
    there = picked >= 0
    leads = np.bincount(picked[there], minlength=len(proposed))
    positives = np.bincount(picked[there], weights=outcome[there], minlength=len(proposed)).astype(np.int64)
    used = np.flatnonzero(leads >= LEAST)
    if len(used) < 2:
        return None
    odds = np.zeros(len(proposed) + 1)
    odds[used] = _log_odds(leads[used], positives[used], float(outcome.mean()))
    return Drafted(
        column=name,
        spec=spec,
        rows=tuple(proposed[i] for i in used),
        leads=leads[used],
        positives=positives[used],
        odds=odds[used],
        strength=_strength(leads[used], positives[used], odds[used]),
        of_lead=odds[np.where(there, picked, -1)],
    )


def _log_odds(leads: IntArray, positives: IntArray, base: float) -> FloatArray:
    """Return log-odds above the average, drawn to it by `SMOOTHING` average leads a bucket."""
    won = positives + SMOOTHING * base
    lost = leads - positives + SMOOTHING * (1 - base)
    return np.asarray(np.log(won / lost) - np.log(base / (1 - base)))


def _strength(leads: IntArray, positives: IntArray, odds: FloatArray) -> float:
    """Return the information value less what chance gives: its mean and two standard deviations.

    Under chance the information value, divided by 1/won + 1/lost, is about chi-squared with one degree of
    freedom less than there are buckets.
    """
    won, lost = positives.sum(), (leads - positives).sum()
    if not won or not lost:
        return 0.0
    value = float((odds * (positives / won - (leads - positives) / lost)).sum())
    free = len(leads) - 1
    return value - (free + 2 * float(np.sqrt(2 * free))) * float(1 / won + 1 / lost)


def _strongest(columns: list[Drafted]) -> list[Drafted]:
    """Keep the strongest columns, without those that say what a stronger one says."""
    kept: list[Drafted] = []
    for column in sorted(columns, key=lambda d: (-d.strength, d.column)):
        if column.strength > 0 and not any(_correlated(column, other) for other in kept):
            kept.append(column)
    return kept[:MOST_COLUMNS]


def _correlated(a: Drafted, b: Drafted) -> bool:
    if not (a.of_lead.std() and b.of_lead.std()):
        return True
    return bool(abs(np.corrcoef(a.of_lead, b.of_lead)[0, 1]) > _SAME)


def _in_points(columns: list[Drafted]) -> list[Drafted]:
    """Turn log-odds into whole points; columns all of whose points are 0 go."""
    best = sum(float(column.odds.max()) for column in columns)
    scale = BEST_LEAD / best if best > 0 else 0.0
    scaled = [replace(column, odds=np.rint(column.odds * scale)) for column in columns]
    return [column for column in scaled if column.odds.any()]


def _with_bands(content: dict[str, Any], totals: FloatArray) -> Scorecard:
    """Cut the bands, and the entry to MQL and SQL, at the shares of leads that sales can call."""
    cuts = [float(np.ceil(np.quantile(totals, 1 - share))) for share in BAND_SHARES]
    cuts[1] = min(cuts[1], cuts[0] - 1)
    cuts[2] = min(cuts[2], cuts[1] - 1)
    for band, cut in zip(content["bands"], cuts, strict=False):
        band["from"] = cut
    for stage, cut in zip(content["stages"][1:], reversed(cuts[:2]), strict=True):
        stage["enter"] = {"points_at_least": cut}
    return Scorecard.parse(HEADER + dump_yaml(content), where="the drafted scorecard")
