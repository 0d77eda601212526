"""What the outcomes say since the training window's end, beside what training promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qualify.evaluate import Metric, compute_metrics
from qualify.evaluate.draws import interval, resample
from qualify.evaluate.rows import check_rows
from qualify.leads.tables import FloatArray
from training.comparison import draws_for
from training.monitor.expected import expect
from training.monitor.moments import Matured

__all__ = ["FIGURES", "Outcomes", "fall", "observe", "promised"]

FIGURES = ("auc", "log_loss", "brier", "ece", "precision_at_capacity")


@dataclass(frozen=True)
class Outcomes:
    """Matured leads that the model had not seen.

    Parameters
    ----------
    observed
        By figure; with ``base_rate``, and ``gap``: the observed rate less the mean probability.
    expected
        What the probabilities of the same rows promise, see :func:`expect`.
    """

    leads: int
    rows: int
    positives: int
    observed: Mapping[str, Metric]
    expected: Mapping[str, Metric]


def observe(rows: Matured, probability: FloatArray, *, capacity_share: float, seed: int) -> Outcomes | None:
    """Judge the model in use on matured rows; None where there are too few leads to speak of."""
    leads = len(np.unique(rows.lead))
    won = len(np.unique(rows.lead[rows.label == 1]))
    if leads < 2:
        return None
    found = compute_metrics(
        rows.label, probability, weight=rows.weight, lead=rows.lead, capacity_share=capacity_share, seed=seed,
        bootstrap=draws_for(len(rows.label)), names=FIGURES,
    )  # fmt: skip
    expected = expect(probability, rows.weight, rows.lead, capacity_share=capacity_share, seed=seed)
    return Outcomes(leads, len(rows.label), won, found | _rates(rows, probability, seed), expected)


def _rates(rows: Matured, probability: FloatArray, seed: int) -> dict[str, Metric]:
    columns = np.column_stack([rows.label, rows.label - probability])

    def means(weight: FloatArray) -> FloatArray:
        found: FloatArray = weight @ columns / weight.sum()
        return found

    value, drawn = resample(
        means, check_rows(rows.label, rows.weight, rows.lead), draws_for(len(columns)), seed
    )
    names = ("base_rate", "gap")
    return {name: interval(float(value[j]), drawn[:, j]) for j, name in enumerate(names)}


def promised(figures: Mapping[str, float]) -> dict[str, Metric]:
    """Return what a training run logged of the model, by figure; those that it has are enough."""
    nan = float("nan")
    return {
        name: Metric(figures[name], figures.get(f"{name}_low", nan), figures.get(f"{name}_high", nan))
        for name in FIGURES
        if name in figures
    }


def fall(before: Metric, after: Metric) -> Metric:
    """Return how much lower the second of two independent figures is, with its interval.

    The half-intervals that face each other are added as errors are: by their squares.

    Examples
    --------
    >>> found = fall(Metric(0.8, 0.77, 0.83), Metric(0.7, 0.66, 0.74))
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.1, 0.05, 0.15)
    """
    value = before.value - after.value
    down = float(np.hypot(before.value - before.low, after.high - after.value))
    up = float(np.hypot(before.high - before.value, after.value - after.low))
    return Metric(value, value - down, value + up)
