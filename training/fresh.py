"""Matured rows that the model in use has not learned from: the evidence for another calibration."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qualify.config import Target
from qualify.features.build import build_frame
from qualify.labels.flat import column_label
from qualify.labels.split import lead_order
from qualify.leads.tables import NO_TIME, BoolArray, FloatArray, IntArray
from qualify.model.recalibrate import Evidence
from qualify.rules import evaluate
from qualify.scorer import Scorer
from training.data import Loaded, lead_time
from training.dataset import MAX_ROWS
from training.monitor.moments import matured_rows, span_of
from training.origins import horizon_of
from training.selection import weigh

__all__ = ["Fresh", "fresh_rows"]


@dataclass(frozen=True)
class Fresh:
    """Rows in time order, with what the model makes of them.

    Parameters
    ----------
    lead, as_of
        Lead position and moment.
    evidence
        Its times are microseconds; for an undated table, places among the leads with an outcome.
    dated
        Whether the table has dates.
    """

    lead: IntArray
    as_of: IntArray
    evidence: Evidence
    dated: bool

    def __len__(self) -> int:
        return len(self.lead)

    def take(self, chosen: BoolArray | IntArray) -> Fresh:
        """Return the chosen rows."""
        return Fresh(self.lead[chosen], self.as_of[chosen], self.evidence.take(chosen), self.dated)

    def latest(self) -> str:
        """Return the latest moment (ISO 8601), empty for undated rows."""
        return str(np.datetime64(int(self.as_of.max()), "us")) if self.dated and len(self) else ""


def fresh_rows(loaded: Loaded, scorer: Scorer, target: int = 0) -> Fresh:
    """Return the rows of leads that came in after the model's training window, with known outcomes.

    Without a horizon an outcome counts as known at once. A table without dates is taken to grow at its end:
    its leads with an outcome, in order, less as many as the model has learned from.

    Parameters
    ----------
    target
        Which of the model's targets.
    """
    window = scorer.parts.window
    goal = scorer.parts.schema.targets[target]
    span = span_of(window.begins, window.ends, loaded.tables)
    if span is None:
        return _undated(loaded, scorer, target, goal)
    schema = replace(scorer.parts.schema, targets=(goal,))
    rows = matured_rows(loaded, schema, span)
    order = np.lexsort((rows.lead, rows.as_of))
    lead, as_of = rows.lead[order], rows.as_of[order]
    evidence = Evidence(
        _log_odds(loaded, scorer, target, lead, as_of), rows.label[order], rows.weight[order], as_of,
        as_of + horizon_of(goal),
    )  # fmt: skip
    return Fresh(lead, as_of, evidence, dated=True)


def _undated(loaded: Loaded, scorer: Scorer, target: int, goal: Target) -> Fresh:
    tables, window = loaded.tables, scorer.parts.window
    leads = np.argsort(lead_order(lead_time(tables)), kind="stable")
    as_of = np.where(tables.created_at[leads] == NO_TIME, 0, tables.created_at[leads])
    label = column_label(tables.columns[str(goal.column)], goal)[leads]
    labels, weights = weigh(loaded, leads, as_of, {goal.name: label}, {goal.name: 0})
    known = np.flatnonzero(~np.isnan(labels[goal.name]))
    # Of very many leads a fit takes a draw, and how many stood in its table is not known: then none is new.
    new = known[window.leads :] if window.rows < 0.95 * MAX_ROWS else known[:0]
    place = np.arange(len(known))[len(known) - len(new) :] if len(new) else np.empty(0, dtype=np.int64)
    weight = weights[goal.name][new] if goal.name in weights else np.ones(len(new))
    lead, as_of = leads[new], as_of[new]
    raw = _log_odds(loaded, scorer, target, lead, as_of)
    return Fresh(lead, as_of, Evidence(raw, labels[goal.name][new], weight, place, place), dated=False)


def _log_odds(loaded: Loaded, scorer: Scorer, target: int, lead: IntArray, as_of: IntArray) -> FloatArray:
    """Return the uncalibrated log-odds, by the path that every score takes."""
    parts, tables = scorer.parts, loaded.tables
    if not len(lead):
        return np.empty(0)
    points = evaluate(scorer.scorecard, tables, lead, as_of, known_types=parts.plan.known_types or None)
    return parts.targets[target].log_odds(build_frame(parts.plan, tables, lead, as_of, points))
