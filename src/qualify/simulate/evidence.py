"""What a history says about intent, and about whether sales work the lead."""

from __future__ import annotations

import math

import numpy as np

from qualify.simulate.activities import first_stop
from qualify.simulate.arrays import DAY, FloatArray, IntArray, select
from qualify.simulate.history import History
from qualify.simulate.outcomes import count_hands, work_chance
from qualify.simulate.streams import CODES, HANDS, MAIL_REACTIONS, WINDOW, known_share
from qualify.simulate.tables import CURVE, STREAMS

__all__ = ["expect_worked", "intent_log_odds"]


def intent_log_odds(history: History, as_of: IntArray) -> FloatArray:
    """Compute the log-odds of intent from the attributes and the activities known at a time.

    Parameters
    ----------
    history : History
        The leads.
    as_of : (leads,) int64
        Microseconds since 1970 UTC, one for each lead.

    Returns
    -------
    (leads,) float64
        Linear in the counts of known activities by type; what machines did counts nothing.
    """
    activities = history.activities
    known = (activities.recorded <= as_of[activities.lead]) & ~activities.scanner
    evidence = history.rates.evidence[activities.code[known]]
    said = np.bincount(activities.lead[known], weights=evidence, minlength=len(as_of))
    age = np.maximum(as_of - history.created, 0) / DAY
    log_odds: FloatArray = history.scores.intent + said - _expected_surplus(history, age)
    return log_odds


def expect_worked(history: History, as_of: IntArray, intent: int) -> FloatArray:
    """Compute P(worked | intent, what is known at a time), as (leads,) float64.

    From one day after creation on it is sales' curve itself. Before that, the hands still to be raised on day
    one are Poisson, and the curve is averaged over them exactly: it is flat from `CURVE["cap"]` on.
    """
    scores, curve, cap = history.scores, history.curve, int(CURVE["cap"])
    hands = count_hands(history.activities, history.created, as_of)
    age = np.maximum(as_of - history.created, 0) / DAY
    mean = _hands_to_come(history, age, intent)
    average = np.zeros_like(age)
    left = np.ones_like(age)
    for more in range(cap):
        chance = np.exp(-mean) * mean**more / math.factorial(more)
        average += chance * work_chance(scores.hot, hands + more, curve)
        left -= chance
    average += left * work_chance(scores.hot, hands + cap, curve)
    return np.asarray(average, dtype=np.float64)


def _hands_to_come(history: History, age: FloatArray, intent: int) -> FloatArray:
    """Give the mean number of hands that become known after `age` and on day one."""
    means = history.rates.warm if intent else history.rates.cold
    day = np.full_like(age, CURVE["day"])
    by_now = np.minimum(age, day)
    shares = [means[code] * (known_share(code, day) - known_share(code, by_now)) for code in HANDS]
    return np.asarray(np.sum(shares, axis=0), dtype=np.float64)


def _expected_surplus(history: History, age: FloatArray) -> FloatArray:
    """Sum over the types how many more activities were to be expected by `age` with intent than without."""
    surplus = history.rates.surplus
    total = np.zeros_like(age)
    for code in range(len(STREAMS)):
        if code not in MAIL_REACTIONS:
            total += surplus[code] * known_share(code, age)
    return total + _expected_reactions(history, age)


def _expected_reactions(history: History, age: FloatArray) -> FloatArray:
    """Do the same for reactions to mail, which end with an unsubscribe and pause after each mail."""
    activities, leads = history.activities, len(age)
    stop = (first_stop(activities, leads) - history.created) / DAY
    until = np.minimum(age, stop)
    sent = select(activities, activities.code == CODES["email_sent"])
    lead = sent.lead
    at = (sent.occurred - history.created[lead]) / DAY
    begin, finish = np.minimum(at, until[lead]), np.minimum(at + WINDOW, until[lead])
    total = np.zeros_like(age)
    for code in MAIL_REACTIONS:
        paused = known_share(code, finish) - known_share(code, begin)
        share = known_share(code, until) - np.bincount(lead, weights=paused, minlength=leads)
        total += history.rates.surplus[code] * share
    return total
