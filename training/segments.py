"""Figures by named segment of the judged rows: where the model ranks and promises as it does on the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualify.evaluate import Metric, compute_metrics, compute_reliability
from qualify.leads.tables import BoolArray
from training.judging import Judged
from training.segment_checks import told_alone

__all__ = ["WHOLE", "Kept", "Segment", "describe_segments"]

Kept: TypeAlias = Literal["kept", "low", "high"]


WHOLE = ""
"""The column of the segment that holds all judged rows, to compare the others with."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One value of a named column, on the later rows that judged the model.

    Parameters
    ----------
    column, value
        As the user's table has them; None: not given. Column `WHOLE` stands for all judged rows.
    leads, positives
        Leads, and those of them with the outcome.
    promised
        Mean of the probabilities.
    observed
        Share of rows with the outcome.
    auc, log_loss
        As of `qualify.evaluate.compute_metrics`.
    enough
        Whether there are as many leads and outcomes as the gate asks of a segment; without them the figures
        are NaN.
    label
        What the reader calls the column, where that is not its name; two columns may be called alike.
    """

    column: str
    value: str | None
    leads: int
    positives: int
    promised: float
    observed: Metric
    auc: Metric
    log_loss: Metric
    enough: bool
    label: str = ""

    @property
    def kept(self) -> Kept:
        """Whether the promise was kept, or lies beyond noise below or above what came of it."""
        if self.promised > self.observed.high:
            return "high"
        return "low" if self.promised < self.observed.low else "kept"


def describe_segments(
    judged: Judged, segments: Mapping[str, NDArray[np.object_]], *, bootstrap: int, seed: int
) -> tuple[Segment, ...]:
    """Measure the model on all rows, then on each segment; those of a column together, the largest first.

    Parameters
    ----------
    segments
        By column, each judged row's value (None: not given), as of `training.rivals.segments_of`.
    bootstrap, seed
        Draws of the intervals, and what they follow from.
    """
    if not segments:
        return ()
    whole = _measure(judged, WHOLE, None, np.ones(len(judged.label), dtype=bool), bootstrap, seed)
    found = (
        _measure(judged, column, value, rows, bootstrap, seed)
        for column, values in segments.items()
        for value, rows in _parts(values)
    )
    place = {column: k for k, column in enumerate(segments)}
    # By size, then by name; what is not given comes last.
    order = sorted(found, key=lambda e: (place[e.column], e.value is None, -e.leads, e.value or ""))
    return (whole, *order)


def _parts(values: NDArray[np.object_]) -> Iterator[tuple[str | None, BoolArray]]:
    code, words = pd.factorize(values)
    for k in np.unique(code).tolist():
        yield None if k < 0 else str(words[k]), code == k


def _measure(
    judged: Judged, column: str, value: str | None, rows: BoolArray, bootstrap: int, seed: int
) -> Segment:
    label, lead, weight = judged.label[rows], judged.lead[rows], judged.weight[rows]
    p = judged.probabilities["model"][rows]
    leads, won = len(np.unique(lead)), len(np.unique(lead[label == 1]))
    if not told_alone(won, leads):
        nothing = Metric(float("nan"), float("nan"), float("nan"))
        return Segment(column, value, leads, won, float("nan"), nothing, nothing, nothing, False)
    found = compute_metrics(
        label, p, weight=weight, lead=lead, bootstrap=bootstrap, seed=seed, names=("auc", "log_loss")
    )
    (whole,) = compute_reliability(
        label, p, weight=weight, lead=lead, bins=1, bootstrap=bootstrap, seed=seed
    ).to_dict("records")
    observed = Metric(*(float(whole[name]) for name in ("observed", "low", "high")))
    return Segment(
        column, value, leads, won, float(whole["predicted"]), observed, found["auc"], found["log_loss"], True
    )
