"""The true propensities: what anybody could know at best at a given time, in closed form.

Given intent and the attributes, activities are independent Poisson streams: each known activity adds its
`Rates.evidence` to the log-odds of intent, and `Rates.surplus` times the share to be expected by then is
taken off. Stages known by then (SAL, Recycled, not yet SQL) add their likelihoods, and the delays until SQL
and Won have closed forms (see `delays`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.simulate.arrays import DAY, FloatArray, IntArray, sigmoid
from qualify.simulate.delays import CONTACTED, IDLE, PENDING, hand_at, reach, reach_and_close
from qualify.simulate.evidence import expect_worked, intent_log_odds
from qualify.simulate.history import History
from qualify.simulate.tables import CURVE, DELAYS

__all__ = ["SQL_DAYS", "WIN_DAYS", "propensity"]

SQL_DAYS, WIN_DAYS = 60.0, 180.0  # horizons


@dataclass(frozen=True, eq=False)
class _States:
    """Chance of each hidden state of leads that are not SQL; (leads,) float64, adding up to 1."""

    cold: FloatArray  # no intent
    idle: FloatArray  # intent, but sales do not work it
    pending: FloatArray  # intent, sales work it, not SAL yet
    contacted: FloatArray  # intent, SAL


def propensity(history: History, as_of: IntArray) -> tuple[FloatArray, FloatArray]:
    """Compute P(SQL within 60 days) and P(Won within 180 days) after a time, given all that is known then.

    Parameters
    ----------
    history : History
        The leads.
    as_of : (leads,) int64
        Microseconds since 1970 UTC, one for each lead.

    Returns
    -------
    p_sql : (leads,) float64
        NaN where the lead is not created yet or is SQL already.
    p_win : (leads,) float64
        NaN where the lead is not created yet or is won already; 0 where its SQL is lost.
    """
    outcomes = history.outcomes
    unborn, is_sql = as_of < history.created, outcomes.sql <= as_of
    p_sql, p_win = _before_sql(history, as_of)
    p_win = np.where(is_sql, _after_sql(history, as_of), p_win)
    p_win = np.where(outcomes.lost <= as_of, 0.0, p_win)
    return (
        np.where(unborn | is_sql, np.nan, p_sql),
        np.where(unborn | (outcomes.won <= as_of), np.nan, p_win),
    )


def _before_sql(history: History, as_of: IntArray) -> tuple[FloatArray, FloatArray]:
    """Compute both chances for leads that are not SQL."""
    age = np.maximum(as_of - history.created, 0) / DAY
    states = _weigh_states(history, as_of, age)
    wait = np.maximum(CURVE["day"] - age, 0.0)
    none = np.zeros_like(wait)
    (_, cold), (_, warm) = hand_at(0, age), hand_at(1, age)
    cases = (
        (states.cold, none, IDLE, cold),
        (states.idle, none, IDLE, warm),
        (states.pending, wait, PENDING, warm),
        (states.contacted, none, CONTACTED, warm),
    )
    p_sql, p_won = np.zeros_like(age), np.zeros_like(age)
    for chance, start, work, hand in cases:
        p_sql += chance * reach(SQL_DAYS, start, work, hand)
        p_won += chance * reach_and_close(WIN_DAYS, start, work, hand)
    return p_sql, sigmoid(history.scores.fit) * p_won


def _weigh_states(history: History, as_of: IntArray, age: FloatArray) -> _States:
    """Compute the chances of the hidden states from activities and stages."""
    outcomes = history.outcomes
    prior = sigmoid(intent_log_odds(history, as_of))
    cold, warm = (1 - prior) * hand_at(0, age)[0], prior * hand_at(1, age)[0]
    is_sal = outcomes.sal <= as_of
    in_work = np.where(is_sal, as_of - outcomes.sal, 0) / DAY
    # SAL is known to be still to come, or since when it is; the chance of having been worked cancels then.
    quiet = np.exp(-np.maximum(age - CURVE["day"], 0.0) / DELAYS["sal"])
    worked = {intent: expect_worked(history, as_of, intent) for intent in (0, 1)}
    kept = np.where(outcomes.recycled <= as_of, 0.0, np.exp(-in_work / DELAYS["sql"]))
    given_back = np.where(outcomes.recycled <= as_of, 1.0, np.exp(-in_work / DELAYS["recycled"]))
    weights = _States(
        cold=cold * np.where(is_sal, given_back, 1 - worked[0] * (1 - quiet)),
        idle=warm * np.where(is_sal, 0.0, 1 - worked[1]),
        pending=warm * np.where(is_sal, 0.0, worked[1] * quiet),
        contacted=warm * np.where(is_sal, kept, 0.0),
    )
    total = weights.cold + weights.idle + weights.pending + weights.contacted
    return _States(*(part / total for part in vars(weights).values()))


def _after_sql(history: History, as_of: IntArray) -> FloatArray:
    """Compute P(Won within 180 days) for leads that are SQL and still open."""
    sql = history.outcomes.sql
    spent = np.where(sql <= as_of, as_of - np.where(sql <= as_of, sql, 0), 0) / DAY
    win = sigmoid(history.scores.fit)
    open_won = _still_open(spent, "won")
    open_lost = _still_open(spent, "lost")
    won_later = open_won - _still_open(spent + WIN_DAYS, "won")
    return np.asarray(win * won_later / (win * open_won + (1 - win) * open_lost), dtype=np.float64)


def _still_open(days: FloatArray, end: str) -> FloatArray:
    return np.exp(-np.maximum(days - DELAYS[f"{end}_least"], 0.0) / DELAYS[end])
