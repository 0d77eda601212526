"""What a backtest found: figures by origin, and the wins that each order of calling would have found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.evaluate import Metric
from qualify.leads.tables import FloatArray, IntArray
from training.wins import Queue, Wins

__all__ = ["Backtest", "Tried", "Waiting"]


@dataclass(frozen=True)
class Waiting:
    """All leads that were open at an origin, whether an outcome is known of them or not.

    Parameters
    ----------
    lead
        Ids, shape (leads,).
    probability, points
        Of the model (0 to 1) and of the rules, shape (leads,).
    place
        The place in the order in which leads came in, shape (leads,).
    judged
        Where the rows of the queue stand among them, shape (rows,).
    """

    lead: NDArray[np.object_]
    probability: FloatArray
    points: FloatArray
    place: IntArray
    judged: IntArray


@dataclass(frozen=True)
class Tried:
    """One origin's figures.

    Parameters
    ----------
    learned_from
        Leads with an outcome that the pipeline learned from.
    rows, positives
        Leads that were scored, and how many of them had the outcome.
    metrics
        By scorer, then by figure; those that need a probability are NaN for ``arrival``
        and ``newest``.
    queue, wins
        The leads with a known outcome in each order of calling, and what each order finds.
    waiting
        All leads that were open.
    """

    origin: str
    learned_from: int
    rows: int
    positives: int
    metrics: Mapping[str, Mapping[str, Metric]]
    queue: Queue
    wins: Wins
    waiting: Waiting
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "origin": self.origin,
            "learned_from": self.learned_from,
            "rows": self.rows,
            "positives": self.positives,
            "base_rate": self.positives / self.rows,
            "scorers": {
                name: {figure: metric.as_dict() for figure, metric in figures.items()}
                for name, figures in self.metrics.items()
            },
            "wins": self.wins.as_json(),
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Backtest:
    """All origins that could be tried, and why others could not; `wins` are those of all origins."""

    target: str
    tried: tuple[Tried, ...]
    skipped: Mapping[str, str]
    wins: Wins
    run_id: str
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "run_id": self.run_id,
            "target": self.target,
            "origins": [tried.as_json() for tried in self.tried],
            "wins": self.wins.as_json(),
            "skipped": dict(self.skipped),
            "seconds": self.seconds,
        }
