"""Outcomes weighted by how likely they were to be seen; those that nobody was to find out are unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qualify.labels.worked import NEVER, Worked, effective_size
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from qualify.model.parts import BANDS
from training.data import Loaded
from training.work import worked_of

__all__ = ["BandCount", "Selection", "describe_selection", "weigh"]


@dataclass(frozen=True, slots=True)
class BandCount:
    """Leads by the best band they were ever scored in under the lot; ``""``: scored before it, or never.

    Parameters
    ----------
    selected, picked, own
        To be worked by their score; by lot alone; neither, and worked on sales' own initiative.
    with_outcome, positives
        Whose outcome is known, and is the wanted one.
    """

    band: str
    leads: int
    selected: int
    picked: int
    own: int
    with_outcome: int
    positives: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What part of the population has outcomes at all, and what the weights leave of the rows.

    Parameters
    ----------
    rows, effective_rows
        Open rows with a known outcome, and how many equally weighted ones would tell a fit as much (Kish
        1965); a fit clips the weights.
    judged_rows, judged_effective_rows
        The same of the later rows on which the model is judged, whose weights are not clipped.
    largest_weight, clipped_rows
        Before clipping, and how many rows a fit clips.
    """

    share: float
    clip: float
    rows: int
    effective_rows: float
    judged_rows: int
    judged_effective_rows: float
    largest_weight: float
    clipped_rows: int
    bands: tuple[BandCount, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON, bands as a list of objects."""
        return asdict(self)

    def as_metrics(self) -> dict[str, float]:
        """Return the figures for the run's record."""
        names = ("rows", "effective_rows", "judged_rows", "judged_effective_rows", "largest_weight",
                 "clipped_rows")  # fmt: skip
        return {f"selection/{name}": float(getattr(self, name)) for name in names}


def weigh(
    loaded: Loaded,
    lead: IntArray,
    as_of: IntArray,
    labels: Mapping[str, FloatArray],
    horizons: Mapping[str, int],
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Make unknown what nobody was to find out, and weight the rest.

    Parameters
    ----------
    lead, as_of
        Lead position and moment of each row.
    labels, horizons
        By target: outcomes, and microseconds until they are known.

    Returns
    -------
    labels, weights
        By target. Without a lot the labels as they are, and no weights.
    """
    if loaded.work is None:
        return dict(labels), {}
    worked = worked_of(loaded.config, loaded.tables, loaded.work)
    found, weights = {}, {}
    for name, label in labels.items():
        until = last_moments(loaded, as_of, horizons[name])
        found[name] = np.where(worked.observed(lead, until), label, np.nan)
        weights[name] = worked.weights(lead, until)
    return found, weights


def last_moments(loaded: Loaded, as_of: IntArray, horizon: int) -> IntArray:
    """Return until when each row's outcome may come; at any time where the label is a column."""
    return np.full(len(as_of), NEVER - 1) if loaded.config.flat else as_of + horizon


def describe_selection(
    loaded: Loaded,
    lead: IntArray,
    label: FloatArray,
    weight: FloatArray,
    learned: BoolArray,
    judged: BoolArray,
) -> Selection | None:
    """Count who was to be worked and whose outcome is known; None without a lot.

    Parameters
    ----------
    lead, label, weight
        Of the rows with a known outcome of the first target.
    learned, judged
        The open rows, and the later ones of them.
    """
    if loaded.work is None:
        return None
    worked = worked_of(loaded.config, loaded.tables, loaded.work)
    clip = loaded.config.selection.clip
    return Selection(
        share=loaded.config.exploration, clip=clip,
        rows=int(learned.sum()), effective_rows=effective_size(np.minimum(weight[learned], clip)),
        judged_rows=int(judged.sum()), judged_effective_rows=effective_size(weight[judged]),
        largest_weight=float(weight[learned].max(initial=0.0)),
        clipped_rows=int((learned & (weight > clip)).sum()),
        bands=_bands(loaded, worked, lead[learned], label[learned]),
    )  # fmt: skip


def _bands(loaded: Loaded, worked: Worked, lead: IntArray, label: FloatArray) -> tuple[BandCount, ...]:
    """Count leads by band; those of which no chance is known come last."""
    count = len(loaded.tables)
    outcome, won = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    outcome[lead], won[lead[label == 1]] = True, True
    known = worked.scored_at < NEVER
    selected = known & (worked.selected_at < NEVER)
    picked = known & ~selected & (worked.picked_at < NEVER)
    own = known & ~selected & ~picked & (worked.began_at < NEVER)
    band = _best_bands(loaded)
    return tuple(
        BandCount(name, *(int((each & (band == name)).sum()) for each in (
            np.ones(count, dtype=bool), selected, picked, own, outcome, won)))
        for name in (*BANDS, "")
        if (band == name).any()
    )  # fmt: skip


def _best_bands(loaded: Loaded) -> np.ndarray:
    assert loaded.work is not None
    given = loaded.work.assignments
    best = dict(zip(given["lead_id"].to_pylist(), given["best_band"].to_pylist(), strict=True))
    return np.array([best.get(lead, "") for lead in loaded.tables.lead_id.tolist()])
