"""What a backtest found: figures by origin, and the wins that each order of calling would have found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qualify.evaluate import Metric
from training.wins import Queue, Wins

__all__ = ["Backtest", "Tried"]


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
        The leads in each order of calling, and what each order finds.
    """

    origin: str
    learned_from: int
    rows: int
    positives: int
    metrics: Mapping[str, Mapping[str, Metric]]
    queue: Queue
    wins: Wins
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
