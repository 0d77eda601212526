"""A model and its baselines on the same rows, each learned from the same earlier rows."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import expit

from qualify.evaluate import Metric, compute_metrics, fit_bayes, fit_points_map
from qualify.leads.tables import FloatArray
from qualify.model.blend_fit import fit_calibration
from qualify.model.fit import Forward
from qualify.model.rows import Rows
from qualify.model.target import Members, TargetModel

DRAWS, DRAWS_OF_MANY, MANY_JUDGED = 400, 150, 8_000
"""Draws of the intervals for few and for many judged rows."""


@dataclass(frozen=True)
class Compared:
    """Predictions and figures by scorer: ``model``, ``rules``, ``bayes``, ``linear``.

    Parameters
    ----------
    members
        What the parts of the model say of the later rows.
    """

    probabilities: dict[str, FloatArray]
    metrics: dict[str, dict[str, Metric]]
    members: Members


def compare(
    model: TargetModel,
    forward: Forward,
    train: tuple[Rows, FloatArray],
    test: tuple[Rows, FloatArray],
    *,
    capacity_share: float,
    seed: int,
) -> Compared:
    """Predict the later rows with the model and its baselines, and measure all alike.

    Parameters
    ----------
    model, forward
        The fitted model, and the forward predictions that calibrate its linear part when that stands alone.
    train, test
        Rows and their rule points, shape (rows,): those that the baselines learn from, and those that judge.
    """
    known, known_points = train
    later, points = test
    counted = known.take(known.open)
    members = model.members(later.frame)
    alone = members.linear
    if len(forward.label):
        alone = fit_calibration(forward.linear, forward.label, forward.weight).log_odds(alone)
    probabilities = {
        "model": model.finish(*members).probability,
        "rules": fit_points_map(known_points, known.label, known.weight).probability(points),
        "bayes": fit_bayes(counted.frame, counted.label, counted.weight).probability(later.frame),
        "linear": expit(alone),
    }
    metrics = {
        name: compute_metrics(
            later.label, p, weight=later.weight, lead=later.lead, capacity_share=capacity_share,
            score=points if name == "rules" else None, seed=seed, bootstrap=draws_for(len(later.label)),
        )
        for name, p in probabilities.items()
    }  # fmt: skip
    return Compared(probabilities, metrics, members)


def draws_for(rows: int) -> int:
    """Return how many draws the intervals of so many judged rows are made from."""
    return DRAWS if rows < MANY_JUDGED else DRAWS_OF_MANY
