"""Rolling origins: what the same pipeline would have promised in the past, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mlflow
import numpy as np

from qualify.config import Config
from qualify.console import progress
from qualify.errors import DataError, UserError
from qualify.evaluate import Metric
from qualify.features.build import build_frame
from qualify.leads.tables import FloatArray
from qualify.model.rows import Rows
from qualify.rules import evaluate
from training import registry
from training.comparison import compare
from training.data import Loaded, load_tables
from training.heard import with_work
from training.origins import Origin, horizon_of, origins_of, redrafted
from training.pipeline import Trained, train_model
from training.record import flat_metrics
from training.selection import weigh
from training.steps import silent


@dataclass(frozen=True)
class Tried:
    """One origin's figures.

    Parameters
    ----------
    learned_from
        Leads with an outcome that the pipeline learned from.
    rows, positives
        Leads that were scored, and how many of them had the outcome.
    metrics
        By scorer, then by figure.
    """

    origin: str
    learned_from: int
    rows: int
    positives: int
    metrics: Mapping[str, Mapping[str, Metric]]
    seconds: float


@dataclass(frozen=True)
class Backtest:
    """All origins that could be tried, and why others could not."""

    target: str
    tried: tuple[Tried, ...]
    skipped: Mapping[str, str]
    run_id: str
    seconds: float


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
    with registry.run(config, folder) as active:
        found = Backtest(config.targets[0].name, tried, skipped, active.info.run_id, time.monotonic() - began)
        _log(found, {"origins": origins, "budget": budget, "seed": seed})
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
    found = compare(
        trained.parts.targets[0], trained.judged[0].forward,
        (known.clipped(), data.points.total[data.positions(target, everything)]),
        _scored(origin, history, trained, weight),
        capacity_share=history.config.capacity.share, seed=seed,
    )  # fmt: skip
    return Tried(
        origin.name, len(np.unique(known.lead)), len(origin.label), positives, found.metrics,
        time.monotonic() - began,
    )  # fmt: skip


def _observed(origin: Origin) -> tuple[Origin, FloatArray]:
    """Return the rows whose outcome somebody was to find out, and for how many leads each stands."""
    name, horizon = origin.history.config.targets[0].name, horizon_of(origin.history.config.targets[0])
    whole = replace(origin.history, tables=origin.tables)
    labels, weights = weigh(whole, origin.lead, origin.as_of, {name: origin.label}, {name: horizon})
    kept = ~np.isnan(labels[name])
    weight = weights.get(name, np.ones(len(kept)))
    return replace(
        origin, lead=origin.lead[kept], as_of=origin.as_of[kept], label=origin.label[kept]
    ), weight[kept]


def _scored(origin: Origin, history: Loaded, trained: Trained, weight: FloatArray) -> tuple[Rows, FloatArray]:
    """Return the rows of the origin with their features and rule points, as a score would see them."""
    plan, count = trained.parts.plan, len(origin.lead)
    points = evaluate(
        history.scorecard, origin.tables, origin.lead, origin.as_of, known_types=plan.known_types or None
    )
    rows = Rows(
        frame=build_frame(plan, origin.tables, origin.lead, origin.as_of, points), label=origin.label,
        weight=weight, lead=origin.lead, place=np.arange(count), as_of=origin.as_of,
        open=np.ones(count, dtype=bool), horizon=horizon_of(history.config.targets[0]),
    )  # fmt: skip
    return rows, points.total


def _log(found: Backtest, params: Mapping[str, object]) -> None:
    mlflow.set_tags({"kind": "backtest", "target": found.target})
    mlflow.log_params(dict(params))
    for step, tried in enumerate(found.tried):
        sizes = {"rows": float(tried.rows), "base_rate": tried.positives / tried.rows}
        mlflow.log_metrics(flat_metrics(tried.metrics) | sizes, step=step)
    mlflow.log_dict(as_json(found), "backtest.json")
    mlflow.log_text("\n".join(lines_of(found)) + "\n", "backtest.txt")


def as_json(found: Backtest) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    return {
        "run_id": found.run_id,
        "target": found.target,
        "origins": [
            {
                "origin": tried.origin,
                "learned_from": tried.learned_from,
                "rows": tried.rows,
                "positives": tried.positives,
                "base_rate": tried.positives / tried.rows,
                "scorers": {
                    name: {figure: metric.as_dict() for figure, metric in figures.items()}
                    for name, figures in tried.metrics.items()
                },
                "seconds": tried.seconds,
            }
            for tried in found.tried
        ],
        "skipped": dict(found.skipped),
        "seconds": found.seconds,
    }


_SHOWN = {"auc": "AUC", "log_loss": "log-loss", "precision_at_capacity": "hits at capacity"}


def lines_of(found: Backtest) -> list[str]:
    """Return the figures as a table for people, and how often the model did best."""
    heads = "".join(f"{title:>24}" for title in _SHOWN.values())
    lines = [f"{'origin':>14}{'leads':>8}{'base':>7}  {'':7}{heads}"]
    for tried in found.tried:
        lines += _rows_of(tried)
    lines += [f"{name:>14}  left out: {why}" for name, why in found.skipped.items()]
    rivals = [name for name in found.tried[0].metrics if name != "model"]
    won = {name: sum(_lower_loss(tried, name) for tried in found.tried) for name in rivals}
    lines.append(
        f"of {len(found.tried)} origins the model had the lower log-loss at "
        + ", ".join(f"{count} against {name}" for name, count in won.items())
    )
    return lines


def _rows_of(tried: Tried) -> Iterator[str]:
    first = f"{tried.origin:>14}{tried.rows:>8,}{tried.positives / tried.rows:>7.1%}"
    for name, figures in tried.metrics.items():
        cells = "".join(f"{_cell(figures[figure]):>24}" for figure in _SHOWN)
        yield f"{first if name == 'model' else '':29}  {name:7}{cells}"


def _cell(metric: Metric) -> str:
    return f"{metric.value:.4f} ({metric.low:.3f}-{metric.high:.3f})"


def _lower_loss(tried: Tried, rival: str) -> bool:
    return tried.metrics["model"]["log_loss"].value < tried.metrics[rival]["log_loss"].value
