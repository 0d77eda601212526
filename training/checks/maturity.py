"""Whether outcomes have had the time to come: cohorts of leads by their creation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

from qualify.features.kernel import first_entry
from qualify.labels.snapshots import end_of_data
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, FloatArray, IntArray
from training.checks.finding import Finding
from training.data import Loaded

CENSORED = 0.5
WITHIN = 0.7
ENOUGH = 30
FACTOR, SIGMAS = 1.5, 4.0
_PARTS = 12
_SHORT_DAYS = 120
"""Histories shorter than this are told by weeks."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Leads created in one month (or week): how many outcomes are not known yet, and the share of positives.

    `positive` is a share of the known outcomes, NaN where none is known.
    """

    name: str
    leads: int
    censored: float
    positive: float


def cohorts_of(created: IntArray, label: FloatArray) -> list[Cohort]:
    """Count the leads by month of creation, or by week where the history is short; in time order."""
    dated = created != NO_TIME
    if not dated.any():
        return []
    days = created[dated].astype("M8[us]").astype("M8[D]")
    weekly = int((days.max() - days.min()).astype(np.int64)) < _SHORT_DAYS
    # Weeks begin on Monday; NumPy's begin on Thursday, as time did.
    week = days - ((days.astype(np.int64) + 3) % 7)
    names, code = np.unique(week if weekly else days.astype("M8[M]"), return_inverse=True)
    known = ~np.isnan(label[dated])
    leads = np.bincount(code, minlength=len(names))
    told = np.bincount(code, weights=known, minlength=len(names))
    wins = np.bincount(code, weights=np.nan_to_num(label[dated]), minlength=len(names))
    share = np.divide(wins, told, out=np.full(len(names), np.nan), where=told > 0)
    return [
        Cohort(str(name), int(leads[k]), float(1 - told[k] / leads[k]), float(share[k]))
        for k, name in enumerate(names)
    ]


def check_maturity(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Say where outcomes are too young, the horizon is too short, or the share of outcomes moves."""
    target = loaded.config.targets[0]
    censored = float(np.isnan(label).mean())
    if censored > CENSORED:
        yield Finding(
            "M001", "warning", target.name,
            f"the outcome of {censored:.0%} of the leads is not known yet",
            mend="" if target.stage is not None else "fill in the outcomes that are known by now",
        )  # fmt: skip
    if target.stage is not None and target.within_days is not None:
        yield from _late_outcomes(loaded, target.stage, target.within_days)
    yield from _moving_share(loaded, label)


def _late_outcomes(loaded: Loaded, stage: str, days: float) -> Iterator[Finding]:
    """Look at leads that have been watched for three horizons."""
    tables, horizon = loaded.tables, int(days * MICROSECONDS_A_DAY)
    entered, _ = first_entry(tables.stages, np.array([n == stage for n in tables.stages.stages], dtype=bool))
    old = (tables.created_at <= end_of_data(tables) - 3 * horizon) & (entered != NO_TIME)
    if old.sum() < ENOUGH:
        return
    within = float(np.mean(entered[old] - tables.created_at[old] <= horizon))
    if within < WITHIN:
        yield Finding(
            "M002", "note", loaded.config.targets[0].name,
            f"of {int(old.sum()):,} leads watched for three horizons that entered {stage}, {within:.0%} did "
            f"so within {days:g} days of their creation",
        )  # fmt: skip


def _moving_share(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Compare the first third of the leads with a known outcome with the last."""
    tables = loaded.tables
    known = np.flatnonzero(~np.isnan(label))
    time = tables.created_at if tables.order is None else tables.order
    by_time = label[known[np.argsort(time[known], kind="stable")]]
    third = len(by_time) // 3
    if third < ENOUGH:
        return
    first, last = float(by_time[:third].mean()), float(by_time[-third:].mean())
    pooled = (first + last) / 2
    error = np.sqrt(max(pooled * (1 - pooled) * 2 / third, 1e-12))
    if abs(last - first) > SIGMAS * error and max(first, last) > FACTOR * min(first, last):
        yield Finding(
            "M003", "warning", loaded.config.targets[0].name,
            f"{first:.1%} of the first third of the leads have the outcome, {last:.1%} of the last third",
        )  # fmt: skip
        return
    yield from _swinging_share(by_time, loaded.config.targets[0].name)


def _swinging_share(by_time: FloatArray, target: str) -> Iterator[Finding]:
    """Compare twelfths of the leads: a season, or a campaign that comes and goes, leaves the thirds alike."""
    parts = np.array_split(by_time, _PARTS)
    if len(parts[-1]) < ENOUGH:
        return
    rows, ones = np.array([len(part) for part in parts]), np.array([part.sum() for part in parts])
    share, all_of_them = ones / rows, ones.sum() / rows.sum()
    squares = np.sum((ones - rows * all_of_them) ** 2) / max(all_of_them * (1 - all_of_them), 1e-12) / rows[0]
    if chi2.sf(squares, _PARTS - 1) < 2 * norm.sf(SIGMAS) and share.max() > FACTOR**2 * share.min():
        yield Finding(
            "M003", "note", target,
            "from twelfth to twelfth of the leads by time the share with the outcome goes between "
            f"{share.min():.1%} and {share.max():.1%}, which is no luck",
        )  # fmt: skip
