"""The truth is true: calibrated wherever it is asked, blind to the future, and equal to numbers by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from qualify.simulate import SimulationError, true_propensity
from qualify.simulate.activities import Activities
from qualify.simulate.arrays import NEVER, select
from qualify.simulate.history import History
from qualify.simulate.outcomes import Outcomes
from qualify.simulate.people import Scores
from qualify.simulate.streams import CODES, rates_for
from qualify.simulate.tables import BY_HAND, DELAYS, STREAMS
from qualify.simulate.truth import propensity
from tests.simulate.funnels import DAY, expected_calibration_error, frame, funnel, happened

BIG = (32_000, 11)


@pytest.mark.parametrize(("outcome", "column", "days"), [("sql", "p_sql", 60), ("won", "p_win", 180)])
@pytest.mark.parametrize("moment", ["creation", "day one"])
def test_the_table_is_calibrated(outcome, column, days, moment):
    made = funnel(*BIG)
    truth = frame(made.truth)
    as_of = made.history.created + (DAY if moment == "day one" else 0)
    p = truth[column if moment == "day one" else f"{column}_at_creation"].to_numpy()
    mature = (as_of + days * DAY < made.settings.end) & ~np.isnan(p)
    y = happened(made, as_of, outcome, days)[mature]
    assert mature.sum() > 20_000
    assert expected_calibration_error(y, p[mature]) < 0.008
    assert y.mean() == pytest.approx(p[mature].mean(), abs=0.004)


@pytest.mark.parametrize("settings", [{}, {"work_share": 0.3}, {"work_share": 1.0}], ids=str)
@pytest.mark.parametrize("days", [0.02, 0.3, 3.0, 12.0])
def test_other_times_are_calibrated(days, settings):
    made = funnel(20_000, 4, **settings)
    as_of = made.history.created + round(days * DAY)
    p = true_propensity(made, as_of.astype("datetime64[us]"))[0]
    asked = (as_of + 60 * DAY < made.settings.end) & ~np.isnan(p)
    y, p = happened(made, as_of, "sql", 60)[asked], p[asked]
    parts = [part for part in np.array_split(np.argsort(p), 20) if (p[part] * (1 - p[part])).sum() > 3]
    chi_square = sum((y[b].sum() - p[b].sum()) ** 2 / (p[b] * (1 - p[b])).sum() for b in parts)
    assert len(parts) > 3
    assert chi_square < 40  # the 99.5 % point of 20 bins


def test_it_ranks_as_well_as_promised():
    made = funnel(*BIG)
    p = frame(made.truth).p_sql.to_numpy()
    as_of = made.history.created + DAY
    asked = (as_of + 60 * DAY < made.settings.end) & ~np.isnan(p)
    y, p = happened(made, as_of, "sql", 60)[asked], p[asked]
    ranks = np.argsort(np.argsort(p))
    auc = (ranks[y].mean() - (y.sum() - 1) / 2) / (~y).sum()
    assert 0.80 < auc < 0.88


def test_any_time_agrees_with_the_table():
    made = funnel()
    truth = frame(made.truth)
    for as_of, columns in (
        (made.history.created + DAY, ["p_sql", "p_win"]),
        (made.history.created, ["p_sql_at_creation", "p_win_at_creation"]),
    ):
        again = true_propensity(made, as_of.astype("datetime64[us]"))
        for column, values in zip(columns, again, strict=True):
            np.testing.assert_allclose(values, truth[column].to_numpy(), rtol=0, atol=1e-14)


def test_nothing_after_the_time_counts():
    made = funnel()
    history, as_of = made.history, made.history.created + 5 * DAY
    activities, outcomes = history.activities, history.outcomes
    known = select(activities, activities.recorded <= as_of[activities.lead])
    past = {name: np.where(times <= as_of, times, NEVER) for name, times in vars(outcomes).items()}
    cut = replace(history, activities=known, outcomes=Outcomes(**{**past, "by_hand": outcomes.by_hand}))
    for full, blind in zip(propensity(history, as_of), propensity(cut, as_of), strict=True):
        np.testing.assert_array_equal(full, blind)


def test_what_machines_do_tells_nothing():
    made = funnel()
    history, as_of = made.history, made.history.created + 5 * DAY
    assert history.activities.scanner.mean() > 0.03
    by_people = replace(history, activities=select(history.activities, ~history.activities.scanner))
    for full, less in zip(propensity(history, as_of), propensity(by_people, as_of), strict=True):
        np.testing.assert_array_equal(full, less)


def test_when_there_is_nothing_to_say():
    made = funnel(20_000, 4)
    outcomes, truth = made.history.outcomes, frame(made.truth)
    as_of = made.history.created + DAY
    known = as_of <= made.settings.end
    is_sql = outcomes.sql <= as_of
    assert is_sql.sum() > 50
    assert (truth.p_sql.isna() == (is_sql | ~known)).all()
    assert (truth.p_win.isna() == ~known).all()
    assert truth.p_win[is_sql & known].min() > truth.p_win[known].median()
    p_sql, p_win = true_propensity(made, "2026-03-31")
    time = 1_774_915_200_000_000
    unborn, won = made.history.created > time, outcomes.won <= time
    assert (np.isnan(p_sql) == (unborn | (outcomes.sql <= time))).all()
    assert (np.isnan(p_win) == (unborn | won)).all()
    assert (p_win[(outcomes.lost <= time) & ~unborn] == 0).all()
    assert np.isnan(true_propensity(made, "2030-01-01")[0]).all()


def test_wrong_times_are_refused():
    made = funnel()
    with pytest.raises(SimulationError, match=r"datetime64\[D\] \(2,\)"):
        true_propensity(made, np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]"))
    with pytest.raises(SimulationError, match=r"float64 \(3000,\)"):
        true_propensity(made, np.zeros(3000))
    with pytest.raises(SimulationError, match="time is wrong"):
        true_propensity(made, "yesterdayish")


def one_lead(intent: float, codes: tuple[int, ...] = (), **stages: int) -> History:
    """A lead created at 0 that did `codes` half an hour later, known at once; sales work everybody."""
    when = np.full(len(codes), DAY // 48)
    never = np.array([NEVER])
    times = {name: np.array([stages.get(name, NEVER)]) for name in ("sal", "recycled", "sql", "won", "lost")}
    return History(
        created=np.array([0]),
        scores=Scores(np.array([intent]), np.array([0.0]), np.array([0.0])),
        activities=Activities(
            np.zeros(len(codes), dtype=np.int64), np.array(codes, dtype=np.int64), when, when, when < 0
        ),
        outcomes=Outcomes(**times, by_hand=never < 0),
        rates=rates_for(25.0),
        curve=math.inf,
    )


def test_a_new_lead_by_hand():
    """Even odds of intent; all are worked, so SAL comes 1 day + Exp(1.6), SQL Exp(11) days later."""
    (cold, cold_mean), (warm, warm_mean) = BY_HAND
    fast, slow = DELAYS["sal"], DELAYS["sql"]
    missed = (slow * math.exp(-59 / slow) - fast * math.exp(-59 / fast)) / (slow - fast)
    with_intent = 1 - missed * (1 - warm + warm * math.exp(-60 / warm_mean))
    without = cold * (1 - math.exp(-60 / cold_mean))
    p_sql, p_win = propensity(one_lead(0.0), np.array([0]))
    assert p_sql[0] == pytest.approx((with_intent + without) / 2, rel=1e-12)
    assert 0.4 * p_sql[0] < p_win[0] < 0.5 * p_sql[0]  # fit 0: every second SQL is won, most within 180 days


def test_an_activity_adds_its_evidence():
    """One demo request multiplies the odds by warm/cold; nothing else differs."""
    stream = STREAMS[CODES["demo_request"]]
    as_of = np.array([DAY // 2])
    quiet, asked = (propensity(one_lead(0.5, codes), as_of)[0][0] for codes in ((), (CODES["demo_request"],)))
    # Known for sure: intent gives one figure, no intent another; the odds between them move.
    sure, none = (propensity(one_lead(odds), as_of)[0][0] for odds in (40.0, -40.0))
    odds = [(p - none) / (sure - p) for p in (quiet, asked)]
    assert odds[1] / odds[0] == pytest.approx(stream.warm / stream.cold, rel=1e-9)


def test_silence_speaks_against_intent():
    history = one_lead(0.0, sal=2 * DAY)
    times = np.array([2, 5, 10, 20, 40]) * DAY
    p = [propensity(history, np.array([time]))[0][0] for time in times]
    assert p == sorted(p, reverse=True)


def test_given_back_means_no_intent():
    share, mean = BY_HAND[0]
    left = share * math.exp(-20 / mean)
    by_hand = left / (1 - share + left) * (1 - math.exp(-60 / mean))
    history = one_lead(3.0, sal=2 * DAY, recycled=15 * DAY)
    assert propensity(history, np.array([20 * DAY]))[0][0] == pytest.approx(by_hand, rel=1e-12)


def test_an_open_sql_by_hand():
    """Fit 0, SQL 10 days ago: won after 6 + Exp(34), lost after 4 + Exp(28) days."""
    open_won, open_lost = math.exp(-4 / 34), math.exp(-6 / 28)
    won_later = open_won * (1 - math.exp(-180 / 34))
    p_sql, p_win = propensity(one_lead(0.0, sql=0), np.array([10 * DAY]))
    assert np.isnan(p_sql[0])
    assert p_win[0] == pytest.approx(won_later / (open_won + open_lost), rel=1e-12)
