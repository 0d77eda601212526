"""Rolling origins: what the same pipeline would have promised in the past, and what came of it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np

from qualify.config import Config
from qualify.console import progress
from qualify.errors import DataError, UserError
from qualify.evaluate import METRICS, Metric, compute_metrics
from qualify.features.build import build_frame
from qualify.leads.tables import FloatArray, IntArray
from qualify.model.rows import Rows
from qualify.rules import evaluate
from training import registry
from training.backtest_words import lines_of
from training.comparison import compare, draws_for
from training.data import Loaded, load_tables
from training.heard import with_work
from training.origins import Origin, horizon_of, origins_of, redrafted
from training.pipeline import Trained, train_model
from training.plots import plot_wins, png
from training.record import flat_metrics
from training.selection import weigh
from training.steps import silent
from training.tried import Backtest, Tried, Waiting
from training.wins import ARRIVAL, NEWEST, count_wins, queue_of


def backtest(config: Config, folder: Path, *, origins: int, budget: float, seed: int) -> Backtest:
    """Try the pipeline at points in the past, and log the figures as one MLflow run, a step an origin.

    Raises
    ------
    DataError
        The history is too short, or no origin could be tried.
    """
    began = time.monotonic()
    loaded = with_work(load_tables(config, folder), folder)
    tried, skipped = try_origins(loaded, origins=origins, budget=budget, seed=seed)
    queues = [each.queue for each in tried]
    wins = count_wins(queues, bootstrap=draws_for(sum(each.rows for each in tried)), seed=seed)
    with registry.run(config, folder) as active:
        found = Backtest(
            config.targets[0].name, tried, skipped, wins, active.info.run_id, time.monotonic() - began
        )
        _log(found, {"origins": origins, "budget": budget, "seed": seed}, config.language)
    return found


def try_origins(
    loaded: Loaded, *, origins: int, budget: float, seed: int
) -> tuple[tuple[Tried, ...], Mapping[str, str]]:
    """Try each origin; return the figures, and by name why an origin could not be tried.

    Raises
    ------
    DataError
        The history is too short, or no origin could be tried.
    """
    tried: list[Tried] = []
    skipped: dict[str, str] = {}
    with progress(origins, "backtest") as advance:
        for origin in origins_of(loaded, origins):
            try:
                tried.append(try_origin(origin, budget=budget, seed=seed))
            except UserError as error:
                skipped[origin.name] = error.what
            advance(1)
    if not tried:
        name, why = next(iter(skipped.items()))
        raise DataError(
            "at no point in the past could a model be learned and judged", where=f"origin {name}", got=why,
            mend="bring a longer history, or ask for fewer --origins",
        )  # fmt: skip
    return tuple(tried), skipped


def try_origin(origin: Origin, *, budget: float, seed: int) -> Tried:
    """Train on what was known at the origin, score what was open then, and compare with the baselines.

    Raises
    ------
    UserError
        There is too little to learn from, or all outcomes are alike.
    """
    began = time.monotonic()
    origin, weight = _observed(origin)
    positives = int(origin.label.sum())
    if positives in (0, len(origin.label)):
        raise DataError(f"all outcomes are alike: {positives} positives of {len(origin.label)} leads")
    history = redrafted(origin.history)
    trained = train_model(history, budget=budget, seed=seed, tell=silent)
    target, data = history.config.targets[0], trained.data
    everything = np.ones(len(data.lead), dtype=bool)
    known = data.rows_of(target, everything)
    share = history.config.capacity.share
    everyone, all_points = _scored(origin, history, trained)
    judged = np.searchsorted(origin.waiting, origin.lead)
    later = replace(everyone.take(judged), label=origin.label, weight=weight)
    points = all_points[judged]
    found = compare(
        trained.parts.targets[0], trained.judged[0].forward,
        (known.clipped(), data.points.total[data.positions(target, everything)]), (later, points),
        capacity_share=share, seed=seed,
    )  # fmt: skip
    place, draws = origin.place.astype(np.float64), draws_for(len(origin.label))
    by_time = {ARRIVAL: -place, NEWEST: place}
    queue = queue_of(origin, weight, {**found.probabilities, "rules": points, **by_time}, share)
    ranked = {name: _by_rank(later, score, share, draws, seed) for name, score in by_time.items()}
    return Tried(
        origin.name, len(np.unique(known.lead)), len(origin.label), positives, {**found.metrics, **ranked},
        queue, count_wins([queue], bootstrap=draws, seed=seed),
        _waiting(origin, trained, everyone, all_points, judged), time.monotonic() - began,
    )  # fmt: skip


_RANKING = ("auc", "average_precision", "lift_at_10", "precision_at_capacity")
"""Figures that an order has by itself; the others need a probability."""


def _by_rank(rows: Rows, score: FloatArray, share: float, draws: int, seed: int) -> dict[str, Metric]:
    """Measure an order of calling; figures of probabilities are not defined for it."""
    found = compute_metrics(
        rows.label, np.full(len(score), 0.5), weight=rows.weight, lead=rows.lead, capacity_share=share,
        score=score, bootstrap=draws, seed=seed, names=_RANKING,
    )  # fmt: skip
    nothing = Metric(float("nan"), float("nan"), float("nan"))
    return {name: found.get(name, nothing) for name in METRICS}


def _observed(origin: Origin) -> tuple[Origin, FloatArray]:
    """Return the rows whose outcome somebody was to find out, and for how many leads each stands."""
    name, horizon = origin.history.config.targets[0].name, horizon_of(origin.history.config.targets[0])
    whole = replace(origin.history, tables=origin.tables)
    labels, weights = weigh(whole, origin.lead, origin.as_of, {name: origin.label}, {name: horizon})
    kept = ~np.isnan(labels[name])
    weight = weights.get(name, np.ones(len(kept)))
    return origin.take(kept), weight[kept]


def _scored(origin: Origin, history: Loaded, trained: Trained) -> tuple[Rows, FloatArray]:
    """Return all open leads with their features and rule points, as a score would see them; no outcomes."""
    plan, lead, as_of = trained.parts.plan, origin.waiting, origin.waiting_at
    count = len(lead)
    points = evaluate(history.scorecard, origin.tables, lead, as_of, known_types=plan.known_types or None)
    rows = Rows(
        frame=build_frame(plan, origin.tables, lead, as_of, points), label=np.full(count, np.nan),
        weight=np.ones(count), lead=lead, place=np.arange(count), as_of=as_of,
        open=np.ones(count, dtype=bool), horizon=horizon_of(history.config.targets[0]),
    )  # fmt: skip
    return rows, points.total


def _waiting(origin: Origin, trained: Trained, rows: Rows, points: FloatArray, judged: IntArray) -> Waiting:
    """Return all open leads with what each order makes of them: a team would not know who has an outcome."""
    return Waiting(
        origin.tables.lead_id[rows.lead], trained.parts.targets[0].predict(rows.frame).probability, points,
        origin.place_of(rows.lead), judged,
    )  # fmt: skip


def _log(found: Backtest, params: Mapping[str, object], language: str) -> None:
    mlflow.set_tags({"kind": "backtest", "target": found.target})
    mlflow.log_params(dict(params))
    for step, tried in enumerate(found.tried):
        sizes = {"rows": float(tried.rows), "base_rate": tried.positives / tried.rows}
        won = {f"wins/{name}": count for name, count in tried.wins.found.items()}
        mlflow.log_metrics(flat_metrics(tried.metrics) | sizes | won, step=step)
    mlflow.log_dict(found.as_json(), "backtest.json")
    mlflow.log_text("\n".join(lines_of(found)) + "\n", "backtest.txt")
    with tempfile.TemporaryDirectory() as scratch:
        picture = Path(scratch) / "wins.png"
        picture.write_bytes(png(plot_wins(found, language=language)))
        mlflow.log_artifact(str(picture))
