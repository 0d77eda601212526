"""Closed forms for human delays: survival functions that are sums of exponentials, and their convolutions.

From now (u = 0, in days) on, the time until SQL has the survival function

    S(u) = hand(u) * work(u),    hand(u) = rest + share * exp(-rate * u),
    work(u) = 1 for u < wait, and sum_j c_j * exp(-r_j * (u - wait)) from there on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.simulate.arrays import FloatArray
from qualify.simulate.tables import BY_HAND, DELAYS

__all__ = ["CONTACTED", "IDLE", "PENDING", "Hand", "Work", "hand_at", "reach", "reach_and_close", "survive"]


@dataclass(frozen=True)
class Work:
    """What sales' work does to the time until SQL: coefficients c_j and rates r_j (a day) of `work`."""

    coefficients: tuple[float, ...]
    rates: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Hand:
    """The way by hand for leads that have not taken it yet.

    Attributes
    ----------
    share : (leads,) float64
        Chance that it is still to come.
    rate : float
        A day.
    """

    share: FloatArray
    rate: float


_SAL, _SQL = 1 / DELAYS["sal"], 1 / DELAYS["sql"]
IDLE = Work((1.0,), (0.0,))  # never SQL by the queue
PENDING = Work((_SQL / (_SQL - _SAL), -_SAL / (_SQL - _SAL)), (_SAL, _SQL))  # waits for SAL, then for SQL
CONTACTED = Work((1.0,), (_SQL,))  # is SAL, waits for SQL


def hand_at(intent: int, age: FloatArray) -> tuple[FloatArray, Hand]:
    """Give the chance that the way by hand was not taken by an age (days), and what is left of it then."""
    share, mean = BY_HAND[intent]
    still = share * np.exp(-np.maximum(age, 0.0) / mean)
    left = 1 - share + still
    return left, Hand(still / left, 1 / mean)


def survive(after: float, wait: FloatArray, work: Work, hand: Hand) -> FloatArray:
    """Compute S(after): the chance of no SQL within `after` days.

    Parameters
    ----------
    after : float
        Days from now.
    wait : (leads,) array
        Days until sales' work can begin, at most `after`.
    work : Work
        What it does then.
    hand : Hand
        The way by hand.
    """
    worked = np.zeros_like(wait)
    for c, r in zip(work.coefficients, work.rates, strict=True):
        worked += c * np.exp(-r * (after - wait))
    worked *= 1 - hand.share + hand.share * np.exp(-hand.rate * after)
    return worked


def reach(within: float, wait: FloatArray, work: Work, hand: Hand) -> FloatArray:
    """Compute the chance of SQL within some days; arguments as for `survive`."""
    return 1 - survive(within, wait, work, hand)


def reach_and_close(within: float, wait: FloatArray, work: Work, hand: Hand) -> FloatArray:
    r"""Compute the chance that SQL and then Won both come within some days, if the SQL is won.

    With the closing delay z0 + Exp(q) and T = within - z0 this is

        \int_0^T (1 - S(u)) q exp(-q (T - u)) du,

    a sum of integrals of exponentials. Arguments are those of `survive`.
    """
    close = 1 / DELAYS["won"]
    horizon = within - DELAYS["won_least"]
    none, end = np.zeros_like(wait), np.full_like(wait, horizon)
    missed = np.zeros_like(wait)
    for weight, rate in ((1 - hand.share, 0.0), (hand.share, hand.rate)):
        missed += weight * _integral(rate, none, wait, close, horizon)
        for c, r in zip(work.coefficients, work.rates, strict=True):
            missed += weight * c * np.exp(r * wait) * _integral(r + rate, wait, end, close, horizon)
    closed: FloatArray = -np.expm1(-close * horizon) - missed
    return closed


def _integral(rate: float, lower: FloatArray, upper: FloatArray, close: float, horizon: float) -> FloatArray:
    """Integrate exp(-rate u) * close * exp(-close (horizon - u)) over u from `lower` to `upper`."""
    at_upper = np.exp(-close * (horizon - upper) - rate * upper)
    at_lower = np.exp(-close * (horizon - lower) - rate * lower)
    return np.asarray(close / (close - rate) * (at_upper - at_lower), dtype=np.float64)
