"""Where the label comes from: outcomes that a rule, an activity or a campaign set predict only themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np

from qualify.evaluate import compute_metrics
from qualify.labels.snapshots import end_of_data
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, FloatArray, IntArray, LeadTables
from qualify.rules import Scorecard, evaluate
from qualify.rules.evaluate import stages_entered
from training.checks.finding import Finding, Level
from training.data import Loaded

ENOUGH = 20
"""Entries below which nothing is said."""

MOST = 0.5
MATTERS, NOTED = 0.2, 0.02
"""From these shares of the entries on a cause is a warning, and is told."""

FEWEST, BEYOND_CHANCE = 5, 5.0
ALL_BUT, HARDLY = 0.9, 0.05
CROSSED = 0.1
"""Share of the entries at which the criteria had become true within the hour."""

RULES_AUC = 0.98
AT_ONCE = 20
"""Leads that enter a stage within the same minute are set by one act from this number on."""

_MINUTE = 60_000_000
_ELSEWHERE = tuple(sign * hours * 60 * _MINUTE for hours in (2, 24) for sign in (-1, 1))
"""Moments near an entry at which a lead is about as active, but nothing sets its stage."""


def check_provenance(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Say what seems to set the outcome of the first target."""
    target = loaded.config.targets[0]
    if target.stage is None:
        yield from _flat_rules(loaded, label, str(target.column))
        return
    lead, entered = _entries(loaded.tables, target.stage)
    if len(lead) < ENOUGH:
        return
    yield from _by_activity(loaded.tables, target.stage, lead, entered)
    yield from _by_rules(loaded, target.stage, lead, entered)
    yield from _at_once(target.stage, entered)


def _entries(tables: LeadTables, stage: str) -> tuple[IntArray, IntArray]:
    """Return lead and moment of each entry into the stage."""
    lead = np.repeat(np.arange(len(tables)), np.diff(tables.stages.offsets))
    hit = np.array([name == stage for name in tables.stages.stages], dtype=bool)[tables.stages.stage]
    return lead[hit], tables.stages.entered_at[hit]


def _by_activity(tables: LeadTables, stage: str, lead: IntArray, entered: IntArray) -> Iterator[Finding]:
    """Find the activity that comes with most entries, and more often than at the same leads' other times."""
    share = _shares_within_a_minute(tables, lead, entered)
    if not len(share):
        return
    kind, top = tables.activities.types[int(share.argmax())], float(share.max())
    chance = np.mean([
        _shares_within_a_minute(tables, lead, entered + shift)[int(share.argmax())] for shift in _ELSEWHERE
    ])  # fmt: skip
    if top < NOTED or top * len(lead) < FEWEST or top < BEYOND_CHANCE * max(chance, 1 / len(lead)):
        return
    yield Finding(
        "P001", _level(top), stage,
        f"{top:.0%} of {len(lead):,} entries come within a minute of an activity “{kind}”: where "
        "that activity sets the stage, a model predicts the activity rather than the interest",
    )  # fmt: skip


def _level(share: float) -> Level:
    return "warning" if share >= MATTERS else "note"


