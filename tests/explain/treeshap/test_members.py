"""The bags of one model explained together: what each alone says, summed by groups."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.errors import ModelError
from qualify.explain import treeshap
from qualify.explain.treeshap.kernel import BLOCK
from tests.explain.treeshap.models import Case, cases, model_text, normal_case, stump


def bags_of(case: Case) -> list[lgb.Booster]:
    """The first tree, the first half and the whole of a booster: bags of unlike sizes."""
    trees = case.booster.num_trees()
    texts = [case.booster.model_to_string(num_iteration=max(1, each)) for each in (1, trees // 2, trees)]
    return [lgb.Booster(model_str=text) for text in texts]


def one_by_one(bags: list[lgb.Booster], X: np.ndarray, groups: list[int]) -> np.ndarray:
    """The sums from LightGBM's own values, shape (rows, bags, groups)."""
    out = np.zeros((len(X), len(bags), max(groups) + 1))
    for bag, booster in enumerate(bags):
        told = np.asarray(booster.predict(X, pred_contrib=True))
        for feature, group in enumerate(groups):
            out[:, bag, group] += told[:, feature]
    return out


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cases(), st.integers(1, 4))
def test_sums_are_those_of_each_bag_alone(case: Case, size: int):
    bags = bags_of(case)
    groups = [feature % size for feature in range(case.X.shape[1])]
    members = treeshap.compile_members(bags, groups)
    found = members(np.ascontiguousarray(case.X.T))
    assert found == pytest.approx(one_by_one(bags, case.X, groups), abs=1e-10, rel=0)
    raw = np.column_stack([booster.predict(case.X, raw_score=True) for booster in bags])
    assert found.sum(axis=2) + members.base_values == pytest.approx(raw, abs=1e-10, rel=0)


def test_a_row_is_the_same_to_the_last_bit_alone_and_among_others():
    case = normal_case(trees=20)
    X = np.tile(case.X, (1 + (2 * BLOCK + 5) // len(case.X), 1))[: 2 * BLOCK + 5]
    members = treeshap.compile_members(bags_of(case), list(range(X.shape[1])))
    whole = members(np.ascontiguousarray(X.T))
    for row in (0, 7, BLOCK, len(X) - 1):
        np.testing.assert_array_equal(members(np.ascontiguousarray(X[row : row + 1].T))[0], whole[row])


def test_no_rows():
    case = normal_case(trees=3)
    members = treeshap.compile_members(bags_of(case), [0] * case.X.shape[1])
    assert members(np.empty((case.X.shape[1], 0))).shape == (0, 3, 1)


def test_trees_too_deep_for_tables_are_explained_by_lightgbm():
    case = normal_case(trees=5)
    bags, groups = bags_of(case), [feature % 2 for feature in range(case.X.shape[1])]
    with pytest.warns(treeshap.TableLimitWarning, match="LightGBM's pred_contrib explains them"):
        members = treeshap.compile_members(bags, groups, max_table_bytes=10)
    found = members(np.ascontiguousarray(case.X.T))
    assert found == pytest.approx(one_by_one(bags, case.X, groups), abs=1e-10, rel=0)


@pytest.mark.parametrize(("columns", "told"), [((2, 3), r"\[2, 3\] features"), ((), r"\[\] features")])
def test_bags_of_unlike_columns_and_no_bags_are_refused(columns: tuple[int, ...], told: str):
    bags = [model_text(stump(2, 0.0), features=each) for each in columns]
    with pytest.raises(ModelError, match=rf"can not be added up(?s:.*){told}"):
        treeshap.compile_members(bags, [0, 0, 0])
