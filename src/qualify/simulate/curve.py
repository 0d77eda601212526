"""The level of sales' curve at which they work a wanted share of the leads."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from qualify.simulate.activities import Activities
from qualify.simulate.arrays import NEVER, sigmoid
from qualify.simulate.evidence import expect_worked
from qualify.simulate.history import History
from qualify.simulate.outcomes import Outcomes
from qualify.simulate.people import draw_people, score_people
from qualify.simulate.streams import Rates
from qualify.simulate.tables import CURVE

__all__ = ["solve_curve"]

_SAMPLE, _SAMPLE_SEED = 4096, 7  # leads from which the level is found: the same ones each time


def solve_curve(work_share: float | None, rates: Rates) -> float:
    """Find the level of sales' curve at which they work a given share of leads.

    Parameters
    ----------
    work_share : float or None
        Share of the leads, above 0 and up to 1; None takes the table's level.
    rates : Rates
        More activities mean more raised hands.

    Returns
    -------
    float
        `base` of `outcomes.work_chance`; infinity for a share of 1. The share comes out to about .01.
    """
    if work_share is None:
        return CURVE["base"]
    if work_share == 1:
        return math.inf
    newcomers = _draw_newcomers(rates)
    low, high = -40.0, 40.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _expect_share(newcomers, middle) < work_share else (low, middle)
    return (low + high) / 2


def _draw_newcomers(rates: Rates) -> History:
    """Draw leads that have done nothing yet."""
    rng = np.random.default_rng(_SAMPLE_SEED)
    scores = score_people(draw_people(rng, rng.random(_SAMPLE)))
    nothing, never = np.zeros(0, dtype=np.int64), np.full(_SAMPLE, NEVER)
    return History(
        created=np.zeros(_SAMPLE, dtype=np.int64),
        scores=scores,
        activities=Activities(nothing, nothing, nothing, nothing, nothing.astype(np.bool_)),
        outcomes=Outcomes(never, never, never, never, never, never < 0),
        rates=rates,
        curve=0.0,
    )


def _expect_share(newcomers: History, base: float) -> float:
    """Compute the share of leads that sales work at a level of the curve."""
    history = replace(newcomers, curve=base)
    intent = sigmoid(history.scores.intent)
    worked = [expect_worked(history, history.created, code) for code in (0, 1)]
    return float(np.mean((1 - intent) * worked[0] + intent * worked[1]))
