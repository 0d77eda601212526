"""What becomes of leads: who is worked, and when each reaches SAL, SQL, Won, Lost or Recycled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.simulate.activities import Activities
from qualify.simulate.arrays import DAY, NEVER, BoolArray, FloatArray, IntArray, sigmoid
from qualify.simulate.people import Scores
from qualify.simulate.streams import HANDS
from qualify.simulate.tables import BY_HAND, CURVE, DELAYS

__all__ = ["Outcomes", "count_hands", "draw_outcomes", "work_chance"]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """When each lead entered a stage; (leads,) int64 microseconds since 1970 UTC, `NEVER` = it does not.

    Attributes
    ----------
    sal
        Sales took it up from the queue.
    recycled
        Sales gave it back before SQL.
    sql
        SQL, by whatever way.
    won, lost
        How the SQL ended; `lost` holds those that were recycled then, too.
    by_hand : (leads,) bool
        Whether the SQL came by another way than the queue.
    """

    sal: IntArray
    recycled: IntArray
    sql: IntArray
    won: IntArray
    lost: IntArray
    by_hand: BoolArray


def work_chance(hot: FloatArray, hands: IntArray, base: float) -> FloatArray:
    """Compute P(worked) from the attributes' log-odds and the hands raised on day one.

    Parameters
    ----------
    hot : (leads,) array
        `Scores.hot`.
    hands : (leads,) array
        Number of hand-raising activities known one day after creation.
    base : float
        Level of sales' curve, log-odds; infinity = everybody is worked.
    """
    return sigmoid(base + hot + CURVE["raised"] * np.minimum(hands, CURVE["cap"]))


def count_hands(activities: Activities, created: IntArray, as_of: IntArray) -> IntArray:
    """Count each lead's hand-raising activities that were known at `as_of` and one day after creation."""
    limit = np.minimum(as_of, created + round(CURVE["day"] * DAY))
    known = np.isin(activities.code, HANDS) & (activities.recorded <= limit[activities.lead])
    return np.bincount(activities.lead[known], minlength=len(created))


def draw_outcomes(
    rng: np.random.Generator, created: IntArray, intent: BoolArray, worked: BoolArray, scores: Scores
) -> Outcomes:
    """Draw the times at which leads enter stages.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    created : (leads,) int64
        Creation, microseconds since 1970 UTC.
    intent, worked : (leads,) bool
        Who means to buy, and whom sales work.
    scores : Scores
        What the attributes say.

    Returns
    -------
    Outcomes
        Complete: also what lies beyond the end of the simulation.
    """
    look = created + round(CURVE["day"] * DAY)
    sal = _later(rng, look, worked, DELAYS["sal"])
    by_queue = _later(rng, sal, worked & intent, DELAYS["sql"])
    share, mean = np.array(BY_HAND)[intent.astype(np.int64)].T
    hand = _later(rng, created, rng.random(len(created)) < share, mean)
    sql = np.minimum(by_queue, hand)
    sal = np.where(sal < sql, sal, NEVER)
    recycled = _later(rng, sal, (sal < NEVER) & ~intent, DELAYS["recycled"])
    wins = (sql < NEVER) & (rng.random(len(created)) < sigmoid(scores.fit))
    return Outcomes(
        sal=sal,
        recycled=np.where(recycled < sql, recycled, NEVER),
        sql=sql,
        won=_later(rng, sql, wins, DELAYS["won"], DELAYS["won_least"]),
        lost=_later(rng, sql, (sql < NEVER) & ~wins, DELAYS["lost"], DELAYS["lost_least"]),
        by_hand=(hand <= by_queue) & (hand < NEVER),
    )


def _later(
    rng: np.random.Generator,
    start: IntArray,
    happens: BoolArray,
    mean: float | FloatArray,
    least: float = 0.0,
) -> IntArray:
    """Add `least` and an exponential delay (days) to `start` where it happens; `NEVER` elsewhere."""
    delay = np.rint((least + rng.standard_exponential(len(start)) * mean) * DAY).astype(np.int64)
    return np.where(happens, np.where(happens, start, 0) + delay, NEVER)
