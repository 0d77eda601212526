"""Can two groups of leads be told apart? Trees judged on leads that they did not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from qualify.evaluate import Metric, compute_metrics
from qualify.labels.audit.bounds import auc_error
from qualify.leads.tables import BoolArray, Column, FloatArray, IntArray

__all__ = ["Apart", "tell_apart"]

_FOLDS = 2
_ROUNDS = 40
_MOST_WORDS = 200
_NAMED = 3
_Z = 1.96
_PARAMS = {
    "objective": "binary", "num_leaves": 8, "learning_rate": 0.15, "min_data_in_leaf": 20, "num_threads": 1,
    "deterministic": True, "verbose": -1, "max_bin": 63, "feature_fraction": 0.8, "cat_smooth": 20.0,
    "is_unbalance": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Apart:
    """How well trees tell the groups apart, and by which columns above all (the strongest first)."""

    auc: Metric
    columns: tuple[str, ...]


def tell_apart(columns: Mapping[str, Column], before: IntArray, after: IntArray, seed: int) -> Apart:
    """Fit on one half of both groups, judge on the other, and the other way round.

    The interval is that of Hanley and McNeil (1982) at 95 %: unlike a drift index of each column, the area
    sees combinations too.
    """
    rows = np.concatenate([before, after])
    second = np.arange(len(rows)) >= len(before)
    table = np.column_stack([_numbers(column, rows) for column in columns.values()])
    coded = [j for j, column in enumerate(columns.values()) if column.kind != "number"]
    fold = np.random.default_rng(seed).permutation(len(rows)) % _FOLDS
    score, gain = np.zeros(len(rows)), np.zeros(len(columns))
    for one in range(_FOLDS):
        model = _fitted(table, second, fold != one, coded, seed)
        score[fold == one] = np.asarray(model.predict(table[fold == one], num_threads=1))
        gain += model.feature_importance("gain")
    order = np.argsort(-gain, kind="stable")[:_NAMED]
    names = list(columns)
    return Apart(_area(second, score), tuple(names[j] for j in order if gain[j] > 0))


def _fitted(
    table: FloatArray, second: BoolArray, rows: BoolArray, coded: list[int], seed: int
) -> lgb.Booster:
    params = {**_PARAMS, "seed": seed}
    data = lgb.Dataset(table[rows], second[rows].astype(float), categorical_feature=coded, params=params)
    return lgb.train(params, data, num_boost_round=_ROUNDS)


def _area(second: BoolArray, score: FloatArray) -> Metric:
    even = np.full(len(score), 0.5)
    auc = compute_metrics(second.astype(float), even, score=score, bootstrap=0)["auc"].value
    error = _Z * auc_error(auc, float(second.sum()), float((~second).sum()))
    return Metric(auc, max(0.0, auc - error), min(1.0, auc + error))


def _numbers(column: Column, rows: IntArray) -> FloatArray:
    """Return the values as numbers; rare words, by which trees would learn single leads, are one."""
    if column.kind == "number":
        return column.values[rows].astype(np.float64)
    codes = column.codes[rows].astype(np.int64)
    counts = np.bincount(codes + 1, minlength=len(column.vocabulary) + 1)
    top = np.argsort(-counts, kind="stable")[:_MOST_WORDS]
    place = np.full(len(counts), _MOST_WORDS, dtype=np.float64)
    place[top] = np.arange(len(top))
    place[0] = np.nan
    return place[codes + 1]
