"""The law: what LightGBM says, for every booster and every row."""

import numba
import numpy as np
import pytest
import shap
from hypothesis import HealthCheck, given, settings

from qualify.explain import treeshap
from qualify.explain.treeshap import tables
from qualify.explain.treeshap.kernel import BLOCK, encode, explain_rows
from tests.explain.treeshap.models import Case, cases, normal_case

trained = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@trained
@given(cases())
def test_equals_lightgbm(case: Case):
    explain = treeshap.compile(case.booster)
    phi = explain(case.X)
    assert explain.by_table
    assert phi == pytest.approx(case.booster.predict(case.X, pred_contrib=True), abs=1e-10, rel=0)


@trained
@given(cases())
def test_sums_to_the_raw_score(case: Case):
    explain = treeshap.compile(case.booster)
    raw = case.booster.predict(case.X, raw_score=True)
    assert explain(case.X).sum(axis=1) == pytest.approx(raw, abs=1e-10, rel=0)
    assert explain.raw_score(case.X) == pytest.approx(raw, abs=1e-10, rel=0)


@trained
@given(cases())
def test_one_row_is_the_same_to_the_last_bit(case: Case):
    explain = treeshap.compile(case.booster)
    alone = [explain(case.X[i : i + 1])[0] for i in range(9)]
    np.testing.assert_array_equal(alone, explain(case.X)[:9])


@pytest.mark.parametrize(("depth", "leaves"), [(3, 8), (4, 16), (6, 40), (12, 31)])
def test_equals_tree_explainer(depth: int, leaves: int):
    case = normal_case(max_depth=depth, num_leaves=leaves, trees=20)
    ours = treeshap.compile(case.booster)(case.X)
    theirs = shap.TreeExplainer(case.booster).shap_values(case.X)
    assert ours[:, :-1] == pytest.approx(theirs, abs=1e-8, rel=0)


def test_many_thresholds_of_one_feature():
    # 900 cuts of one column do not fit in one byte; it is spread over several columns of codes.
    case = normal_case(rows=2000, features=1, max_bin=2000, num_leaves=400, max_depth=-1, trees=4)
    explain = treeshap.compile(case.booster)
    X = np.vstack([case.X, [[np.nan], [np.inf], [-np.inf]]])
    assert explain(X) == pytest.approx(case.booster.predict(X, pred_contrib=True), abs=1e-10, rel=0)


@pytest.mark.parametrize("held", [1, 7, 512])
def test_however_many_groups_a_batch_holds(held: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "_GROUPS_AT_ONCE", held)
    case = normal_case(features=20, trees=30, num_leaves=15)
    explain = treeshap.compile(case.booster)
    assert explain(case.X) == pytest.approx(case.booster.predict(case.X, pred_contrib=True), abs=1e-10, rel=0)
    np.testing.assert_array_equal(explain(case.X[3:4])[0], explain(case.X)[3])


def test_threads_do_not_change_a_bit():
    case = normal_case(trees=30)
    X = np.random.default_rng(1).normal(size=(20 * BLOCK + 17, 5))
    alone, shared = (treeshap.compile(case.booster, threads=threads)(X) for threads in (1, 3))
    np.testing.assert_array_equal(alone, shared)


def test_memory_order_and_type_do_not_change_a_bit():
    case = normal_case()
    explain = treeshap.compile(case.booster)
    X = np.round(case.X, 2).astype(np.float32).astype(np.float64)
    frozen = X.copy()
    frozen.flags.writeable = False
    expected = explain(X)
    for other in (
        np.asfortranarray(X),
        X.astype(np.float32),
        X.astype(object),
        frozen,
        np.repeat(X, 2, axis=1)[:, ::2],
    ):
        np.testing.assert_array_equal(explain(other), expected)


def test_the_kernel_is_compiled_for_one_type_only():
    # Each further type would cost seconds in the first request that meets it.
    for case in (normal_case(), normal_case(features=1, trees=1, num_leaves=2)):
        treeshap.compile(case.booster)(case.X)
        case.X.flags.writeable = False
        treeshap.compile(case.booster)(case.X)
        treeshap.compile(case.booster, background=case.X[:3])
    assert len(explain_rows.signatures) == 1
    # Codes are bytes wherever they are made.
    assert {signature[-1].dtype for signature in encode.signatures} == {numba.uint8}


def test_no_rows():
    explain = treeshap.compile(normal_case().booster)
    assert explain(np.zeros((0, 5))).shape == (0, 6)
    assert explain.raw_score(np.zeros((0, 5))).shape == (0,)
