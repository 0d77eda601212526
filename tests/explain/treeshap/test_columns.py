"""Codes: a value's rank in one byte, with places for missing values and categories."""

import numpy as np

from qualify.explain.treeshap.columns import make_columns
from qualify.explain.treeshap.kernel import encode
from qualify.explain.treeshap.trees import read_model
from tests.explain.treeshap.models import model_text, stump

NONE, ZERO, NAN, LEFT = 0, 4, 8, 2


def codes_of(values: list[float], *trees: str) -> list[list[int]]:
    """Codes of the values of x0, one list a column."""
    columns, _ = make_columns(read_model(model_text(*trees)).trees)
    X = np.column_stack([values, values]).astype(float)
    codes = np.zeros((columns.width, len(values)), dtype=np.uint8)
    encode(columns, X, np.zeros((len(columns.features), len(values))), codes)
    return codes.tolist()


def test_a_code_counts_the_thresholds_below():
    trees = [stump(NONE, threshold) for threshold in (1.0, 2.0, 2.0, 5.0)]
    assert codes_of([0, 1, 1.5, 2, 3, 9], *trees) == [[0, 0, 1, 1, 2, 3]]


def test_nan_has_the_code_of_zero_where_nothing_is_missing():
    assert codes_of([np.nan, 0], stump(NONE, -2.0), stump(NONE, -1.0), stump(NONE, 1.0)) == [[2, 2]]


def test_missing_values_stand_at_the_ends():
    assert codes_of([np.nan, 0, 2], stump(NAN, 1.0)) == [[255, 0, 1]]
    assert codes_of([np.nan, 0, 2], stump(NAN | LEFT, 1.0)) == [[0, 1, 2]]
    assert codes_of([np.nan, 0, 2], stump(ZERO | LEFT, 1.0)) == [[0, 0, 2]]


def test_both_ways_share_one_ranking():
    columns, (right, left) = make_columns(
        read_model(model_text(stump(NAN, 1.0), stump(NAN | LEFT, 3.0))).trees
    )
    assert (columns.width, len(columns.ranked), columns.thresholds.tolist()) == (2, 1, [1.0, 3.0])
    assert (right.cut.tolist(), left.cut.tolist()) == ([0], [2])


def test_254_thresholds_fill_a_column():
    trees = [stump(NAN | LEFT, float(i)) for i in range(255)]
    first, second = codes_of([-1.0, 253.5, 254.5, np.nan], *trees)
    assert (first, second) == ([1, 255, 255, 0], [1, 1, 2, 0])


def test_the_same_set_of_categories_has_one_column():
    one, other = (stump(1, 0, num_cat=1, cat_boundaries=[0, 1], cat_threshold=[bits]) for bits in (5, 2))
    assert codes_of([0, 1, 2, np.nan], one, other, one) == [[0, 1, 0, 1], [1, 0, 1, 1]]


def test_values_near_zero_fall_on_the_side_of_zero():
    """LightGBM takes what is smaller than 1e-35 for zero, also where a threshold is as small."""
    values = [-1e-3, -1e-36, 0, 1e-36, 1e-3]
    assert codes_of(values, stump(NONE, 0.0)) == codes_of(values, stump(NONE, 1e-36)) == [[0, 0, 0, 0, 1]]
    assert codes_of(values, stump(NONE, -1e-36)) == [[0, 1, 1, 1, 1]]
