"""How fast exact Shapley values are: our tables against what else there is.

Run as ``python -m tests.benchmarks.treeshap [--quick]``; prints one JSON line a figure. All methods see
the same boosters and rows in the same minute, so that their ratios hold on a machine that is shared.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from io import StringIO

import lightgbm as lgb
import numpy as np
import shap

from qualify.explain import treeshap

DEPTHS, TREES, FEATURES = (3, 4, 6), (100, 300, 1000), (20, 100, 400)
TRAINING_ROWS, ROWS, FEW_ROWS, BACKGROUND_ROWS = 20_000, 50_000, 500, 100


def make_rows(rows: int, features: int, seed: int) -> np.ndarray:
    """Normal columns, then counts that are mostly zero, with holes, as tables of leads have them."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, features))
    X[:, features // 5 :] = random.poisson(0.3, (rows, features - features // 5))
    X[random.random(X.shape) < 0.05] = np.nan
    return X


def train(features: int, depth: int, trees: int) -> lgb.Booster:
    """Fit a booster to a label that three columns and an interaction decide."""
    X = make_rows(TRAINING_ROWS, features, seed=7)
    known = np.nan_to_num(X)
    chance = 1 / (1 + np.exp(2 - known[:, 0] - known[:, 1] * known[:, features // 4]))
    y = (np.random.default_rng(8).random(TRAINING_ROWS) < chance).astype(int)
    parameters = {"objective": "binary", "num_leaves": 2**depth, "max_depth": depth, "verbose": -1}
    return lgb.train(parameters, lgb.Dataset(X, y), trees)


def rows_per_second(call: Callable[[np.ndarray], object], X: np.ndarray, repeats: int = 3) -> float:
    """Best of several runs."""

    def once() -> float:
        started = time.perf_counter()
        call(X)
        return time.perf_counter() - started

    return len(X) / min(once() for _ in range(repeats))


def measure(booster: lgb.Booster, X: np.ndarray) -> Iterator[tuple[str, float, str]]:
    """Yield name, value and unit of all figures of one booster."""
    started = time.perf_counter()
    explain = treeshap.compile(booster)
    yield "compile", time.perf_counter() - started, "s"
    explain(X[:1000])
    one = X[:1]
    few = X[:FEW_ROWS]
    yield "kernel", rows_per_second(explain, X), "rows/s"
    yield "predict", rows_per_second(booster.predict, X), "rows/s"
    yield "one_row", 1e6 / rows_per_second(lambda row: [explain(row) for _ in range(500)], one) / 500, "us"
    against = treeshap.compile(booster, background=X[-BACKGROUND_ROWS:])
    against(X[:1000])
    yield "kernel_interventional", rows_per_second(against, X), "rows/s"
    yield (
        "pred_contrib",
        rows_per_second(lambda rows: booster.predict(rows, pred_contrib=True), few, 1),
        "rows/s",
    )
    yield "tree_explainer", rows_per_second(shap.TreeExplainer(booster).shap_values, few, 1), "rows/s"
    if find_spec("woodelf"):
        yield "woodelf", rows_per_second(_woodelf(booster, X), X, 1), "rows/s"
    reference = np.asarray(booster.predict(few, pred_contrib=True))
    yield "largest_error", float(np.abs(explain(few) - reference).max()), "log-odds"


def _woodelf(booster: lgb.Booster, X: np.ndarray) -> Callable[[np.ndarray], object]:
    import pandas as pd
    from woodelf import WoodelfExplainer

    explainer = WoodelfExplainer(booster)
    frame = pd.DataFrame(X, columns=booster.feature_name())

    def explain(_: np.ndarray) -> None:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # it prints its progress
            explainer.shap_values(frame)

    return explain


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one model: depth 4, 300 trees, 100 features")
    quick = parser.parse_args().quick
    if not find_spec("woodelf"):
        print("woodelf is not installed (pip install woodelf-explainer): skipped", file=sys.stderr)
    warnings.filterwarnings("ignore", message="LightGBM binary classifier with TreeExplainer")
    for features in (100,) if quick else FEATURES:
        X = make_rows(ROWS, features, seed=9)
        for depth in (4,) if quick else DEPTHS:
            sizes = (300,) if quick else TREES
            largest = train(features, depth, max(sizes))
            for trees in sizes:
                booster = lgb.Booster(model_str=largest.model_to_string(num_iteration=trees))
                case = {"benchmark": "treeshap", "depth": depth, "trees": trees, "features": features}
                for figure, value, unit in measure(booster, X):
                    print(json.dumps({**case, "figure": figure, "value": value, "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
