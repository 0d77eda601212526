"""Each target fitted and judged on later leads, then fitted again on all leads; the targets side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from qualify.config import Target
from qualify.evaluate import Metric
from qualify.leads.tables import FloatArray
from qualify.model.fit import Forward, Params, fit_target
from qualify.model.rows import Rows
from qualify.model.target import TargetModel
from qualify.side_by_side import Threads
from training.comparison import compare
from training.dataset import TrainingSet

__all__ = ["Fit", "Judged", "fitting"]


@dataclass(frozen=True)
class Judged:
    """One target's figures on the later leads, and the predictions they were computed from.

    Parameters
    ----------
    probabilities
        By name (``model``, ``rules``, ``bayes``, ``linear``), shape (rows,).
    """

    target: str
    label: FloatArray
    weight: FloatArray
    lead: np.ndarray
    probabilities: dict[str, FloatArray]
    metrics: dict[str, dict[str, Metric]]
    model: TargetModel
    rows: Rows
    chosen: np.ndarray
    forward: Forward


class Fit(NamedTuple):
    """One target: its figures on later leads, and after them the model that is kept with its forward rows."""

    judged: Future[Judged]
    final: Future[tuple[TargetModel, Forward]]


@contextmanager
def fitting(
    data: TrainingSet, targets: Sequence[Target], params: Params, *, seed: int, threads: int
) -> Iterator[list[Fit]]:
    """Fit targets side by side; at most `threads` trees grow at once.

    While the trees of one target grow, the encoders and the scorecard of another are fitted. No fit draws
    from anything that it shares, so the models do not depend on who comes first.
    """
    with ThreadPoolExecutor(threads) as trees, ThreadPoolExecutor(min(threads, len(targets))) as pool:
        fit = partial(_fit, data, params, seed, trees)
        try:
            judged = [Future[Judged]() for _ in targets]
            yield [
                Fit(known, pool.submit(fit, target, known))
                for target, known in zip(targets, judged, strict=True)
            ]
        finally:
            # After a fault or an interruption nothing new is begun: a target that asks for trees ends there.
            for each in (trees, pool):
                each.shutdown(wait=False, cancel_futures=True)


def _fit(
    data: TrainingSet, params: Params, seed: int, threads: Threads, target: Target, known: Future[Judged]
) -> tuple[TargetModel, Forward]:
    """Judge a target, which is known at once, and fit it on all leads."""
    try:
        judged = _judge(data, target, params, seed, threads)
    except BaseException as error:
        known.set_exception(error)
        raise
    known.set_result(judged)
    rows = data.rows_of(target, np.ones(len(data.lead), dtype=bool))
    return fit_target(
        target.name, rows, params, bags=data.loaded.config.training.bags, seed=seed, threads=threads,
        forward=judged.forward,
    )  # fmt: skip


def _judge(data: TrainingSet, target: Target, params: Params, seed: int, threads: Threads) -> Judged:
    """Fit on the earlier leads, and compare with the baselines on the same later rows."""
    config = data.loaded.config
    earlier, later = data.sides_of(target)
    train = data.rows_of(target, earlier)
    chosen, test = data.positions(target, later), data.rows_of(target, later)
    model, forward = fit_target(
        target.name, train, params, bags=config.training.bags, seed=seed, threads=threads
    )
    points = data.points.total
    found = compare(
        model, forward, (train.clipped(), points[data.positions(target, earlier)]), (test, points[chosen]),
        capacity_share=config.capacity.share, seed=seed,
    )  # fmt: skip
    return Judged(target.name, test.label, test.weight, test.lead, found.probabilities, found.metrics, model,
                  test, chosen, forward.extended(found.members, test))  # fmt: skip
