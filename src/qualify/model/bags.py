"""The shallow trees fitted: bags of LightGBM models, by a bootstrap over leads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np

from qualify.leads.tables import FloatArray, IntArray
from qualify.model.boosted import BoostedModel
from qualify.model.recount import recounted
from qualify.side_by_side import Threads, at_work

PATIENCE = 20
FEWEST_ROUNDS = 30
ROWS_A_BAG = 150_000
FASTER = 1.5
MANY_ROWS = 20_000
"""From here on bags are fitted as :func:`for_many` says; the forward folds stay below."""

_DECLARED = re.compile(r"^monotone_constraints=.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TreeParams:
    """What tuning may change of the trees."""

    depth: int = 4
    leaves: int = 12
    learning_rate: float = 0.1
    max_rounds: int = 300
    min_leaf: int = 30
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    l2: float = 5.0
    max_bin: int = 63


def fit_stopped(
    design: FloatArray,
    label: FloatArray,
    weight: FloatArray,
    params: TreeParams,
    later: tuple[FloatArray, FloatArray, FloatArray],
    *,
    seed: int,
    signs: Sequence[int] | None = None,
) -> lgb.Booster:
    """Fit one bag that stops when the `later` rows (design, label, weight) no longer gain."""
    data = lgb.Dataset(design, label, weight=weight, params=_dataset_params(params))
    valid = lgb.Dataset(later[0], later[1], weight=later[2], reference=data, params=_dataset_params(params))
    return lgb.train(
        _params(params, seed, len(label), signs), data, params.max_rounds, valid_sets=[valid],
        callbacks=[lgb.log_evaluation(0), lgb.early_stopping(PATIENCE, verbose=False)],
    )  # fmt: skip


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
    threads: Threads,
    stands: FloatArray | None = None,
    signs: Sequence[int] | None = None,
) -> BoostedModel:
    """Fit the bags, each on leads drawn by a bootstrap: their spread shows what is not known.

    Few leads are weighted by a Bayesian bootstrap (Rubin 1981), which keeps all of them in every bag. Many
    are drawn with Poisson counts (Oza and Russell 2001): the 37 % that a bag leaves out cost nothing, and
    save time. Of very many rows each bag sees its own draw of `ROWS_A_BAG`. Values are binned once for all
    bags, which are fitted side by side with one thread each: the same trees on any number of cores, and less
    time lost than with several threads inside one small tree.

    `stands` says for how many rows each row stands by a draw: the trees count them so (see `recounted`).
    `signs` says of each column whether the answer may only rise (1) or only fall (-1) with it; None: nothing
    is declared.
    """
    if len(label) >= MANY_ROWS:
        params, rounds = for_many(params, rounds, len(label))
    binned = lgb.Dataset(design, label, params=_dataset_params(params))
    binned.construct()

    def fit(bag: int) -> str:
        rng = np.random.default_rng([seed, bag])
        drawn = weight * _multiplicities(rng, int(lead.max()) + 1, len(label))[lead]
        rows = np.flatnonzero(drawn)
        if len(rows) > ROWS_A_BAG:
            rows = np.sort(rng.permutation(rows)[:ROWS_A_BAG])
        data = binned.subset(rows.tolist(), params=_dataset_params(params)).construct()
        data.set_weight(drawn[rows])
        booster = lgb.train(_params(params, seed * 1000 + bag, len(label), signs), data, rounds)
        if stands is not None:
            return _undeclared(recounted(booster, design, stands))
        return _undeclared(str(booster.model_to_string(num_iteration=-1)))

    with at_work(threads) as pool:
        return BoostedModel(tuple(pool.map(fit, range(bags))))


def for_many(params: TreeParams, rounds: int, rows: int) -> tuple[TreeParams, int]:
    """Return settings and rounds for many rows, from those found on forward folds of few.

    More rows carry more trees before these learn noise: rounds grow with the cube root of the rows. What
    each tree costs is lowered by smaller draws of rows and columns and a larger step, at which trials saw
    no loss in the mean of four bags (decision 0015).
    """
    grown = rounds * (rows / MANY_ROWS) ** (1 / 3) / FASTER
    return replace(
        params, learning_rate=FASTER * params.learning_rate, feature_fraction=0.6 * params.feature_fraction,
        bagging_fraction=0.5 * params.bagging_fraction,
    ), max(1, round(grown))  # fmt: skip


def _multiplicities(rng: np.random.Generator, leads: int, rows: int) -> FloatArray:
    """Return how often, or with which weight, each lead is in a bag."""
    if rows < MANY_ROWS:
        return rng.exponential(size=leads)
    counts = rng.poisson(1.0, size=leads).astype(np.float64)
    # A draw of nobody (thinkable where many rows are of very few leads) would leave nothing to learn from.
    return counts if counts.any() else np.ones(leads)


def _dataset_params(params: TreeParams) -> dict[str, object]:
    return {"max_bin": params.max_bin, "verbose": -1, "feature_pre_filter": False, "num_threads": 1}


def _undeclared(text: str) -> str:
    """Return a model's text without the head's note of what was declared: it is in the trees."""
    head, trees, rest = text.partition("\nTree=0\n")
    return _DECLARED.sub("", head) + trees + rest


def _params(
    params: TreeParams, seed: int, rows: int, signs: Sequence[int] | None = None
) -> dict[str, object]:
    declared = {} if signs is None else {"monotone_constraints": list(signs)}
    return {
        **declared,
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
        "force_col_wise": True,
    }


def common_rounds(best: Sequence[int]) -> int:
    """Return the rounds for every fold and for the final fit, from the best rounds found on later rows.

    Never below `FEWEST_ROUNDS`: where the folds see no gain at all, the blend and the calibration shrink the
    trees, which keeps their order of the leads; stopping at once would not.
    """
    return max(FEWEST_ROUNDS, int(np.median(best))) if best else 100
