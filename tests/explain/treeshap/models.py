"""Models and rows for the tests of TreeSHAP: hand-written texts, and boosters trained on random data."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import lightgbm as lgb
import numpy as np
from hypothesis import strategies as st

# Values at which LightGBM changes its mind: zeros of all sorts, limits of sets of categories, infinities.
EDGES = np.array(
    [
        *(0.0, -0.0, 5e-36, -5e-36, 1e-35, -1e-35, 1e-34, -1e-34, np.nan, np.inf, -np.inf),
        *(float(np.float32(1e-35)), -float(np.float32(1e-35)), -1.0, -0.5, 0.5, 1.0, 2.7, 3.0),
        *(31.0, 32.0, 63.5, 64.0, 1e10, 2.0**31, 2.0**32, -(2.0**31), 1e300),
    ]
)


@dataclass(frozen=True)
class Case:
    """A booster and rows to explain."""

    booster: lgb.Booster
    X: np.ndarray


def tree_text(**fields: Any) -> str:
    """One tree of a model text; lists are written with blanks, other fields of LightGBM filled in."""
    leaves = len(fields["leaf_value"])
    nodes = leaves - 1
    given = {
        "num_leaves": leaves,
        "num_cat": 0,
        "split_gain": [1] * nodes,
        "decision_type": [2] * nodes,
        "leaf_weight": [1] * leaves,
        "internal_value": [0] * nodes,
        "internal_weight": [0] * nodes,
        **fields,
        "is_linear": fields.get("is_linear", 0),
        "shrinkage": 1,
    }
    lines = [f"{key}={' '.join(map(str, v)) if isinstance(v, list) else v}" for key, v in given.items()]
    return "\n".join(lines)


def model_text(*trees: str, features: int = 2) -> str:
    """A model text that our reader and LightGBM's both take."""
    head = [
        "tree",
        "version=v4",
        "num_class=1",
        "num_tree_per_iteration=1",
        "label_index=0",
        f"max_feature_idx={features - 1}",
        "objective=binary sigmoid:1",
        "feature_names=" + " ".join(f"f{i}" for i in range(features)),
        "feature_infos=" + " ".join(["[-1000:1000]"] * features),
        "",
        "",
    ]
    blocks = [f"Tree={number}\n{tree}\n\n\n" for number, tree in enumerate(trees)]
    return "\n".join(head) + "".join(blocks) + "end of trees\n\nfeature_importances:\n\nparameters:\n\n"


def stump(decision: int, threshold: float, **more: Any) -> str:
    """A tree with one question: decision type as LightGBM packs it, leaf -1 on the left, 1 on the right."""
    return tree_text(
        split_feature=[0],
        threshold=[threshold],
        decision_type=[decision],
        left_child=[-1],
        right_child=[-2],
        leaf_value=[-1.0, 1.0],
        leaf_count=[30, 70],
        internal_count=[100],
        **more,
    )


def two_questions() -> str:
    """x0 <= 0 pays 1 (40 rows); else x1 <= 0 pays 2 (24 rows); else 5 (36 rows)."""
    return tree_text(
        split_feature=[0, 1],
        threshold=[0.0, 0.0],
        left_child=[-1, -2],
        right_child=[1, -3],
        leaf_value=[1.0, 2.0, 5.0],
        leaf_count=[40, 24, 36],
        internal_count=[100, 60],
    )


def train(
    X: np.ndarray, y: np.ndarray, trees: int = 5, categorical: Any = (), **parameters: Any
) -> lgb.Booster:
    """Fit a small booster that splits wherever it can."""
    parameters = {
        "objective": "binary",
        "verbose": -1,
        "num_threads": 1,
        "min_data_in_leaf": 1,
        "min_data_in_bin": 1,
        "seed": 1,
        **parameters,
    }
    data = lgb.Dataset(X, y, categorical_feature=list(categorical), params=parameters)
    return lgb.train(parameters, data, trees)


def normal_case(rows: int = 300, features: int = 5, seed: int = 0, **parameters: Any) -> Case:
    """A booster on normal columns, the first of which matter."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, features))
    y = (X[:, 0] + X[:, 1 % features] * X[:, 2 % features] + random.normal(size=rows) > 0).astype(int)
    return Case(train(X, y, **parameters), X)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Boosters of all depths on columns of all kinds, and rows full of edges."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = draw(
        st.lists(st.sampled_from(["normal", "count", "category", "sparse", "edge"]), min_size=1, max_size=6)
    )
    rows = draw(st.integers(20, 250))
    X = np.column_stack([_column(kind, rows, random) for kind in kinds])
    X[random.random(X.shape) < draw(st.sampled_from([0.0, 0.1, 0.4]))] = np.nan
    y = (np.nan_to_num(X[:, 0], posinf=3, neginf=-3) + random.normal(size=rows) > 0.5).astype(int)
    booster = train(
        X,
        y,
        trees=draw(st.integers(1, 8)),
        categorical=[i for i, kind in enumerate(kinds) if kind == "category"],
        max_depth=draw(st.integers(1, 12)),
        num_leaves=draw(st.integers(2, 60)),
        min_data_in_leaf=draw(st.sampled_from([1, 2, 20])),
        max_bin=draw(st.sampled_from([3, 15, 255, 1000])),
        use_missing=draw(st.booleans()),
        zero_as_missing=draw(st.booleans()),
        boost_from_average=draw(st.booleans()),
        learning_rate=draw(st.sampled_from([0.05, 0.5])),
        boosting=draw(st.sampled_from(["gbdt", "gbdt", "dart", "rf"])),
        bagging_freq=1,
        bagging_fraction=0.7,
        min_data_per_group=1,
        cat_smooth=draw(st.sampled_from([0, 10])),
        max_cat_to_onehot=draw(st.sampled_from([1, 4, 64])),
    )
    asked = X.copy()
    strange = random.random(X.shape) < 0.2
    asked[strange] = random.choice(EDGES, strange.sum())
    return Case(booster, asked)


def _column(kind: str, rows: int, random: np.random.Generator) -> np.ndarray:
    if kind == "count":
        return random.poisson(0.7, rows).astype(float)
    if kind == "category":
        return random.integers(0, 70, rows).astype(float)
    if kind == "sparse":
        return np.where(random.random(rows) < 0.5, 0.0, random.normal(size=rows))
    if kind == "edge":
        return random.choice(EDGES[~np.isnan(EDGES)], rows)
    return random.normal(size=rows)


def shapley_by_definition(worth: dict[frozenset[int], float], players: int) -> list[float]:
    """Shapley values of a game whose every coalition's worth is known."""

    def weight(others: int) -> float:
        return factorial(others) * factorial(players - others - 1) / factorial(players)

    found = []
    for one in range(players):
        rest = [other for other in range(players) if other != one]
        coalitions = [frozenset(c) for size in range(players) for c in combinations(rest, size)]
        found.append(sum(weight(len(c)) * (worth[c | {one}] - worth[c]) for c in coalitions))
    return found
