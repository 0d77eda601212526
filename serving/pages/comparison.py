"""Rules and model over all stored leads: as they stand now, and as they turned out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Config, Target
from qualify.decide.agreement import Agreement, compute_agreement
from qualify.decide.cohorts import last_known, stage_entries
from qualify.errors import UserError
from qualify.leads.tables import MICROSECONDS_A_DAY, IntArray
from serving.figures import read_funnel
from serving.pages.label_outcomes import label_outcomes

if TYPE_CHECKING:
    from datetime import datetime

    from qualify.model.parts import ModelParts
    from serving.runtime import Runtime

__all__ = ["Comparison", "LeftOut", "compare", "known_outcomes"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Leads whose first score is not compared with their label.

    Parameters
    ----------
    other_version
        Leads first scored by another version than the one in use, which may have learned from them.
    learned
        Leads that the version in use learned from, or may have, as they came in before what it learned ends.
    """

    other_version: int = 0
    learned: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of open leads now, and of all leads' first scores with what became of them.

    Parameters
    ----------
    past
        None where there is no project whose tables could tell outcomes, or where they cannot be read.
    told_by
        What tells the outcomes: entries of a ``stage``, a ``label`` of leads that the version in use scored
        first and did not learn from, or an ``undated`` label, of which nobody can say; ``unread``: the tables
        cannot be read.
    left_out
        How many leads are not in `past`, and why.
    """

    now: Agreement
    past: Agreement | None
    told_by: Literal["stage", "label", "undated", "unread"] = "stage"
    left_out: LeftOut = LeftOut()


def compare(runtime: Runtime, now: datetime) -> Comparison:
    """Compare rules and model.

    What happened after a lead's first score is told against that score, so that neither side had seen it.
    """
    present = compute_agreement(runtime.ledger.open_scores())
    if runtime.config is None:
        return Comparison(present, None)
    first = runtime.ledger.first_scores()
    try:
        if runtime.config.targets[0].stage is None:
            return _by_label(present, runtime.config, runtime, first)
        known = known_outcomes(runtime.config, runtime, first, now)
    except UserError as error:  # leads are scored all the same, and the present comparison needs no tables
        # Without what was found in the tables: that may be a person's.
        logger.warning("the tables that tell outcomes cannot be read: %s", error.what)
        return Comparison(present, None, "unread")
    return Comparison(present, compute_agreement(first, known))


def _by_label(present: Agreement, config: Config, runtime: Runtime, first: pa.Table) -> Comparison:
    """Compare the first scores that the version in use gave with the labels."""
    scorer = runtime.models.scorer
    until = _learned_until(scorer.parts)
    own = first.filter(pc.equal(first["model_version"], scorer.version))
    judged, outcomes = label_outcomes(config, runtime.folder, own, until)
    return Comparison(
        present,
        compute_agreement(judged, outcomes),
        "label" if until else "undated",
        LeftOut(first.num_rows - own.num_rows, own.num_rows - judged.num_rows),
    )


def _learned_until(parts: ModelParts) -> str:
    """Return the latest moment that a model learned from, its calibration included; empty without dates."""
    ends = [parts.window.ends, parts.recalibrated.ends if parts.recalibrated is not None else ""]
    return max((each for each in ends if each), key=np.datetime64, default="")


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
