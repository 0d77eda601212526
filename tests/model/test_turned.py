"""Values that have turned: found where they leap, told from a base rate that moves, and forgotten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.features.frame import FeatureFrame
from qualify.leads.tables import FloatArray, IntArray
from qualify.model.fit import fit_target, forward_predictions
from qualify.model.rows import Rows
from qualify.model.turned import MOST, TRACE, forget_turned, turned_values
from tests.model.rows import QUICK, make_rows

WORDS = ("fair", "web")


def rows_of(
    *columns: IntArray, label: FloatArray, weight: FloatArray | None = None, lead: IntArray | None = None
) -> Rows:
    """Rows in time order with categories of two words."""
    count, frame = len(label), FeatureFrame(len(label))
    for k, codes in enumerate(columns):
        frame.category(f"column:{k}", f"column:{k}", "value", codes.astype(np.int32), WORDS, WORDS)
    place = np.arange(count) if lead is None else lead
    return Rows(
        frame, label.astype(float), np.ones(count) if weight is None else weight, place, place, place,
        np.ones(count, dtype=bool), 0,
    )  # fmt: skip


def a_turn(count: int = 400, at: int = 200) -> Rows:
    """Every second lead by "fair": of these one in ten before `at` and nine in ten after; by "web" half."""
    k = np.arange(count)
    fair, tenth = k % 2 == 0, k % 20 == 0
    label = np.where(fair, np.where(k < at, tenth, ~tenth), k % 4 == 1)
    return rows_of(np.where(fair, 0, 1), label=label)


def test_a_turn_by_hand():
    """100 leads by "fair" on each side, 10 and 90 positive; 100 by "web" on each side, 50 and 50."""
    found = turned_values(a_turn())
    assert [(each.feature, each.value, each.place) for each in found] == [("column:0", "fair", 200)]
    moved = 2 * np.log(90.5 / 10.5)
    variance = 2 * (1 / 10.5 + 1 / 90.5) + 2 * (2 / 50.5)
    assert found[0].moved == pytest.approx(moved)
    assert found[0].clear == pytest.approx(moved / np.sqrt(variance))


def test_only_what_is_older_than_the_turn_is_forgotten():
    rows = a_turn()
    kept = forget_turned(rows)
    old = (rows.frame.categorical[0].values == 0) & (rows.place < 200)
    np.testing.assert_array_equal(kept.weight, np.where(old, TRACE, 1.0))
    assert kept.label is rows.label


def test_a_base_rate_that_moves_for_all_is_no_turn():
    k = np.arange(400)
    label = np.where(k < 200, k % 20 < 2, k % 20 < 18)
    rows = rows_of(np.where(k % 2 == 0, 0, 1), label=label)
    assert turned_values(rows) == ()
    assert forget_turned(rows) is rows


def test_a_small_leap_is_none_however_clear():
    k = np.arange(40_000)
    fair = k % 2 == 0
    # From 30 % to 60 %: the odds grow to 3.5 times.
    label = np.where(fair, k // 2 % 10 < np.where(k < 20_000, 3, 6), k % 4 == 1)
    assert turned_values(rows_of(np.where(fair, 0, 1), label=label)) == ()


def test_few_leads_make_no_leap_clear():
    """Of 50 leads on each side 2 ln(45.5/5.5) = 4.2 is 5.6 standard errors, of 60 it is 6.2."""
    assert turned_values(a_turn(200, 100)) == ()
    assert turned_values(a_turn(240, 120))[0].clear == pytest.approx(6.16, abs=0.01)


def test_missing_and_unknown_values_turn_too_and_each_is_named():
    rows = a_turn()
    for code, name in ((-1, "missing"), (2, "other")):
        codes = np.where(rows.frame.categorical[0].values == 0, code, 1)
        frame = FeatureFrame(len(codes))
        words = (*WORDS, "rare")
        frame.category("column:0", "column:0", "value", codes.astype(np.int32), words, WORDS)
        found = turned_values(replace(rows, frame=frame))
        assert [(each.value, each.place) for each in found] == [(name, 200)]


def test_what_turned_is_left_out_before_the_rest_is_looked_at():
    """Most leads by "fair" have another column's word in common: that word has not turned by itself."""
    rows = a_turn()
    source = rows.frame.categorical[0].values
    companion = np.where(np.arange(400) % 40 < 38, source, 1 - source)
    both = rows_of(source, companion, label=rows.label)
    assert [(each.feature, each.value) for each in turned_values(both)] == [("column:0", "fair")]


