"""All that the simulation knows about some leads, as arrays: what the truth is computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.simulate.activities import Activities, join
from qualify.simulate.arrays import IntArray
from qualify.simulate.outcomes import Outcomes
from qualify.simulate.people import Scores
from qualify.simulate.streams import Rates

__all__ = ["History"]


@dataclass(frozen=True, eq=False)
class History:
    """The leads of a funnel, with what the CRM does not show.

    Attributes
    ----------
    created : (leads,) int64
        Microseconds since 1970 UTC.
    scores : Scores
        What their attributes say.
    activities : Activities
        In any order; `lead` counts from 0 within this history.
    outcomes : Outcomes
        The stages that the leads enter.
    rates : Rates
        Mean counts of activities by type.
    curve : float
        Level of sales' curve, see `outcomes.work_chance`.
    """

    created: IntArray
    scores: Scores
    activities: Activities
    outcomes: Outcomes
    rates: Rates
    curve: float

    @classmethod
    def concatenate(cls, parts: list[History]) -> History:
        """Put the leads of several parts, at least one, behind each other."""
        starts = np.cumsum([0] + [len(part.created) for part in parts])
        moved = [
            Activities(a.lead + start, a.code, a.occurred, a.recorded, a.scanner)
            for a, start in zip((part.activities for part in parts), starts, strict=False)
        ]
        return cls(
            created=np.concatenate([part.created for part in parts]),
            scores=Scores(**_columns([part.scores for part in parts])),
            activities=join(moved),
            outcomes=Outcomes(**_columns([part.outcomes for part in parts])),
            rates=parts[0].rates,
            curve=parts[0].curve,
        )


def _columns(parts: list[Scores] | list[Outcomes]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
