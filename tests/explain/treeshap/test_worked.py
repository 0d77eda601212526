"""Numbers worked by hand: a tree of two questions."""

import numpy as np
import pytest

from qualify.explain import treeshap
from tests.explain.treeshap.models import model_text, stump, tree_text, two_questions


def test_two_questions_by_hand():
    # Nothing known: .40*1 + .24*2 + .36*5 = 2.68. Knowing x0 = 1: (24*2 + 36*5)/60 = 3.8.
    # Knowing x1 = 1: .4*1 + .6*5 = 3.4. Both: 5.
    # phi_0 = ((3.8 - 2.68) + (5 - 3.4)) / 2 = 1.36; phi_1 = ((3.4 - 2.68) + (5 - 3.8)) / 2 = 0.96.
    explain = treeshap.compile(model_text(two_questions()))
    assert explain(np.array([[1.0, 1.0]])) == pytest.approx(np.array([[1.36, 0.96, 2.68]]), abs=1e-14)


def test_a_question_not_reached_still_has_a_part():
    # Knowing x0 = -1: 1. Knowing x1 = 1: 3.4. Both: 1.
    # phi_0 = ((1 - 2.68) + (1 - 3.4)) / 2 = -2.04; phi_1 = ((3.4 - 2.68) + (1 - 1)) / 2 = 0.36.
    explain = treeshap.compile(model_text(two_questions()))
    assert explain(np.array([[-1.0, 1.0]])) == pytest.approx(np.array([[-2.04, 0.36, 2.68]]), abs=1e-14)


def test_one_feature_asked_twice_counts_once():
    # x0 <= 0: 1 (40 rows); x0 <= 2: 2 (24 rows); else 5 (36 rows). One player: phi = output - 2.68.
    tree = tree_text(
        split_feature=[0, 0],
        threshold=[0.0, 2.0],
        left_child=[-1, -2],
        right_child=[1, -3],
        leaf_value=[1.0, 2.0, 5.0],
        leaf_count=[40, 24, 36],
        internal_count=[100, 60],
    )
    phi = treeshap.compile(model_text(tree))(np.array([[-1.0, 0], [1.0, 0], [3.0, 0]]))
    assert phi[:, 0] == pytest.approx([1 - 2.68, 2 - 2.68, 5 - 2.68], abs=1e-14)
    assert (phi[:, 1] == 0).all()


def test_trees_add_up():
    # The stump pays -1 to 30 rows and 1 to 70: base .4; x0 = 1 goes right: phi_0 = .6.
    explain = treeshap.compile(model_text(two_questions(), stump(2, 0.0)))
    assert explain(np.array([[1.0, 1.0]])) == pytest.approx(np.array([[1.96, 0.96, 3.08]]), abs=1e-14)
    assert explain.base_value == pytest.approx(3.08, abs=1e-14)
    assert explain.raw_score(np.array([[1.0, 1.0]])) == pytest.approx([6.0], abs=1e-14)


def test_a_lone_leaf_is_all_base():
    lone = "num_leaves=1\nnum_cat=0\nleaf_value=-3.25\nleaf_count=\nis_linear=0\nshrinkage=1"
    explain = treeshap.compile(model_text(lone))
    assert explain(np.zeros((3, 2))).tolist() == [[0.0, 0.0, -3.25]] * 3


def test_a_model_without_trees_says_zero():
    explain = treeshap.compile(model_text())
    assert explain(np.ones((1, 2))).tolist() == [[0.0, 0.0, 0.0]]