def _shares_within_a_minute(tables: LeadTables, lead: IntArray, entered: IntArray) -> FloatArray:
    """Return for each activity type the share of the entries that have one within a minute."""
    acts = tables.activities
    if not len(acts):
        return np.empty(0)
    start = min(int(acts.occurred_at.min()), int(entered.min())) - 2 * _MINUTE
    span = max(int(acts.occurred_at.max()), int(entered.max())) + 2 * _MINUTE - start
    # Seconds since the first event, one stretch of time a lead, so that one sorted array holds all leads.
    stretch = span // 1_000_000 + 1
    of_act = np.repeat(np.arange(len(tables)), np.diff(acts.offsets))
    at = of_act * stretch + (acts.occurred_at - start) // 1_000_000
    centre = lead * stretch + (entered - start) // 1_000_000
    first, last = np.searchsorted(at, centre - 60), np.searchsorted(at, centre + 60, side="right")
    entry = np.repeat(np.arange(len(lead)), last - first)
    offset = np.arange(len(entry)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    pairs = np.unique(entry * len(acts.types) + acts.type[first[entry] + offset])
    return np.bincount(pairs % len(acts.types), minlength=len(acts.types)) / len(lead)


def _by_rules(loaded: Loaded, stage: str, lead: IntArray, entered: IntArray) -> Iterator[Finding]:
    """Compare the stage's entry criteria at its entries with those of leads that never entered it."""
    criteria = _criteria_of(loaded.scorecard, stage)
    never = np.setdiff1d(np.arange(len(loaded.tables)), lead)
    if criteria is None or len(never) < ENOUGH:
        return

    def met(rows: IntArray, as_of: IntArray) -> BoolArray:
        return np.asarray(stages_entered(loaded.scorecard, loaded.tables, rows, as_of)[criteria], dtype=bool)

    end = np.full(len(never), end_of_data(loaded.tables), dtype=np.int64)
    now, without = met(lead, entered + _MINUTE), float(met(never, end).mean())
    at_entry = float(now.mean())
    a_day_before = float(met(lead, entered - MICROSECONDS_A_DAY).mean())
    crossed = float(np.mean(now & ~met(lead, entered - 60 * _MINUTE)))
    if at_entry >= ALL_BUT and without <= HARDLY:
        yield Finding(
            "P002", "warning", stage,
            f"the scorecard's entry criteria hold at {at_entry:.0%} of the entries ({a_day_before:.0%} a day "
            f"before) and for {without:.0%} of the leads that never entered: the rules seem to set the "
            "stage, and a model would learn the rules",
        )  # fmt: skip
    elif crossed >= CROSSED and crossed * len(lead) >= FEWEST:
        yield Finding(
            "P002", _level(crossed), stage,
            f"at {crossed:.0%} of the {len(lead):,} entries the scorecard's entry criteria had become true "
            "within the hour before: the rules seem to set a part of them, which a model would learn back",
        )  # fmt: skip


def _criteria_of(scorecard: Scorecard, stage: str) -> str | None:
    """Return the scorecard's stage of that name, where it has entry criteria."""
    for each in scorecard.stages:
        if _folded(stage) in {_folded(name) for name in (each.id, *each.names)}:
            return each.id if each.enter else None
    return None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _at_once(stage: str, entered: IntArray) -> Iterator[Finding]:
    if np.mean(entered % MICROSECONDS_A_DAY == 0) > MOST:
        return  # Dates without a time of day say nothing about minutes.
    _, code, leads = np.unique(entered // _MINUTE, return_inverse=True, return_counts=True)
    share = float(np.mean(leads[code] >= AT_ONCE))
    if share >= NOTED:
        yield Finding(
            "P003", _level(share), stage,
            f"{share:.0%} of {len(entered):,} entries were made for {AT_ONCE} leads or more within the same "
            "minute: an import or a campaign seems to set the stage, not the leads' own doing",
        )  # fmt: skip


def _flat_rules(loaded: Loaded, label: FloatArray, column: str) -> Iterator[Finding]:
    """Say where points that people wrote decide the label all but alone."""
    rows = np.flatnonzero(~np.isnan(label))
    if loaded.scorecard.drafted_before is not None or len(rows) < ENOUGH:
        return
    created = loaded.tables.created_at[rows]
    as_of = np.where(created == NO_TIME, 0, created)
    points = evaluate(loaded.scorecard, loaded.tables, rows, as_of).total
    even = np.full(len(rows), 0.5)
    auc = compute_metrics(label[rows], even, score=points, bootstrap=0)["auc"].value
    if auc >= RULES_AUC:
        yield Finding(
            "P002", "warning", column,
            f"the points of the rules alone rank the outcomes with an AUC of {auc:.3f}: the rules seem to "
            "set the label, and a model would learn the rules",
        )  # fmt: skip
