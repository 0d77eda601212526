"""Encoders: bins, target statistics out of fold, values that are new or missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from qualify.features.encode import (
    FOLDS,
    MAX_BINS,
    MAX_ONE_HOT,
    Encoders,
    NumericEncoder,
    _quantiles,
    fit_encoders,
)
from qualify.features.frame import FeatureFrame, Numeric

SMOOTHING = 20.0


def frame_of(*, numbers=None, codes=None, vocabulary=("a", "b", "c")) -> FeatureFrame:
    frame = FeatureFrame(len(numbers if numbers is not None else codes))
    if numbers is not None:
        frame.number("n", "column:n", "value", np.asarray(numbers, dtype=np.float64))
    if codes is not None:
        frame.category("c", "column:c", "value", np.asarray(codes, dtype=np.int32), vocabulary, vocabulary)
    return frame


def fit(frame, label, *, lead=None, weight=None, smoothing=SMOOTHING):
    rows = frame.rows
    lead = np.arange(rows) if lead is None else np.asarray(lead)
    weight = np.ones(rows) if weight is None else weight
    return fit_encoders(frame, np.asarray(label, dtype=np.float64), weight, lead, smoothing)


def logit(rate):
    return np.log(rate / (1 - rate))


def test_bins_are_closed_above_and_the_last_holds_missing_values():
    encoder = NumericEncoder("n", "column:n", (1.0, 2.5))
    values = Numeric("n", "column:n", "value", np.array([-9, 1.0, 1.1, 2.5, 2.6, np.inf, np.nan]))
    assert encoder.bin(values).tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert encoder.bins == 4


def test_a_smoothed_rate_by_hand():
    # 60 rows: value a 20 rows with 10 positives, b 40 rows with 5. The overall rate is a quarter.
    codes = [0] * 20 + [1] * 40
    label = [1] * 10 + [0] * 10 + [1] * 5 + [0] * 35
    encoders, _ = fit(frame_of(codes=codes), label)
    (category,) = encoders.categorical
    # (10 + 20 / 4) / (20 + 20) = 0.375; (5 + 5) / 60 = 1/6; c, unknown and missing have the overall rate.
    expected = [logit(0.375), logit(1 / 6), logit(0.25), logit(0.25), logit(0.25)]
    np.testing.assert_allclose(category.log_odds, expected, rtol=1e-12)


def test_values_new_to_the_model_and_missing_ones():
    codes = [0] * 40 + [1] * 40 + [-1] * 20 + [3] * 3
    label = [1, 0] * 20 + [0] * 40 + [1] * 20 + [0] * 3
    encoders, _ = fit(frame_of(codes=codes, vocabulary=("a", "b", "c", "rare")), label)
    (category,) = encoders.categorical
    scored = frame_of(codes=[0, -1, 4, 3], vocabulary=("a", "b", "c", "rare", "brand new"))
    scored.categorical[0].values[2] = 4
    design = encoders.design(scored)
    assert design.shape == (4, 1 + len(category.one_hot))
    assert design[1, 0] > design[0, 0]
    # What is new shares the bin of the rare values, and has no column of its own.
    bins = encoders.bins(scored)[:, 0]
    assert bins[2] == bins[3] == 0
    assert len({bins[0], bins[1], bins[2]}) == 3
    assert design[2, 1:].sum() == 0
    assert design[1, 1:].sum() == 1


def test_only_the_most_frequent_values_get_a_column():
    vocabulary = tuple(f"v{k:02}" for k in range(20))
    codes = np.concatenate([np.full(40 + 5 * k, k) for k in range(20)])
    encoders, _ = fit(frame_of(codes=codes, vocabulary=vocabulary), np.arange(len(codes)) % 2)
    assert encoders.categorical[0].one_hot == tuple(range(20 - MAX_ONE_HOT, 20))
    assert encoders.design_names[1] == f"c = v{20 - MAX_ONE_HOT:02}"


def test_features_that_never_vary_are_left_out():
    encoders, encoded = fit(frame_of(numbers=[3.0] * 9, codes=[1] * 9), [0, 1, 0, 1, 0, 1, 0, 1, 0])
    assert encoders == Encoders((), ())
    assert encoded.shape == (9, 0)
    assert encoders.bins(frame_of(numbers=[1.0], codes=[0])).shape == (1, 0)
    gaps = [3.0, np.nan, 3.0]
    assert fit(frame_of(numbers=gaps), [0, 1, 0])[0].numeric[0].edges == ()
    assert fit(frame_of(numbers=[np.nan] * 3), [0, 1, 0])[0].numeric == ()


def test_counts_are_cut_in_their_tail_too():
    values = [0.0] * 900 + list(range(1, 101))
    (encoder,) = fit(frame_of(numbers=values), np.arange(1000) % 2)[0].numeric
    assert encoder.edges[0] == 0.0
    assert len(encoder.edges) > 5
    assert encoder.bins <= 2 * MAX_BINS


@given(st.lists(st.one_of(st.floats(-50, 50), st.just(np.nan)), min_size=2, max_size=200))
def test_bins_are_ordered_as_the_values_and_none_is_empty(values):
    frame = frame_of(numbers=values)
    encoders, _ = fit(frame, np.arange(len(values)) % 2)
    if not encoders.numeric:
        return
    bins, known = encoders.bins(frame)[:, 0], ~np.isnan(values)
    order = np.argsort(np.asarray(values)[known], kind="stable")
    assert (np.diff(bins[known][order]) >= 0).all()
    assert (bins[~known] == encoders.bin_sizes[0] - 1).all()
    assert set(bins[known]) == set(range(encoders.bin_sizes[0] - 1))


rows = st.integers(2, 80).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-1, 2), min_size=n, max_size=n),
        st.lists(st.integers(0, 1), min_size=n, max_size=n),
        st.lists(st.integers(0, 30), min_size=n, max_size=n),
        st.integers(0, n - 1),
    )
)


@given(rows)
def test_a_leads_own_labels_never_change_its_own_encoding(drawn):
    codes, label, lead, flipped = drawn
    frame = frame_of(codes=codes)
    mine = np.asarray(lead) == lead[flipped]
    other = np.where(mine, 1 - np.asarray(label), label)
    before, after = fit(frame, label, lead=lead)[1], fit(frame, other, lead=lead)[1]
    np.testing.assert_array_equal(before[mine], after[mine])


def test_other_leads_labels_do_change_it():
    codes, label = np.tile([0, 1], 50), np.tile([0, 1, 1, 0], 25)
    frame = frame_of(codes=codes)
    flipped = label.copy()
    flipped[0] = 1 - flipped[0]
    before, after = fit(frame, label)[1][:, 0], fit(frame, flipped)[1][:, 0]
    assert before[0] == after[0]
    changed = before != after
    assert changed.any()
    # All rows of its value outside its fold, and by the overall rate the others too; about a fold stays.
    assert 0.6 < changed.mean() < 0.95


def test_without_the_statistic_the_design_shows_it_with_it_the_given_one():
    codes, label = [0] * 30 + [1] * 30, [1] * 20 + [0] * 40
    frame = frame_of(codes=codes)
    encoders, encoded = fit(frame, label)
    np.testing.assert_array_equal(encoders.design(frame, encoded)[:, 0], encoded[:, 0])
    assert np.unique(encoders.design(frame)[:, 0]).size == 2
    assert 2 < np.unique(encoded).size <= 2 * FOLDS


def test_names_and_fields_go_with_the_columns():
    frame = frame_of(numbers=np.arange(60), codes=[0] * 30 + [1] * 30)
    encoders, _ = fit(frame, np.arange(60) % 2)
    assert encoders.design_names == ("n", "c (rate)", "c = a", "c = b")
    assert encoders.design_fields == ("column:n", "column:c", "column:c", "column:c")
    assert encoders.bin_fields == ("column:n", "column:c")
    assert encoders.design(frame).shape == (60, 4)
    assert encoders.bins(frame).max(axis=0).tolist() == [size - 2 for size in encoders.bin_sizes[:1]] + [2]


def test_encoders_survive_json():
    frame = frame_of(numbers=np.linspace(0, 1, 60) ** 3, codes=[0] * 30 + [1] * 30)
    encoders, _ = fit(frame, np.arange(60) % 2)
    adapter = TypeAdapter(Encoders)
    assert adapter.validate_json(adapter.dump_json(encoders)) == encoders


@pytest.mark.parametrize("smoothing", [0.5, 200.0])
def test_more_smoothing_draws_rates_to_the_middle(smoothing):
    codes, label = [0] * 30 + [1] * 30, [1] * 25 + [0] * 5 + [0] * 30
    (category,) = fit(frame_of(codes=codes), label, smoothing=smoothing)[0].categorical
    spread = category.log_odds[0] - category.log_odds[1]
    assert (spread > 4) == (smoothing < 1)


def test_a_design_of_named_columns_holds_them_and_nothing_else():
    frame = frame_of(numbers=np.arange(60), codes=[0] * 30 + [1] * 30)
    encoders, encoded = fit(frame, np.arange(60) % 2)
    some = encoders.keeping({"c (rate)", "c = b"})
    assert some.design_names == ("c (rate)", "c = b")
    assert some.design_fields == ("column:c", "column:c")
    np.testing.assert_array_equal(some.design(frame), encoders.design(frame)[:, [1, 3]])
    np.testing.assert_array_equal(some.design(frame, encoded)[:, 0], encoded[:, 0])
    assert some.keeping({"n"}).design_names == ("n",)
    np.testing.assert_array_equal(some.bins(frame), encoders.bins(frame))


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.integers(1, 15))
def test_quantiles_of_sorted_values_are_numpys_lower_ones(values, parts):
    shares, values = np.linspace(0, 1, parts + 1), np.sort(values)
    assert _quantiles(values, shares).tolist() == np.quantile(values, shares, method="lower").tolist()