def test_no_more_than_so_many_values_turn():
    """Ten of thirty sources turn, and twenty stay as they are."""
    words = tuple(f"source {number}" for number in range(30))
    code, turn = np.tile(np.arange(30), 400), np.repeat(np.arange(400), 30)
    late = (code < MOST + 2) & (turn >= 200)
    label = np.where(late, turn % 10 > 0, turn % 10 == 0)
    frame = FeatureFrame(len(code))
    frame.category("column:0", "column:0", "value", code.astype(np.int32), words, words)
    found = turned_values(replace(rows_of(label=label), frame=frame))
    assert len({each.value for each in found}) == MOST
    assert {each.value for each in found} <= set(words[: MOST + 2])


def test_the_rows_of_a_lead_count_as_one_lead():
    rows = a_turn()
    thrice = rows.take(np.repeat(np.arange(400), 3))
    one, three = turned_values(rows)[0], turned_values(thrice)[0]
    assert three.place == one.place
    assert three.clear == pytest.approx(one.clear)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50.0))
def test_neither_the_order_of_rows_nor_a_common_weight_matters(seed, factor):
    rows = a_turn()
    shuffled = rows.take(np.random.default_rng(seed).permutation(400))
    found = turned_values(replace(shuffled, weight=factor * shuffled.weight))
    one = turned_values(rows)[0]
    assert [(each.value, each.place) for each in found] == [(one.value, one.place)]
    assert found[0].clear == pytest.approx(one.clear)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_in_a_steady_world_nothing_is_forgotten(seed, rate):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(-1, 2, 1_500) for _ in range(6)]
    rows = rows_of(*codes, label=(rng.random(1_500) < rate))
    assert forget_turned(rows) is rows


def turned_rows(leads: int = 1_200) -> Rows:
    """Partners, who converted hardly ever, convert nearly always from two thirds on."""
    rows = make_rows(leads, seed=4)
    partner = rows.frame.categorical[0].values == 2
    luck = np.random.default_rng(1).random(leads)
    label = np.where(partner, luck < np.where(rows.place < 2 * leads // 3, 0.02, 0.9), rows.label)
    return replace(rows, label=label.astype(float))


def test_a_fit_follows_the_turn_and_nothing_sees_it_before_it_came():
    rows = turned_rows()
    model, _ = fit_target("won", rows, QUICK, bags=2, seed=0, threads=1)
    partner, latest = rows.frame.categorical[0].values == 2, rows.place >= 1_000
    now = model.linear.log_odds(model.encoders.bins(rows.take(partner & latest).frame))
    assert 1 / (1 + np.exp(-now.mean())) > 0.75
    # The block from .55 to .7 was predicted from leads that came before the turn, and believes them.
    forward = forward_predictions(rows, QUICK, seed=0, threads=1)
    of_partners = partner[rows.place >= 480]
    believed = forward.linear[(forward.fold == 1) & of_partners]
    assert 1 / (1 + np.exp(-believed.mean())) < 0.2
    flipped = replace(rows, label=np.where(rows.place >= 840, 1 - rows.label, rows.label))
    again = forward_predictions(flipped, QUICK, seed=0, threads=1)
    np.testing.assert_array_equal(forward.linear[forward.fold < 2], again.linear[forward.fold < 2])


@pytest.mark.parametrize("seed", range(5))
def test_a_hot_week_is_no_turn_of_the_days_it_fell_on(seed):
    """Calls in runs of forty; the last 200 of 6,000 succeed ten times as often, and all have one word."""
    k = np.arange(6_000)
    hot = k >= 5_800
    label = np.random.default_rng(seed).random(6_000) < np.where(hot, 0.5, 0.05)
    assert turned_values(rows_of(np.where(hot | (k // 40 % 2 == 0), 0, 1), label=label)) == ()


def test_a_share_that_jumps_from_week_to_week_has_not_turned():
    """Of the leads by "fair" nine in ten succeed in every other week since the middle, else one in ten."""
    rows = a_turn(4_000, 2_000)
    assert turned_values(rows)
    k, fair = rows.place, rows.frame.categorical[0].values == 0
    label = np.where(fair & (k // 100 % 2 == 0), k % 20 == 0, rows.label)
    assert turned_values(rows_of(rows.frame.categorical[0].values, label=label)) == ()
