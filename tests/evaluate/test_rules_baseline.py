"""Points as a probability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import QualifyError
from qualify.evaluate import fit_points_map, row_log_loss


@given(st.lists(st.tuples(st.integers(-20, 150), st.booleans()), min_size=1, max_size=80))
def test_more_points_never_mean_a_lower_probability(pairs):
    points = [pair[0] for pair in pairs]
    found = fit_points_map(points, [pair[1] for pair in pairs]).probability(np.arange(-40, 180))
    assert np.all(np.diff(found) >= -1e-12)
    assert found.min() >= 0.0
    assert found.max() <= 1.0


@given(st.lists(st.tuples(st.integers(-20, 150), st.booleans()), min_size=2, max_size=80))
def test_no_points_promise_certainty_while_both_classes_exist(pairs):
    label = [pair[1] for pair in pairs]
    found = fit_points_map([pair[0] for pair in pairs], label).probability([-1e9, 1e9])
    if 0 < sum(label) < len(label):
        assert 0 < found[0] <= found[1] < 1


def test_the_rates_of_two_heaps_of_points_by_hand():
    # 0 points: 10 of 40; 50 points: 30 of 40; base rate 1/2, two rows of it in each heap.
    points = np.repeat([0.0, 50.0], 40)
    label = np.r_[np.arange(40) < 10, np.arange(40) < 30]

    learned = fit_points_map(points, label)

    assert learned.points == (0.0, 50.0)
    assert learned.rates == pytest.approx((11 / 42, 31 / 42))
    assert learned.probability([0, 50, 25]) == pytest.approx([11 / 42, 31 / 42, 0.5])


def test_points_that_fall_with_the_outcome_give_the_base_rate():
    points = np.repeat([0.0, 50.0], 40)
    label = np.r_[np.ones(40), np.zeros(40)]
    assert fit_points_map(points, label).probability([0, 50, 99]) == pytest.approx([0.5, 0.5, 0.5])


def test_weights_count_rows():
    once = fit_points_map([0, 0, 9, 9], [0, 1, 1, 1], [3, 1, 2, 2])
    again = fit_points_map([0, 0, 0, 0, 9, 9, 9, 9], [0, 0, 0, 1, 1, 1, 1, 1])
    assert once.probability([0, 9]) == pytest.approx(again.probability([0, 9]))


def test_the_map_is_nearly_as_good_as_the_truth():
    rng = np.random.default_rng(3)
    points = rng.gamma(2.0, 20.0, 20_000)
    truth = 1 / (1 + np.exp(4.0 - points / 25))
    label = rng.random(20_000) < truth

    found = fit_points_map(points[:10_000], label[:10_000]).probability(points[10_000:])

    excess = row_log_loss(label[10_000:], found).mean() - row_log_loss(label[10_000:], truth[10_000:]).mean()
    assert excess < 0.004


def test_missing_points_are_refused():
    with pytest.raises(QualifyError, match=r"`points` must be finite, got nan in row 1"):
        fit_points_map([0, np.nan], [0, 1])
