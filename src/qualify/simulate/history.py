"""All that the simulation knows about some leads, as arrays: what the truth is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qualify.simulate.activities import Activities
from qualify.simulate.arrays import IntArray, stack
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
        starts = np.cumsum([0, *(len(part.created) for part in parts[:-1])])
        moved = [
            replace(part.activities, lead=part.activities.lead + start)
            for part, start in zip(parts, starts, strict=True)
        ]
        return cls(
            created=np.concatenate([part.created for part in parts]),
            scores=stack([part.scores for part in parts]),
            activities=stack(moved),
            outcomes=stack([part.outcomes for part in parts]),
            rates=parts[0].rates,
            curve=parts[0].curve,
        )
