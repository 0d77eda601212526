"""A001: opens and clicks that machines made while they looked at a mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qualify.evaluate import Metric, compute_metrics
from qualify.labels.snapshots import take_snapshots
from qualify.leads.tables import (
    NO_TIME,
    Activities,
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    LeadTables,
)
from qualify.model.evidence import one_row_a_lead
from qualify.rules import evaluate
from training.checks.finding import Finding, Level
from training.data import Loaded

SECONDS = 30
"""People do not read a mail within so many seconds of its sending."""

AT_ONCE = 3
"""So many clicks or visits of one lead within a second are no person's."""

BURST, BURST_SECONDS = 5, 10
"""Nor are so many opens and clicks within so many seconds; pages may be opened one by one that fast."""

FEWEST_LEADS, MATTERS = 5, 0.02
_SENT = ("sent", "send", "deliver", "newsletter", "mailing", "送信", "配信", "メルマガ")
_REACTS = ("open", "click", "link", "read", "開封", "クリック", "リンク")
_FOLLOWS = (*_REACTS, "visit", "view", "page", "訪問", "閲覧")
_SECOND = 1_000_000
_MOST_ROWS = 20_000
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Scans:
    """What machines seem to have done.

    Parameters
    ----------
    scanned
        Which activities, shape (activities,).
    of_lead
        Each activity's lead, shape (activities,).
    reactions
        Which activities are opens, clicks and visits at all.
    """

    scanned: BoolArray
    of_lead: IntArray
    reactions: BoolArray


def find_scans(tables: LeadTables) -> Scans:
    """Find reactions within seconds of a mail, many at once, or one after the other faster than one can read.

    A lead's reactions within `SECONDS` after a mail to it count where the mail has two of them or more, so
    that one quick reader is not taken for a machine.
    """
    acts = tables.activities
    of_lead = np.repeat(np.arange(len(tables)), np.diff(acts.offsets))
    reacts, follows = _named(acts, _REACTS), _named(acts, _FOLLOWS)
    sent = _named(acts, _SENT) & ~reacts
    mail = _mail_before(acts.occurred_at, of_lead, sent)
    quick = reacts & (mail >= 0)
    count = np.bincount(mail[quick], minlength=len(acts)) if quick.any() else np.zeros(len(acts), np.int64)
    after_mail = quick & (count[np.maximum(mail, 0)] >= 2)
    at_once = _dense(acts.occurred_at, of_lead, follows, AT_ONCE, 1)
    burst = _dense(acts.occurred_at, of_lead, reacts, BURST, BURST_SECONDS)
    return Scans(after_mail | at_once | burst, of_lead, follows)


def _named(acts: Activities, words: Sequence[str]) -> BoolArray:
    folded = [unicodedata.normalize("NFKC", kind).casefold() for kind in acts.types]
    named = np.array([any(word in kind for word in words) for kind in folded], dtype=bool)
    return named[acts.type] if len(acts) else np.zeros(0, dtype=bool)


def _mail_before(at: IntArray, of_lead: IntArray, sent: BoolArray) -> IntArray:
    """Return for each activity the mail to its lead within the last seconds, -1 where there is none."""
    place = np.where(sent, np.arange(len(at)), -1)
    last = np.maximum.accumulate(place) if len(place) else place
    held = np.maximum(last, 0)
    near = (last >= 0) & (of_lead[held] == of_lead) & (at - at[held] <= SECONDS * _SECOND)
    return np.where(near, last, -1)


def _dense(at: IntArray, of_lead: IntArray, chosen: BoolArray, count: int, seconds: int) -> BoolArray:
    """Return chosen activities of which a lead has `count` or more within so many seconds."""
    rows = np.flatnonzero(chosen)
    found = np.zeros(len(at), dtype=bool)
    if len(rows) < count:
        return found
    apart = count - 1
    first, last = rows[:-apart], rows[apart:]
    together = (of_lead[first] == of_lead[last]) & (at[last] - at[first] <= seconds * _SECOND)
    for step in range(count):
        found[rows[step : len(rows) - apart + step][together]] = True
    return found


def without_scans(tables: LeadTables, scans: Scans) -> LeadTables:
    """Return the tables as people alone would have made them."""
    kept = ~scans.scanned
    sizes = np.bincount(scans.of_lead[kept], minlength=len(tables))
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return replace(tables, activities=tables.activities.take(kept, offsets))


def check_scanners(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Say how many reactions are a machine's, and what the rules' points are worth with and without them."""
    tables = loaded.tables
    if not len(tables.activities):
        return
    scans = find_scans(tables)
    leads, machine = np.unique(scans.of_lead[scans.scanned]), int(scans.scanned.sum())
    if len(leads) < FEWEST_LEADS:
        return
    share = machine / max(int(scans.reactions.sum()), 1)
    level: Level = "warning" if share >= MATTERS or len(leads) >= MATTERS * len(tables) else "note"
    yield Finding(
        "A001", level, _most_frequent(tables.activities, scans.scanned),
        f"{machine:,} opens and clicks of {len(leads):,} leads ({share:.0%} of all) come within {SECONDS} "
        f"seconds of a mail, or {AT_ONCE} in one second, or {BURST} in {BURST_SECONDS} seconds"
        f"{_effect(loaded, label, scans, leads)}",
    )  # fmt: skip


def _most_frequent(acts: Activities, chosen: BoolArray) -> str:
    codes: CodeArray = acts.type[chosen]
    return acts.types[int(np.bincount(codes).argmax())]


def _effect(loaded: Loaded, label: FloatArray, scans: Scans, leads: IntArray) -> str:
    """Return the points of these leads, and the AUC of all, with the machines' reactions and without."""
    rows, as_of, y = _judged(loaded, label)
    if not len(rows):
        return ""
    tables = loaded.tables, without_scans(loaded.tables, scans)
    with_, without = (evaluate(loaded.scorecard, each, rows, as_of).total for each in tables)
    touched = np.isin(rows, leads)
    points = ""
    if touched.any():
        points = f"; the rules give these leads {with_[touched].mean():.1f} points with them, "
        points += f"{without[touched].mean():.1f} without"
    if min(y.sum(), len(y) - y.sum()) < 1:
        return points
    areas = [_area(y, each) for each in (with_, without)]
    return f"{points}; AUC of the points {areas[0].value:.3f} with, {areas[1].value:.3f} without (95 % " + (
        f"interval {areas[1].low:.3f} to {areas[1].high:.3f})"
    )


def _area(y: FloatArray, points: FloatArray) -> Metric:
    even = np.full(len(y), 0.5)
    return compute_metrics(y, even, score=points, bootstrap=_DRAWS)["auc"]


def _judged(loaded: Loaded, label: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return one moment of each lead, at which it was undecided, and its outcome seen from there."""
    config, tables = loaded.config, loaded.tables
    if config.flat:
        rows = np.flatnonzero(~np.isnan(label) & (tables.created_at != NO_TIME))
        as_of, y = tables.created_at[rows], label[rows]
    else:
        taken = take_snapshots(
            tables, config.targets[:1], config.stages.closed, config.training.snapshot_every_days,
            config.training.snapshots_per_lead,
        )  # fmt: skip
        found = taken.labels[config.targets[0].name]
        one = one_row_a_lead(taken.rows, taken.open & ~np.isnan(found))
        rows, as_of, y = taken.rows[one], taken.as_of[one], found[one]
    if len(rows) > _MOST_ROWS:
        kept = np.linspace(0, len(rows) - 1, _MOST_ROWS).astype(np.int64)
        rows, as_of, y = rows[kept], as_of[kept], y[kept]
    return rows, as_of, y
