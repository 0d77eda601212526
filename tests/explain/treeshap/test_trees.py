"""Reading the model text, and refusing what it can not explain, by name."""

import re

import numpy as np
import pytest

from qualify.errors import ModelError
from qualify.explain import treeshap
from qualify.explain.treeshap.trees import read_model, walk
from tests.explain.treeshap.models import model_text, normal_case, train, tree_text, two_questions


def test_reads_what_lightgbm_wrote():
    booster = normal_case(trees=3).booster
    model = read_model(booster.model_to_string())
    assert (model.features, len(model.trees)) == (5, 3)
    assert [len(tree.value) for tree in model.trees] == [
        t["num_leaves"] for t in booster.dump_model()["tree_info"]
    ]


def test_walks_leaves_from_left_to_right():
    (tree,) = read_model(model_text(two_questions())).trees
    assert list(walk(tree)) == [
        (0, ((0, True),)),
        (1, ((0, False), (1, True))),
        (2, ((0, False), (1, False))),
    ]


def test_shares_are_of_training_rows():
    (tree,) = read_model(model_text(two_questions())).trees
    assert tree.left_share.tolist() == [0.4, 0.4]
    assert tree.right_share.tolist() == [0.6, 0.6]
    assert tree.leaf_share.tolist() == [0.4, 0.24, 0.36]


def test_linear_trees_are_refused():
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 2))
    booster = train(X, (X[:, 0] > 0).astype(int), linear_tree=True)
    with pytest.raises(ModelError, match=r"linear models in its leaves(?s:.*)linear_tree=false"):
        treeshap.compile(booster)


def test_several_outputs_are_refused():
    X = np.random.default_rng(0).normal(size=(200, 2))
    booster = train(X, np.arange(200) % 3, objective="multiclass", num_class=3)
    with pytest.raises(ModelError, match=r"several outputs a row(?s:.*)num_tree_per_iteration=3"):
        treeshap.compile(booster)


@pytest.mark.parametrize(
    "text", ["", "tree", "{}", "end of trees", "\nend of trees", "tree\nnum_class=1\nend of trees"]
)
def test_other_texts_are_refused(text: str):
    with pytest.raises(ModelError, match="not a whole LightGBM model"):
        treeshap.compile(text)


def test_a_text_that_was_cut_short_is_refused():
    text = normal_case(trees=3).booster.model_to_string()
    with pytest.raises(ModelError, match="not a whole LightGBM model"):
        treeshap.compile(text[: text.index("Tree=2") + 200])


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        ("threshold=0.0 0.0", "threshold=0.0", "threshold has 1 entries, expected 2"),
        ("leaf_value=.*", "leaf_value=1 x 2", "could not convert"),
        ("left_child=-1 -2", "left_child=-1 1", "do not form a tree"),
        ("right_child=1 -3", "right_child=0 -3", "do not form a tree"),
        ("split_feature=0 1", "split_feature=0 7", "feature 7"),
        ("leaf_count=.*\n", "", "leaf_count"),
    ],
)
def test_a_damaged_tree_is_refused(pattern: str, replacement: str, message: str):
    text = re.sub(pattern, replacement, model_text(two_questions()))
    with pytest.raises(ModelError, match=rf"Tree=0(?s:.*){message}"):
        treeshap.compile(text)


def test_a_child_before_its_parent_is_refused():
    # Two nodes that lead to each other: no way from the root, and a walk without end.
    text = model_text(
        tree_text(
            split_feature=[0, 1, 1],
            threshold=[0.0, 0.0, 0.0],
            left_child=[-1, 2, 1],
            right_child=[-2, -3, -4],
            leaf_value=[1.0, 2.0, 5.0, 6.0],
            leaf_count=[40, 24, 30, 6],
            internal_count=[100, 60, 36],
        )
    )
    with pytest.raises(ModelError, match="do not form a tree"):
        treeshap.compile(text)


def test_a_node_without_training_rows_is_refused():
    text = model_text(two_questions()).replace("internal_count=100 60", "internal_count=100 0")
    with pytest.raises(ModelError, match="no training row reached"):
        treeshap.compile(text)


def test_an_empty_leaf_is_explained():
    # All 60 rows at the second node went right; knowing nothing of x1 is knowing that it is above 0.
    text = model_text(two_questions()).replace("leaf_count=40 24 36", "leaf_count=40 0 60")
    assert treeshap.compile(text)(np.array([[1.0, 1.0]]))[0].tolist() == pytest.approx([1.6, 0.0, 3.4])
