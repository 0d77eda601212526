"""What can be compiled, and how: texts, bags, weights, stopping early, backgrounds, limits."""

import warnings

import lightgbm as lgb
import numpy as np
import pytest
import shap

from qualify.errors import DataError, ModelError
from qualify.explain import treeshap
from tests.explain.treeshap.models import model_text, normal_case, stump, train, two_questions


def contributions(booster: lgb.Booster, X: np.ndarray) -> np.ndarray:
    return np.asarray(booster.predict(X, pred_contrib=True))


def test_the_saved_text_is_the_booster(tmp_path):
    case = normal_case()
    case.booster.save_model(tmp_path / "booster.txt")
    text = (tmp_path / "booster.txt").read_text()
    np.testing.assert_array_equal(treeshap.compile(text)(case.X), treeshap.compile(case.booster)(case.X))


def test_the_best_iteration_counts():
    case = normal_case(trees=9)
    case.booster.best_iteration = 4
    phi = treeshap.compile(case.booster)(case.X)
    assert phi == pytest.approx(contributions(case.booster, case.X), abs=1e-12)
    assert phi != pytest.approx(
        np.asarray(case.booster.predict(case.X, pred_contrib=True, num_iteration=9)), abs=1e-3
    )


def test_bags_are_a_weighted_sum():
    one, other = normal_case(seed=1, trees=7), normal_case(seed=2, trees=4, max_depth=2)
    X = np.vstack([one.X, other.X])
    phi = treeshap.compile([one.booster, other.booster.model_to_string()], weights=[0.25, -2])(X)
    expected = 0.25 * contributions(one.booster, X) - 2 * contributions(other.booster, X)
    assert phi == pytest.approx(expected, abs=1e-12)


def test_bags_that_treat_missing_values_differently():
    X = np.random.default_rng(0).normal(size=(300, 2))
    y = (X.sum(axis=1) > 0).astype(int)
    holes = np.where(np.random.default_rng(1).random(X.shape) < 0.3, np.nan, X)
    bags = [train(X, y), train(holes, y), train(holes, y, zero_as_missing=True)]
    phi = treeshap.compile(bags)(holes)
    assert phi == pytest.approx(sum(contributions(bag, holes) for bag in bags), abs=1e-12)


def test_without_weights_bags_are_added():
    explain = treeshap.compile([model_text(stump(2, 0.0)), model_text(two_questions())])
    assert explain(np.array([[1.0, 1.0]])).sum() == pytest.approx(6.0)


@pytest.mark.parametrize("weights", [[1.0], [1.0, 2.0, 3.0], [1.0, float("nan")]])
def test_weights_that_do_not_fit_are_refused(weights: list[float]):
    with pytest.raises(ModelError, match="weights do not go with the boosters"):
        treeshap.compile([model_text(stump(2, 0.0))] * 2, weights=weights)


def test_bags_on_different_columns_are_refused():
    bags = [model_text(stump(2, 0.0)), model_text(stump(2, 0.0), features=3)]
    with pytest.raises(ModelError, match=r"can not be added up(?s:.*)\[2, 3\] features"):
        treeshap.compile(bags)


def test_no_booster_is_refused():
    with pytest.raises(ModelError, match="can not be added up"):
        treeshap.compile([])


@pytest.mark.parametrize("as_text", [False, True])
def test_too_large_tables_fall_back_on_lightgbm_and_say_so(as_text: bool):
    case = normal_case()
    booster = case.booster.model_to_string() if as_text else case.booster
    with pytest.warns(treeshap.TableLimitWarning, match="LightGBM's pred_contrib explains them"):
        explain = treeshap.compile([booster, booster], weights=[1, 2], max_table_bytes=100)
    assert not explain.by_table
    assert explain(case.X) == pytest.approx(3 * contributions(case.booster, case.X), abs=1e-12)
    assert explain.raw_score(case.X) == pytest.approx(
        3 * case.booster.predict(case.X, raw_score=True), abs=1e-12
    )
    assert explain(case.X)[0, -1] == pytest.approx(explain.base_value)
    assert explain(case.X[:0]).shape == (0, 6)


