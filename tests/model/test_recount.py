"""Trees that count rows by what they stand for."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from qualify.model.booster_text import check_booster
from qualify.model.recount import recounted


def fitted(rows: int = 400, rounds: int = 12) -> tuple[lgb.Booster, np.ndarray]:
    rng = np.random.default_rng(3)
    design = rng.normal(size=(rows, 4))
    design[rng.random(rows) < 0.2, 1] = np.nan
    label = (design[:, 0] + rng.normal(size=rows) > 1).astype(float)
    params = {"objective": "binary", "num_leaves": 6, "verbose": -1, "min_data_in_leaf": 5, "num_threads": 1}
    return lgb.train(params, lgb.Dataset(design, label), rounds), design


@pytest.mark.parametrize("most", [2, 30])
def test_the_base_value_is_the_mean_over_all_that_the_rows_stand_for(most):
    booster, design = fitted()
    stands = np.random.default_rng(1).integers(1, most, len(design)).astype(float)
    text = recounted(booster, design, stands)
    check_booster(text, 4)
    again = lgb.Booster(model_str=text)
    raw = booster.predict(design, raw_score=True)
    assert again.predict(design, raw_score=True).tolist() == raw.tolist()
    told = again.predict(design, pred_contrib=True)
    np.testing.assert_allclose(told[:, -1], np.average(raw, weights=stands), atol=1e-12)
    np.testing.assert_allclose(told.sum(axis=1), raw, atol=1e-9)


def test_rows_counted_twice_are_rows_that_are_there_twice():
    booster, design = fitted()
    twice = np.arange(len(design)) % 3 == 0
    text = recounted(booster, design, np.where(twice, 2.0, 1.0))
    longer = np.concatenate([design, design[twice]])
    assert text == recounted(booster, longer, np.ones(len(longer)))


def test_nothing_but_counts_and_sizes_changes():
    booster, design = fitted()
    before = booster.model_to_string(num_iteration=-1).splitlines()
    after = recounted(booster, design, np.full(len(design), 10.0)).splitlines()
    changed = {a.partition("=")[0] for a, b in zip(before, after, strict=True) if a != b}
    assert changed == {"leaf_count", "internal_count", "tree_sizes"}
    counts = [line for line in after if line.startswith("internal_count")]
    assert all(line.startswith("internal_count=4000 ") for line in counts)


def test_a_tree_of_one_leaf_stays_as_it_is():
    design, label = np.zeros((50, 1)), np.repeat([0.0, 1.0], 25)
    params = {"objective": "binary", "num_leaves": 4, "verbose": -1, "num_threads": 1}
    booster = lgb.train(params, lgb.Dataset(design, label), 2)
    assert recounted(booster, design, np.full(50, 3.0)) == booster.model_to_string(num_iteration=-1)
