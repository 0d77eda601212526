"""Which way a row goes: missing values, zeros, categories, as LightGBM decides."""

import lightgbm as lgb
import numpy as np
import pytest

from qualify.explain import treeshap
from tests.explain.treeshap.models import EDGES, model_text, stump

NONE, ZERO, NAN = 0, 4, 8  # what counts as missing, as packed into the decision type
LEFT, RIGHT = 2, 0  # where it goes


def goes_right(tree: str, values: list[float]) -> list[bool]:
    X = np.column_stack([values, np.zeros(len(values))])
    return (treeshap.compile(model_text(tree)).raw_score(X) > 0).tolist()


@pytest.mark.parametrize("kind", [NONE, ZERO, NAN])
@pytest.mark.parametrize("way", [LEFT, RIGHT])
@pytest.mark.parametrize("threshold", [*EDGES[np.isfinite(EDGES)], 1.5, -1.5])
def test_numbers_go_where_lightgbm_sends_them(kind: int, way: int, threshold: float):
    text = model_text(stump(kind | way, threshold))
    X = np.column_stack([EDGES, EDGES])
    expected = lgb.Booster(model_str=text).predict(X, pred_contrib=True)
    assert treeshap.compile(text)(X) == pytest.approx(expected, abs=1e-15, rel=0)


def test_nan_is_zero_where_nothing_is_missing():
    assert goes_right(stump(NONE | LEFT, -1.0), [np.nan, 0.0, -1.0]) == [True, True, False]
    assert goes_right(stump(NONE | LEFT, 1.0), [np.nan, 0.0, 1.5]) == [False, False, True]


def test_nan_goes_the_default_way():
    assert goes_right(stump(NAN | LEFT, -1.0), [np.nan, 0.0]) == [False, True]
    assert goes_right(stump(NAN | RIGHT, 1.0), [np.nan, 0.0]) == [True, False]


def test_zero_and_nan_go_the_default_way_where_zero_is_missing():
    assert goes_right(stump(ZERO | LEFT, -1.0), [np.nan, 0.0, 1e-36, 1e-34]) == [False, False, False, True]
    assert goes_right(stump(ZERO | RIGHT, 1.0), [np.nan, 0.0, -1e-36, -1e-34]) == [True, True, True, False]


def test_a_value_at_the_threshold_goes_left():
    assert goes_right(stump(NAN, 1.5), [1.5, np.nextafter(1.5, 2)]) == [False, True]


@pytest.mark.parametrize("kind", [NONE, NAN])
def test_categories_go_where_lightgbm_sends_them(kind: int):
    # Bits 0, 3 and 31 of the first word, bit 0 of the second: categories 0, 3, 31 and 32 go left.
    text = model_text(stump(1 | kind, 0, num_cat=1, cat_boundaries=[0, 2], cat_threshold=[2**31 + 9, 1]))
    X = np.column_stack([EDGES, EDGES])
    expected = lgb.Booster(model_str=text).predict(X, pred_contrib=True)
    assert treeshap.compile(text)(X) == pytest.approx(expected, abs=1e-15, rel=0)
    sides = treeshap.compile(text).raw_score(
        np.array([[0, 0], [3.9, 0], [32, 0], [1, 0], [-1, 0], [np.nan, 0]])
    )
    assert sides.tolist() == [-1, -1, -1, 1, 1, 1]
