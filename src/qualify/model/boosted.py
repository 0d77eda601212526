"""The shallow trees: bags of LightGBM models whose log-odds are averaged."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import lightgbm as lgb
import numpy as np

from qualify.leads.tables import FloatArray, IntArray

PATIENCE = 30


@dataclass(frozen=True, slots=True)
class TreeParams:
    """What tuning may change of the trees."""

    depth: int = 4
    leaves: int = 12
    learning_rate: float = 0.06
    max_rounds: int = 400
    min_leaf: int = 30
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    l2: float = 5.0
    max_bin: int = 127


@dataclass(frozen=True)
class BoostedModel:
    """Bags of boosted trees, held as LightGBM's own model texts.

    Parameters
    ----------
    texts
        One model text a bag.
    """

    texts: tuple[str, ...]

    @cached_property
    def boosters(self) -> list[lgb.Booster]:
        """The bags, parsed."""
        return [lgb.Booster(model_str=text, params={"verbose": -1}) for text in self.texts]

    def member_log_odds(self, design: FloatArray) -> FloatArray:
        """Return the log-odds by each bag, shape (rows, bags)."""
        return np.column_stack([booster.predict(design, raw_score=True) for booster in self.boosters])


def fit_bag(
    design: FloatArray,
    label: FloatArray,
    weight: FloatArray,
    params: TreeParams,
    *,
    rounds: int,
    seed: int,
    threads: int,
    later: tuple[FloatArray, FloatArray, FloatArray] | None = None,
) -> lgb.Booster:
    """Fit one bag; with `later` rows (design, label, weight) it stops when they no longer gain."""
    data = lgb.Dataset(design, label, weight=weight, params=_dataset_params(params), free_raw_data=True)
    callbacks = [lgb.log_evaluation(0)]
    valid = []
    if later is not None:
        valid = [lgb.Dataset(later[0], later[1], weight=later[2], reference=data)]
        callbacks.append(lgb.early_stopping(PATIENCE, verbose=False))
    return lgb.train(_params(params, seed, threads, len(label)), data, rounds, valid_sets=valid, callbacks=callbacks)


def fit_bags(
    design: FloatArray,
    label: FloatArray,
    weight: FloatArray,
    lead: IntArray,
    params: TreeParams,
    *,
    rounds: int,
    bags: int,
    seed: int,
    threads: int,
) -> BoostedModel:
    """Fit the bags, each on leads weighted by a Bayesian bootstrap, so that their spread shows what is not known."""
    texts = []
    for bag in range(bags):
        rng = np.random.default_rng([seed, bag])
        drawn = rng.exponential(size=int(lead.max()) + 1)[lead]
        booster = fit_bag(
            design, label, weight * drawn, params, rounds=rounds, seed=seed * 1000 + bag, threads=threads
        )
        texts.append(booster.model_to_string(num_iteration=-1))
    return BoostedModel(tuple(texts))


def _dataset_params(params: TreeParams) -> dict[str, object]:
    return {"max_bin": params.max_bin, "verbose": -1, "feature_pre_filter": False, "min_data_in_bin": 3}


def _params(params: TreeParams, seed: int, threads: int, rows: int) -> dict[str, object]:
    return {
        **_dataset_params(params),
        "objective": "binary",
        "max_depth": params.depth,
        "num_leaves": params.leaves,
        "learning_rate": params.learning_rate,
        "min_data_in_leaf": max(3, min(params.min_leaf, rows // 20)),
        "feature_fraction": params.feature_fraction,
        "bagging_fraction": params.bagging_fraction,
        "bagging_freq": 1,
        "lambda_l2": params.l2,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": min(threads, os.cpu_count() or 1),
    }


def mean_rounds(best: Sequence[int]) -> int:
    """Return the rounds for the final fit from the best rounds found on later rows."""
    return max(10, int(np.median(best))) if best else 100
