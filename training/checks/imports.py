"""P004: leads that came in with their outcome: imported customers, or a table sorted by the label."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.labels.audit.bounds import wilson
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, FloatArray, IntArray
from training.checks.finding import Finding
from training.data import Loaded, lead_time

AT_ONCE = 20
"""Leads created within the same minute are one import from this number on."""

SURE = 0.9
LUCK = 1e-4
"""Expected number of stretches as long in a table of this size, where the outcome follows no order."""

_BLOCKS = 8
_MINUTE = 60_000_000


def check_imports(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Look at leads created in one minute, and at stretches of leads that all have the outcome."""
    target = loaded.config.targets[0].name
    known = np.flatnonzero(~np.isnan(label))
    if len(known) < AT_ONCE:
        return
    found = _created_together(loaded.tables.created_at[known], label[known])
    found = found or _stretch(lead_time(loaded.tables)[known], label[known])
    if found:
        yield Finding("P004", "warning", target, found)


def _created_together(created: IntArray, label: FloatArray) -> str:
    dated = created != NO_TIME
    if not dated.any() or np.mean(created[dated] % MICROSECONDS_A_DAY == 0) > 0.5:
        return ""  # Dates without a time of day say nothing about minutes.
    _, minute, leads = np.unique(created // _MINUTE, return_inverse=True, return_counts=True)
    ones = np.bincount(minute, weights=label).astype(np.float64)
    low, _ = wilson(ones, leads.astype(np.float64))
    sure = dated & (leads[minute] >= AT_ONCE) & (low[minute] >= min(SURE, (1 + 2 * label.mean()) / 3))
    if not sure.any():
        return ""
    return (
        f"{int(sure.sum()):,} leads were created {AT_ONCE} or more in one minute, and "
        f"{label[sure].mean():.0%} of them have the outcome, against {label[~sure].mean():.0%} of the others"
    )


def _stretch(time: FloatArray, label: FloatArray) -> str:
    """Find a stretch of leads with the outcome that chance would not make.

    Among n leads of which a share p has the outcome, n (1 - p) p^k stretches of k are to be expected; p is
    that of the richest eighth of the rest, so that a season or a rising share is not taken for an import.
    """
    by_time = label[np.argsort(time, kind="stable")]
    edges = np.flatnonzero(np.diff(np.concatenate([[0.0], by_time, [0.0]])))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return ""
    longest = int(np.argmax(ends - starts))
    size, start = int(ends[longest] - starts[longest]), int(starts[longest])
    rest = np.delete(by_time, np.arange(start, start + size))
    if len(rest) < _BLOCKS:
        return ""
    share = max(float(block.mean()) for block in np.array_split(rest, _BLOCKS))
    share = min(max(share, 1 / len(by_time)), 1 - 1 / len(by_time))
    if size < AT_ONCE // 2 or len(by_time) * (1 - share) * share**size > LUCK:
        return ""
    return (
        f"{size:,} leads in a row (from number {start + 1:,} in time order) all have the outcome, where "
        f"{rest.mean():.0%} of the others have it: chance makes no such stretch"
    )
