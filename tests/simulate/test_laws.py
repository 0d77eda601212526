"""The closed forms against numerical integration, and what the constants must keep to."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.simulate import tables
from qualify.simulate.arrays import draw_levels, sigmoid
from qualify.simulate.delays import CONTACTED, IDLE, PENDING, Hand, hand_at, reach, reach_and_close, survive
from qualify.simulate.streams import CODES, MAIL_REACTIONS, MAIL_STARTS, known_share

WORKS = st.sampled_from([IDLE, PENDING, CONTACTED])
INTENTS = st.sampled_from([0, 1])


def integrate(values, points) -> float:
    return float(np.sum((values[1:] + values[:-1]) / 2 * np.diff(points)))


@given(st.floats(0, 1), st.floats(0, 40), INTENTS, WORKS)
def test_winning_is_the_convolution_of_both_delays(wait, age, intent, work):
    hand = hand_at(intent, np.array([age]))[1]
    close, least = 1 / tables.DELAYS["won"], tables.DELAYS["won_least"]
    horizon = 180 - least
    grid = np.unique(np.concatenate([np.linspace(0, horizon, 40_001), np.linspace(0, 3, 40_001)]))
    started = grid >= wait
    worked = sum(
        c * np.exp(-r * np.maximum(grid - wait, 0))
        for c, r in zip(work.coefficients, work.rates, strict=True)
    )
    still = np.where(started, worked, 1.0) * (1 - hand.share + hand.share * np.exp(-hand.rate * grid))
    expected = integrate((1 - still) * close * np.exp(-close * (horizon - grid)), grid)
    found = reach_and_close(180.0, np.array([wait]), work, hand)[0]
    assert found == pytest.approx(expected, abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 1), WORKS)
def test_survival_falls_from_one(wait, share, work):
    hand = Hand(np.array([share]), 0.3)
    waits = np.array([wait])
    values = [survive(after, waits, work, hand)[0] for after in (wait, wait + 1, wait + 10, wait + 100)]
    assert values[0] == pytest.approx(1 - share + share * np.exp(-0.3 * wait), rel=1e-12)
    assert values == sorted(values, reverse=True)
    assert reach(60.0, waits, work, hand)[0] == 1 - survive(60.0, waits, work, hand)[0]


@given(st.floats(0, 500), INTENTS)
def test_the_way_by_hand_is_used_up(age, intent):
    left, hand = hand_at(intent, np.array([age]))
    share = tables.BY_HAND[intent][0]
    assert 1 - share <= left[0] <= 1
    assert left[0] * (1 - hand.share[0]) == pytest.approx(1 - share, rel=1e-12)


@pytest.mark.parametrize("code", range(len(tables.STREAMS)), ids=[s.name for s in tables.STREAMS])
def test_known_share_is_the_integral_of_the_thinned_rate(code):
    stream, age = tables.STREAMS[code], 3.0
    start = MAIL_STARTS if code in MAIL_REACTIONS else 0.0
    grid = np.unique(
        np.concatenate([np.linspace(0, age - start, 60_001), age - start - np.geomspace(1e-6, 1, 20_001)])
    )
    rate = sum(
        share / mean * np.exp(-grid / mean)
        for share, mean in ((stream.burst, tables.BURST_DAYS), (1 - stream.burst, tables.TAIL_DAYS))
    )
    heard = 1 - np.exp(-(age - start - grid) / stream.lag) if stream.lag else np.ones_like(grid)
    assert known_share(code, np.array([age]))[0] == pytest.approx(integrate(rate * heard, grid), abs=1e-6)


@given(st.lists(st.floats(-5, 4000), min_size=2, max_size=20), st.sampled_from(sorted(CODES.values())))
def test_known_share_rises_from_nothing_to_all(ages, code):
    shares = known_share(code, np.sort(np.array(ages)))
    assert (np.diff(shares) >= -1e-12).all()
    assert ((shares >= -1e-12) & (shares <= 1)).all()
    assert known_share(code, np.array([0.0]))[0] == 0
    assert known_share(code, np.array([1e5]))[0] == pytest.approx(1, rel=1e-12)


def test_no_two_rates_meet():
    """The closed forms divide by differences of rates."""
    delays = tables.DELAYS
    by_work = [0.0, 1 / delays["sal"], 1 / delays["sql"]]
    by_hand = [0.0, *(1 / mean for _, mean in tables.BY_HAND)]
    reached = [work + hand for work in by_work for hand in by_hand]
    assert min(abs(1 / delays["won"] - rate) for rate in reached) > 1e-3
    assert min(abs(a - b) for a, b in combinations(by_work, 2)) > 1e-3
    lags = {stream.lag for stream in tables.STREAMS if stream.lag}
    assert not lags & {tables.BURST_DAYS, tables.TAIL_DAYS}


def test_mails_say_nothing_of_intent():
    """Whom marketing writes to is no evidence; the truth relies on it."""
    sent = tables.STREAMS[CODES["email_sent"]]
    assert (sent.cold, sent.points) == (sent.warm, 0)


def test_a_scanner_is_done_before_people_react():
    assert tables.SCANNER["seconds"] < tables.SCANNER["window"] < tables.SCANNER["start"] * 60


def test_levels_follow_drifting_shares():
    levels = (
        tables.Level("a", first=3, last=1),
        tables.Level("b", first=1, last=1),
        tables.Level("c", last=2),
    )
    rng = np.random.default_rng(0)
    for elapsed, shares in ((0.0, [0.75, 0.25, 0]), (0.5, [0.5, 0.25, 0.25]), (1.0, [0.25, 0.25, 0.5])):
        codes = draw_levels(rng, levels, np.full(20_000, elapsed))
        np.testing.assert_allclose(np.bincount(codes, minlength=3) / 20_000, shares, atol=0.012)


def test_sigmoid_takes_infinities():
    np.testing.assert_allclose(sigmoid(np.array([-np.inf, -800, 0, np.log(3), np.inf])), [0, 0, 0.5, 0.75, 1])
