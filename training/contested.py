"""A contest as the gate sees it, and the difference of two scorers in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.evaluate import Metric, paired_difference
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from training.behaviour import Behaviour

__all__ = [
    "CHALLENGER", "CHAMPION", "DRAWS", "RECALIBRATED", "RULES", "Contest", "compare_scorers", "difference",
    "parts_of", "signed",
]  # fmt: skip

DRAWS = 400

CHALLENGER, CHAMPION, RECALIBRATED, RULES = "challenger", "champion", "recalibrated", "rules"


@dataclass(frozen=True)
class Contest:
    """What the gate looks at: the same later rows, seen by every scorer.

    Parameters
    ----------
    label, weight, lead, time
        Shape (rows,): outcome, weight, lead, and moment in microseconds.
    probabilities
        By scorer: ``challenger``, ``champion`` (absent where none is in use or none can be compared),
        ``recalibrated`` (the champion with a new calibration, where one is called for), ``rules``, ``bayes``,
        ``linear``.
    segments
        By name, each row's segment (None: of none).
    parity
        Largest difference of probabilities scored alone and in a batch; None: not measured.
    flattered
        Whether the champion has learned from these leads, which makes its figures look better.
    drafted
        Whether the rules were drafted from outcomes of these leads, which makes theirs look better.
    behaviour
        What moved the probability that must not, and the other way round; None: not measured.
    """

    label: FloatArray
    weight: FloatArray
    lead: NDArray[Any]
    time: IntArray
    probabilities: Mapping[str, FloatArray]
    segments: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    capacity_share: float = 0.1
    parity: float | None = None
    flattered: bool = False
    drafted: bool = False
    behaviour: Behaviour | None = None


def compare_scorers(contest: Contest, *, draws: int = DRAWS, seed: int = 0) -> dict[str, dict[str, Metric]]:
    """Return challenger minus each other scorer: log-loss, AUC and precision at capacity, by scorer."""
    names = ("log_loss", "auc", "precision_at_capacity")
    return {
        other: {name: difference(contest, other, name, draws, seed) for name in names}
        for other in contest.probabilities
        if other != CHALLENGER
    }


def difference(
    contest: Contest,
    other: str,
    metric: str,
    draws: int,
    seed: int,
    *,
    rows: BoolArray | None = None,
    confidence: float = 0.95,
) -> Metric:
    """Return challenger minus `other` on the chosen rows (all of them: None)."""
    kept = np.ones(len(contest.label), dtype=bool) if rows is None else rows
    return paired_difference(
        contest.label[kept], contest.probabilities[CHALLENGER][kept], contest.probabilities[other][kept],
        contest.lead[kept], metric, weight=contest.weight[kept], capacity_share=contest.capacity_share,
        bootstrap=draws, confidence=confidence, seed=seed,
    )  # fmt: skip


def parts_of(metric: Metric) -> tuple[float | None, ...]:
    """Return value, low and high for a check."""
    found = metric.as_dict()
    return found["value"], found["low"], found["high"]


def signed(metric: Metric) -> str:
    """Return a difference in words, with its interval."""
    return f"{metric.value:+.4f} ({metric.low:+.4f} to {metric.high:+.4f})"
