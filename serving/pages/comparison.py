"""Rules and model over all stored leads: as they stand now, and as they turned out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from qualify.config import Config, Target
from qualify.decide.agreement import Agreement, compute_agreement
from qualify.decide.cohorts import last_known, stage_entries
from qualify.leads.tables import MICROSECONDS_A_DAY, IntArray
from serving.figures import read_funnel
from serving.pages.label_outcomes import label_outcomes

if TYPE_CHECKING:
    from datetime import datetime

    from serving.runtime import Runtime

__all__ = ["Comparison", "compare", "known_outcomes"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of open leads now, and of all leads' first scores with what became of them.

    Parameters
    ----------
    past
        None where there is no project whose tables could tell outcomes.
    told_by
        What tells the outcomes: entries of a ``stage``, a ``label`` of leads that the model did not learn
        from, or an ``undated`` label, of which nobody can say.
    """

    now: Agreement
    past: Agreement | None
    told_by: Literal["stage", "label", "undated"] = "stage"


def compare(runtime: Runtime, now: datetime) -> Comparison:
    """Compare rules and model.

    What happened after a lead's first score is told against that score, so that neither side had seen it.
    """
    ledger, config = runtime.ledger, runtime.config
    present = compute_agreement(ledger.open_scores())
    if config is None:
        return Comparison(present, None)
    first = ledger.first_scores()
    if config.targets[0].stage is None:
        until = runtime.models.scorer.parts.window.ends
        judged, outcomes = label_outcomes(config, runtime.folder, first, until)
        return Comparison(present, compute_agreement(judged, outcomes), "label" if until else "undated")
    return Comparison(present, compute_agreement(first, known_outcomes(config, runtime, first, now)))


def known_outcomes(config: Config, runtime: Runtime, first: pa.Table, now: datetime) -> dict[str, bool]:
    """Return by lead whether the first target was reached within its horizon after the first score.

    A lead that had reached it before has no outcome to wait for. One whose horizon has not passed
    when the tables end has none yet, even where it has got there: counting only those would make
    every side look right.
    """
    target = config.targets[0]
    tables = read_funnel(config, runtime.folder)
    place = {lead: row for row, lead in enumerate(tables.lead_id.tolist())}
    ids = first["lead_id"].to_pylist()
    rows = np.array([place.get(lead, -1) for lead in ids], dtype=np.int64)
    scored = first["as_of"].cast(pa.int64()).to_numpy()
    moment = round(now.timestamp() * 1e6)
    lead, at = stage_entries(tables, (str(target.stage),), moment)
    reached, before = _entered(rows, scored, lead, at, target)
    watched = round(last_known(tables, now).timestamp() * 1e6)
    known = (rows >= 0) & ~before & (scored + _horizon(target) <= watched)
    return {ids[i]: bool(reached[i]) for i in np.flatnonzero(known)}


def _entered(
    rows: IntArray, scored: IntArray, lead: IntArray, at: IntArray, target: Target
) -> tuple[np.ndarray, np.ndarray]:
    """Say of each score whether its lead entered the stage within the horizon after it, or before it."""
    size = int(max(rows.max(initial=-1), lead.max(initial=-1))) + 1
    earliest = np.full(size + 1, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(earliest, lead, at)
    first = earliest[rows]  # the last place, never entered, stands for leads that the tables do not have
    before = first <= scored
    within = ~before & (first != np.iinfo(np.int64).max) & (first - scored <= _horizon(target))
    return within, before


def _horizon(target: Target) -> int:
    return round(float(target.within_days or 0.0) * MICROSECONDS_A_DAY)