def test_a_very_deep_tree_falls_back():
    random = np.random.default_rng(0)
    X = random.normal(size=(400, 20))
    booster = train(X, (X > 1.5).any(axis=1).astype(int), trees=1, num_leaves=60, max_depth=-1)
    with pytest.warns(treeshap.TableLimitWarning, match=r"cells in one; the limits are (?s:.*)4,096"):
        explain = treeshap.compile(booster)
    assert explain(X) == pytest.approx(contributions(booster, X), abs=1e-12)


def test_tables_of_trees_of_depth_four_say_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert treeshap.compile(normal_case(max_depth=4).booster).by_table


def test_background_by_hand():
    # Against the row (-1, -1), which pays 1: (1, 1) pays 5; x0 alone known, 2; x1 alone known, 1.
    # phi_0 = ((2 - 1) + (5 - 1)) / 2 = 2.5; phi_1 = ((1 - 1) + (5 - 2)) / 2 = 1.5.
    explain = treeshap.compile(model_text(two_questions()), background=np.array([[-1.0, -1.0]]))
    assert explain(np.array([[1.0, 1.0]])).tolist() == [[2.5, 1.5, 1.0]]


@pytest.mark.parametrize("depth", [1, 4, 8])
def test_background_equals_tree_explainer(depth: int):
    case = normal_case(max_depth=depth, num_leaves=40, trees=10)
    explain = treeshap.compile(case.booster, background=case.X[:50])
    phi = explain(case.X)
    reference = shap.TreeExplainer(case.booster, data=case.X[:50], feature_perturbation="interventional")
    # The reference computes in single precision.
    assert phi[:, :-1] == pytest.approx(reference.shap_values(case.X), abs=1e-6)
    assert phi.sum(axis=1) == pytest.approx(case.booster.predict(case.X, raw_score=True), abs=1e-12)
    assert explain.base_value == pytest.approx(
        case.booster.predict(case.X[:50], raw_score=True).mean(), abs=1e-12
    )


def test_background_with_a_lone_leaf_and_many_rows():
    lone = "num_leaves=1\nnum_cat=0\nleaf_value=10\nleaf_count=\nis_linear=0\nshrinkage=1"
    background = np.repeat([[-1.0, -1.0], [1.0, 1.0]], 5000, axis=0)
    explain = treeshap.compile(model_text(two_questions(), lone), weights=[2], background=background)
    assert explain.base_value == pytest.approx(2 * (10 + (1 + 5) / 2))


def test_background_and_too_large_tables_are_refused():
    case = normal_case()
    with pytest.raises(ModelError, match="too deep to be explained against a background"):
        treeshap.compile(case.booster, background=case.X, max_table_bytes=100)


def test_an_empty_background_is_refused():
    with pytest.raises(DataError, match="background sample is empty"):
        treeshap.compile(model_text(two_questions()), background=np.zeros((0, 2)))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0, 2.0]], r"not a NumPy array(?s:.*)list"),
        (np.zeros(2), r"wrong shape(?s:.*)\(2,\)(?s:.*)\(rows, 2\)"),
        (np.zeros((3, 4)), r"wrong shape(?s:.*)\(3, 4\)"),
        (np.array([["a", "b"]]), r"not numbers(?s:.*)<U1"),
        (np.array([["a", 1.0]], dtype=object), r"not numbers(?s:.*)could not convert"),
        (np.zeros((1, 2), dtype=complex), r"not numbers(?s:.*)complex"),
        (np.zeros((1, 2), dtype="M8[s]"), r"not numbers(?s:.*)datetime"),
    ],
)
def test_rows_that_are_no_numbers_are_refused(X, message: str):
    explain = treeshap.compile(model_text(two_questions()))
    with pytest.raises(DataError, match=message):
        explain(X)
    with pytest.raises(DataError, match=message):
        treeshap.compile(model_text(two_questions()), background=X)


def test_none_in_an_array_of_objects_is_missing():
    explain = treeshap.compile(model_text(stump(8 | 2, 0.0)))
    assert explain.raw_score(np.array([[None, 1], [2, 1]], dtype=object)).tolist() == [-1.0, 1.0]
