"""The Bayes baseline against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import DataError, QualifyError
from qualify.evaluate import bayes_features, fit_bayes
from qualify.features.frame import FeatureFrame
from tests.evaluate.frames import add_category, categories, numbers, tags

# Lost and won leads with tag 1 alone, tag 2 alone, and both.
LOST, WON = (30, 40, 35), (19, 9, 14)


def _tagged():
    first, second = np.array([1, 0, 1]), np.array([0, 1, 1])
    counts = [*LOST, *WON]
    held = {"one": np.repeat(np.tile(first, 2), counts), "two": np.repeat(np.tile(second, 2), counts)}
    return tags("tags", **held), np.repeat([0, 0, 0, 1, 1, 1], counts)


def test_the_published_numbers_of_one_stage_and_two_tags():
    frame, label = _tagged()
    asked = tags("tags", one=[0, 1, 0, 1], two=[0, 0, 1, 1])

    percent = 100 * fit_bayes(frame, label).probability(asked)

    # 42.1 / (42.1 + 105.1); times 33.1/56.2 against 65.1/140.2; and 23.1/56.2 against 75.1/140.2.
    assert percent == pytest.approx([28.60, 33.69, 23.51, 28.05], abs=1e-9)


def test_rare_tags_are_ignored_and_do_not_count_in_the_totals():
    frame, label = _tagged()
    rare = np.zeros(frame.rows)
    rare[-49:] = 1
    frame.number("column:tags:token:rare", "column:tags", "token", rare)
    asked = tags("tags", one=[1, 0], two=[0, 0], rare=[1, 1])

    ignored = 100 * fit_bayes(frame, label).probability(asked)
    counted = 100 * fit_bayes(frame, label, tag_minimum=49).probability(asked)

    assert ignored == pytest.approx([33.69, 28.60], abs=1e-9)
    assert np.all(np.abs(counted - ignored) > 1)


def test_a_categorical_field_by_hand():
    # Won: 3 x red, 1 x blue. Lost: 1 x red, 3 x blue, 2 without a colour.
    frame = categories(colour=["red"] * 3 + ["blue"] + ["red"] + ["blue"] * 3 + [None] * 2)
    label = [1] * 4 + [0] * 6

    probability = fit_bayes(frame, label).probability(categories(colour=["red", "blue", None]))

    red = 4.1 * 3.1 / 4.2 / (4.1 * 3.1 / 4.2 + 6.1 * 1.1 / 4.2)
    blue = 4.1 * 1.1 / 4.2 / (4.1 * 1.1 / 4.2 + 6.1 * 3.1 / 4.2)
    assert probability == pytest.approx([red, blue, 4.1 / 10.2], abs=5e-5)


def test_unseen_and_unknown_values_are_skipped():
    vocabulary = ("a", "b", "only in the vocabulary")
    known, asked = FeatureFrame(4), FeatureFrame(3)
    add_category(known, "x", [0, 0, 1, 1], vocabulary)
    add_category(asked, "x", [2, 0, -1], vocabulary)
    asked.categorical[0].values[1] = 3  # a value that no training table had

    model = fit_bayes(known, [1, 1, 1, 0])

    assert model.probability(asked) == pytest.approx([3.1 / 4.2] * 3, abs=5e-5)


def test_numbers_are_cut_at_the_deciles_of_the_training_rows():
    label = np.repeat([0, 1], 50)
    model = fit_bayes(numbers(x=np.arange(100.0)), label)

    low, edge, above, high, missing = model.probability(numbers(x=[-5.0, 9.0, 9.5, 99.0, np.nan]))

    # Ten bins of ten: five all lost, five all won. W = L = 50 + 10 * 0.1.
    assert low == edge == above == pytest.approx(0.1 / 10.2, abs=5e-5)
    assert high == pytest.approx(10.1 / 10.2, abs=5e-5)
    assert missing == 0.5


def test_a_number_that_is_mostly_zero_keeps_zero_in_a_bin_of_its_own():
    views = np.array([0.0] * 80 + [1.0] * 10 + [7.0] * 10)
    label = np.array([0.0] * 80 + [1.0] * 20)

    model = fit_bayes(numbers(views=views), label)

    assert model.values[0].edges == (0.0, 1.0)
    assert model.probability(numbers(views=[0.0]))[0] < 0.01 < model.probability(numbers(views=[1.0]))[0]


def test_weights_count_rows():
    frame = categories(x=["a", "a", "b"])
    twice = categories(x=["a", "a", "a", "a", "b", "b"])

    weighted = fit_bayes(frame, [1, 0, 0], [2, 2, 2]).log_odds(frame)

    assert weighted == pytest.approx(fit_bayes(twice, [1, 1, 0, 0, 0, 0]).log_odds(frame), abs=1e-12)


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 12))
def test_probabilities_stay_within_their_bounds_and_have_four_decimals(won, lost, columns):
    label = np.repeat([1, 0], [won, lost])
    frame = numbers(**{f"x{j}": label.astype(float) for j in range(columns)})

    probability = fit_bayes(frame, label).probability(frame)

    assert probability.min() >= 0.0001
    assert probability.max() <= 0.9999
    assert probability == pytest.approx(np.round(probability, 4), abs=0)


def test_attributes_and_stage_are_counted_and_activities_only_where_there_is_nothing_else():
    frame, zero = FeatureFrame(1), np.zeros(1)
    for part in ("count_7d", "count_30d", "count_all", "decayed", "days_since", "value_sum"):
        frame.number(f"activity:visit:{part}", "activity:visit", part, zero)
    frame.number("rule:visits", "activity:visit", "points", zero)
    frame.number("points:total", "points", "points", zero)
    frame.number("points:behaviour", "points", "group behaviour", zero)

    assert bayes_features(frame) == ("activity:visit:count_all",)

    frame.number("column:size", "column:size", "value", zero)
    frame.number("rule:size", "column:size", "points", zero)
    frame.number("column:text:length", "column:text", "length", zero)
    frame.number("column:text:token:x", "column:text", "token", zero)
    frame.number("stage:days_since", "stage", "days_since", zero)
    frame.category("stage:current", "stage", "value", np.zeros(1, dtype=np.int32), ("MQL",), ("MQL",))

    assert bayes_features(frame) == ("column:size", "column:text:token:x", "stage:current")


def test_features_can_be_named():
    frame = numbers(x=[0.0, 1.0], y=[0.0, 1.0])

    model = fit_bayes(frame, [0, 1], features=["column:y"])

    assert [values.feature for values in model.values] == ["column:y"]


def test_a_frame_without_a_counted_feature_is_refused():
    model = fit_bayes(numbers(x=[0.0, 1.0]), [0, 1])
    with pytest.raises(DataError, match="lack 1 feature"):
        model.probability(numbers(y=[0.0]))


def test_labels_of_another_length_are_refused():
    with pytest.raises(QualifyError, match="the frame has 2 rows, there are 3 labels"):
        fit_bayes(numbers(x=[0.0, 1.0]), [0, 1, 1])


def test_one_class_alone_does_not_crash():
    frame = numbers(x=[0.0, 1.0, 2.0])
    assert np.all(fit_bayes(frame, [0, 0, 0]).probability(frame) < 0.1)
