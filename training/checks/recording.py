"""T001: activities and stage entries that were recorded long after they happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from qualify.leads.tables import MICROSECONDS_A_DAY, CodeArray, FloatArray, IntArray
from training.checks.finding import Finding, Level
from training.data import Loaded

LATE_DAYS = 7.0
FEWEST, NOTED, MATTERS = 20, 0.05, 0.2
"""Entries, and shares of one kind of event, from which on it is told, and is a warning."""

TOGETHER = 20
_MINUTE = 60_000_000


def check_recording(loaded: Loaded) -> Iterator[Finding]:
    """Look at each activity type and each stage by itself."""
    acts, stages = loaded.tables.activities, loaded.tables.stages
    yield from _late("activities", acts.types, acts.type, acts.occurred_at, acts.known_at)
    yield from _late("stages", stages.stages, stages.stage, stages.entered_at, stages.known_at)


def _late(
    table: str, names: Sequence[str], kind: CodeArray, occurred: IntArray, known: IntArray
) -> Iterator[Finding]:
    if not len(kind):
        return
    days = (known - occurred) / MICROSECONDS_A_DAY
    rows = np.bincount(kind, minlength=len(names))
    late = np.bincount(kind, weights=days > LATE_DAYS, minlength=len(names))
    for code in np.flatnonzero((late >= FEWEST) & (late >= NOTED * rows)).tolist():
        these = (kind == code) & (days > LATE_DAYS)
        share = float(late[code] / rows[code])
        level: Level = "warning" if share >= MATTERS else "note"
        yield Finding(
            "T001", level, f"{table}: {names[code]}",
            f"{int(late[code]):,} of {int(rows[code]):,} ({share:.0%}) were recorded more than {LATE_DAYS:g} "
            f"days after they happened, typically {_median(days[these]):,.0f} days{_imported(known[these])}",
        )  # fmt: skip


def _median(days: FloatArray) -> float:
    return float(np.median(days))


def _imported(known: IntArray) -> str:
    """Say which part was written within the same minute as many others."""
    _, code, counts = np.unique(known // _MINUTE, return_inverse=True, return_counts=True)
    share = float(np.mean(counts[code] >= TOGETHER))
    return f"; {share:.0%} of these in minutes with {TOGETHER} or more, as an import does" if share else ""
