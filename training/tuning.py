"""Optuna tuning on forward folds, within a budget, the same trials for the same data and seed.

A wall clock would make the number of trials, and with it the model, depend on the machine. So the budget is
turned into a number of trials by a fixed price per trial that follows from the size of the data; the clock
only stops a search that takes far longer than its budget, and says so.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import numpy as np
import optuna

from qualify.console import progress, say
from qualify.model.bags import TreeParams
from qualify.model.fit import Forward, Params, forward_predictions
from qualify.model.rows import Rows

MAX_TRIALS = 40
MAX_TUNING_ROWS = 20_000
FIXED_SECONDS = 0.6
SECONDS_A_CELL = 1.1e-6
OVERRUN = 3.0


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Parameters
    ----------
    loss, first_loss
        Mean forward log-loss of the chosen settings, and of the settings that everything starts from.
    """

    params: Params
    trials: int
    loss: float
    first_loss: float


def trials_for(budget: float, rows: int, columns: int) -> int:
    """Return how many trials a budget in seconds buys for a table of this size."""
    price = FIXED_SECONDS + SECONDS_A_CELL * min(rows, MAX_TUNING_ROWS) * max(columns, 5)
    return int(np.clip(budget / price, 0, MAX_TRIALS))


def tune(rows: Rows, *, budget: float, seed: int, threads: int, trials: int | None = None) -> Tuned:
    """Search settings that predict later leads best.

    Parameters
    ----------
    budget
        Seconds; 0 keeps the starting settings.
    trials
        The number of trials, to repeat an earlier search exactly; by default it follows from the budget.
    """
    start = Params()
    count = trials_for(budget, len(rows.label), _columns(rows)) if trials is None else trials
    if count == 0:
        return Tuned(start, 0, float("nan"), float("nan"))
    rows = _thinned(rows, seed)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, multivariate=False))
    study.enqueue_trial(_as_trial(start))
    deadline = time.monotonic() + max(OVERRUN * budget, 10.0)
    with progress(count, "tuning") as advance:
        for done in range(count):
            if trials is None and time.monotonic() > deadline:
                say(
                    f"tuning stopped after {done} of {count} trials: "
                    f"the budget of {budget:g} s was overrun threefold"
                )
                break
            trial = study.ask()
            study.tell(trial, _loss(rows, _propose(trial), seed, threads))
            advance(1)
    best = study.best_trial
    first = study.trials[0].value
    return Tuned(_propose(optuna.trial.FixedTrial(best.params)), len(study.trials), float(best.value or 0.0),
                 float(first if first is not None else np.nan))  # fmt: skip


def _columns(rows: Rows) -> int:
    return len(rows.frame.numeric) + 4 * len(rows.frame.categorical)


def _thinned(rows: Rows, seed: int) -> Rows:
    """Return a fixed draw of whole leads where there are very many rows."""
    if len(rows.label) <= MAX_TUNING_ROWS:
        return rows
    drawn = np.random.default_rng([seed, 1]).random(int(rows.lead.max()) + 1)
    return rows.take(drawn[rows.lead] < MAX_TUNING_ROWS / len(rows.label))


def _loss(rows: Rows, params: Params, seed: int, threads: int) -> float:
    forward: Forward = forward_predictions(rows, params, seed=seed, threads=threads)
    return forward.blended_loss() if len(forward.label) else 0.0


def _as_trial(params: Params) -> dict[str, float | int]:
    trees = params.trees
    return {
        "depth": trees.depth, "leaves": trees.leaves, "learning_rate": trees.learning_rate,
        "min_leaf": trees.min_leaf, "feature_fraction": trees.feature_fraction, "l2": trees.l2,
        "linear_strength": params.linear_strength, "smoothing": params.smoothing,
    }  # fmt: skip


def _propose(trial: optuna.trial.BaseTrial) -> Params:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        trees = TreeParams(
            depth=trial.suggest_int("depth", 3, 4),
            leaves=trial.suggest_int("leaves", 6, 16),
            learning_rate=trial.suggest_float("learning_rate", 0.03, 0.12, log=True),
            min_leaf=trial.suggest_int("min_leaf", 5, 100, log=True),
            feature_fraction=trial.suggest_float("feature_fraction", 0.25, 0.9),
            l2=trial.suggest_float("l2", 0.5, 40.0, log=True),
        )
        return Params(
            trees=trees,
            linear_strength=trial.suggest_float("linear_strength", 0.005, 2.0, log=True),
            smoothing=trial.suggest_float("smoothing", 3.0, 100.0, log=True),
        )
