"""The compiled sums by hand: columns to fields, two bags to a contribution and its noise, who speaks."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qualify.explain.field_sums import add_columns, lead, sum_parts, sum_points
from qualify.explain.select import strongest, sum_by_topic, worth_telling


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


# Two linear features. The first has points 1 and 2 (fits: 1, 3 and 10, 20), the second 5 and 7.
STARTS = ints(0, 2)
POINTS = np.array([1.0, 2.0, 5.0, 7.0])
FITS = np.array([[1.0, 10.0], [3.0, 20.0], [0.0, 0.0], [4.0, 6.0]])
BINS = np.array([[0, 1], [1, 1]], dtype=np.int32)
"""The bin of each feature in each of two rows."""


def test_columns_are_weighted_and_added_to_their_fields() -> None:
    out = np.array([[100.0, 0.0], [0.0, 0.0]])
    add_columns(np.array([[1.0, 2.0, 4.0, 99.0], [3.0, 5.0, 7.0, 99.0]]), ints(0, 1, 0), 0.5, out)
    assert out.tolist() == [[102.5, 1.0], [5.0, 2.5]], "the last column has no field"


def test_points_of_a_row_are_summed_for_the_model_and_for_each_fit() -> None:
    sums = np.full((2, 3), 9.0)
    sum_points(BINS, STARTS, POINTS, FITS, sums)
    assert sums.tolist() == [[1 + 7, 1 + 4, 10 + 6], [2 + 7, 3 + 4, 20 + 6]]


def test_parts_of_two_bags_and_two_fits() -> None:
    """Three fields; the first two share a topic. Linear features belong to fields 2 and 0."""
    trees = np.array(
        [
            [[0.2, 0.4, 0.0], [0.6, 0.0, 1.0]],
            [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]],
        ]
    )  # rows, bags, fields
    by_field, noise = np.zeros((2, 3)), np.full((2, 2), 9.0)
    tree_sums, linear_sums = np.full((2, 2), 9.0), np.full((2, 3), 9.0)
    sum_parts(
        trees, BINS, STARTS, POINTS, FITS, ints(2, 0), ints(0, 0, 1), np.array([0.5, 2.0]),
        by_field, noise, tree_sums, linear_sums,
    )  # fmt: skip
    # Trees: twice the mean of the bags. Points: half of 7 for the first field, of 1 and 2 for the last.
    assert by_field == pytest.approx(
        np.array([[2 * 0.4 + 3.5, 2 * 0.2, 2 * 0.5 + 0.5], [2 * 1 + 3.5, 2 * 2, 2 * 3 + 1]])
    )
    assert tree_sums == pytest.approx(np.array([[0.6, 1.6], [6.0, 6.0]]))
    assert linear_sums.tolist() == [[8, 5, 16], [9, 7, 26]]
    # By topic and bag, first row: 2 * 0.6 + 4 / 2 and 2 * 0.6 + 6 / 2; 0 + 1 / 2 and 2 * 1 + 10 / 2. Of two
    # numbers the standard deviation is their distance over the root of 2.
    assert noise == pytest.approx(np.array([[1.0, 6.5], [1.0, 8.5]]) / sqrt(2))


def test_equal_bags_have_no_noise_at_all() -> None:
    """Not even the last bit of 0.1 + 0.2 + 0.3 is noise."""
    trees = np.tile(np.array([0.1, 0.2, 0.3]), (1, 3, 1))
    noise = np.full((1, 1), 9.0)
    sum_parts(
        trees, np.zeros((0, 1), np.int32), ints(), np.zeros(0), np.zeros((0, 3)), ints(), ints(0, 0, 0),
        np.array([1.0, 1 / 3]), np.zeros((1, 3)), noise, np.zeros((1, 3)), np.zeros((1, 4)),
    )  # fmt: skip
    assert noise.tolist() == [[0.0]]


def test_noise_is_the_sample_deviation_of_three_bags() -> None:
    """Of 1, 2 and 6 the mean is 3 and the squares sum to 14, of which two are free."""
    trees = np.array([[[1.0], [2.0], [6.0]]])
    noise = np.zeros((1, 1))
    sum_parts(
        trees, np.zeros((0, 1), np.int32), ints(), np.zeros(0), np.zeros((0, 3)), ints(), ints(0),
        np.array([1.0, 1.0]), np.zeros((1, 1)), noise, np.zeros((1, 3)), np.zeros((1, 4)),
    )  # fmt: skip
    assert noise[0, 0] == pytest.approx(sqrt(7.0))


@pytest.mark.parametrize(
    ("values", "sign", "first"),
    [
        ([0.3, 9.0, 0.5, 0.5], 1.0, 2),  # the largest of its topic, of equal ones the first
        ([-0.3, -9.0, 0.5, -0.3], -1.0, 0),
        ([-0.1, 9.0, -0.2, -0.3], 1.0, 0),  # none helped: the one that hurt least
        ([0.0, 9.0, 0.0, 0.0], 1.0, 0),
    ],
)
def test_who_did_most_for_the_sum_of_its_topic(values: list[float], sign: float, first: int) -> None:
    """Columns 0, 2 and 3 have topic 0, column 1 topic 1; no topic is chosen in the third place."""
    out = np.full((1, 3), -1, dtype=np.int64)
    lead(np.array([values]), ints(0, 1, 0, 0), np.array([[0, 1, -1]]), np.array([[sign, 1.0, 0.0]]), out)
    assert out.tolist() == [[first, 1, -1]]


def test_fields_without_a_shared_topic_are_their_own_sums() -> None:
    sizes = np.array([[1.0, 2.0]])
    assert sum_by_topic(sizes, ints(0, 1)) is sizes
    assert sum_by_topic(np.array([[1.0, 2.0, 4.0]]), ints(0, 1, 0)).tolist() == [[5.0, 2.0]]
    assert sum_by_topic(np.empty((2, 0)), ints()).shape == (2, 0)


def test_what_is_worth_telling_is_not_below_its_noise_nor_tiny() -> None:
    sizes = np.array([[0.001, -0.001, 0.00099, 0.4, -0.4]])
    assert worth_telling(sizes, None).tolist() == [[True, True, False, True, True]]
    noise = np.array([[0.0, 0.002, 0.0, 0.4, 0.41]])
    assert worth_telling(sizes, noise).tolist() == [[True, False, False, True, False]]
    assert worth_telling(sizes, np.full((1, 5), np.nan)).tolist() == [[True, True, False, True, True]]


@pytest.mark.parametrize(
    ("n", "fields", "sizes"),
    [
        (0, [[], []], [[], []]),
        (2, [[3, 1], [0, 2]], [[-4.0, 3.0], [2.0, -2.0]]),
        (3, [[3, 1, 0], [0, 2, -1]], [[-4.0, 3.0, 2.0], [2.0, -2.0, 0.0]]),
        (
            5,
            [[3, 1, 0, -1, -1], [0, 2, -1, -1, -1]],
            [[-4.0, 3.0, 2.0, 0.0, 0.0], [2.0, -2.0, 0.0, 0.0, 0.0]],
        ),
    ],
)
def test_the_strongest_that_are_worth_it(n: int, fields: list[list[int]], sizes: list[list[float]]) -> None:
    contributions = np.array([[2.0, 3.0, 9.0, -4.0, 1.0], [2.0, 9.0, -2.0, 5.0, 7.0]])
    worth = np.array([[True, True, False, True, False], [True, False, True, False, False]])
    field, contribution = strongest(contributions, worth, n)
    assert field.tolist() == fields
    assert contribution.tolist() == sizes


@given(
    values=arrays(np.float64, (3, 9), elements=st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0])),
    worth=arrays(np.bool_, (3, 9)),
    n=st.integers(0, 9),
)
def test_of_equal_sizes_the_first_fields_are_chosen(values: np.ndarray, worth: np.ndarray, n: int) -> None:
    fields, sizes = strongest(values, worth, n)
    for row in range(len(values)):
        best = sorted(np.flatnonzero(worth[row]).tolist(), key=lambda j: -abs(values[row, j]))[:n]
        assert fields[row].tolist() == best + [-1] * (n - len(best))
        assert sizes[row].tolist() == [values[row, j] for j in best] + [0.0] * (n - len(best))
