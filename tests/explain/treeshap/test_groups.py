"""Groups of leaves: every leaf once, tables small, nested cuts not counted twice."""

import pytest
from hypothesis import HealthCheck, given, settings

from qualify.explain.treeshap import groups
from qualify.explain.treeshap.columns import make_columns
from qualify.explain.treeshap.groups import Group, group_leaves
from qualify.explain.treeshap.tables import table_bytes
from qualify.explain.treeshap.trees import read_model
from tests.explain.treeshap.models import (
    Case,
    cases,
    model_text,
    normal_case,
    stump,
    tree_text,
    two_questions,
)


def groups_of(text: str, weight: float = 1.0) -> list[list[Group]]:
    trees = read_model(text).trees
    _, questions = make_columns(trees)
    return [group_leaves(tree, asked, weight) for tree, asked in zip(trees, questions, strict=True)]


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_every_leaf_is_in_one_group_with_all_its_questions(case: Case):
    text = case.booster.model_to_string()
    for tree, found in zip(read_model(text).trees, groups_of(text), strict=True):
        leaves = [leaf for group in found for leaf in group.leaves]
        if len(tree.value) > 1:
            assert sorted(leaf.value for leaf in leaves) == sorted(tree.value)
        for group in found:
            assert {(s.column, s.cut) for leaf in group.leaves for s in leaf.steps} == group.questions
            assert {f for leaf in group.leaves for f in leaf.features} == group.features


def test_two_columns_of_one_cut_have_four_cells():
    ((group,),) = groups_of(model_text(two_questions()))
    assert (group.cells, group.features) == (4, {0, 1})
    assert table_bytes([group]) == 4 * 2 * 8


def test_nested_cuts_add_cells_instead_of_doubling_them():
    # Ten cuts of one column: 11 answers, not 1,024.
    ladder = tree_text(
        split_feature=[0] * 10,
        threshold=list(range(10)),
        left_child=[-1 - i for i in range(10)],
        right_child=[*range(1, 10), -11],
        leaf_value=[float(i) for i in range(11)],
        leaf_count=[1] * 11,
        internal_count=[11 - i for i in range(10)],
    )
    ((group,),) = groups_of(model_text(ladder))
    assert (group.cells, len(group.leaves)) == (11, 11)


def test_joining_keeps_to_the_largest_table(monkeypatch: pytest.MonkeyPatch):
    # A leaf of depth 3 alone has 8 cells at most; joined without a limit, such leaves would have more.
    monkeypatch.setattr(groups, "MAX_CELLS", 8)
    text = normal_case(max_depth=3, trees=10).booster.model_to_string()
    assert max(group.cells for tree in groups_of(text) for group in tree) == 8


def test_the_weight_is_in_the_leaves():
    ((group,),) = groups_of(model_text(stump(2, 0.0)), weight=0.5)
    assert sorted(leaf.value for leaf in group.leaves) == [-0.5, 0.5]


def test_a_lone_leaf_has_no_group():
    lone = "num_leaves=1\nnum_cat=0\nleaf_value=1\nleaf_count=\nis_linear=0\nshrinkage=1"
    assert groups_of(model_text(lone)) == [[]]
