"""Whether a challenger keeps its promises of late: its calibration error beside what luck makes of one."""

from __future__ import annotations

import numpy as np

from qualify.evaluate import compute_metrics
from qualify.evaluate.bins import equal_mass_bins
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from training.contested import CHALLENGER, Contest, parts_of
from training.decision import Check
from training.power import sees

__all__ = ["CALIBRATION_MARGIN", "RECENT_SHARE", "calibration_check", "error_by_luck", "recent"]

RECENT_SHARE = 1 / 3
"""The latest part of the judged rows, on which the challenger has to be calibrated."""
CALIBRATION_MARGIN = 0.25
"""Largest calibration error beyond noise, as a share of the rarer outcome's rate."""
OUTCOMES = 30
"""With fewer of the rarer outcome, promises off by three quarters of its rate are missed too often."""
_SURE = 0.95


def calibration_check(contest: Contest, draws: int, seed: int) -> Check:
    """Check the calibration error on the latest rows; with too few outcomes there, on all.

    The error is a mean of distances, so that luck alone makes one, and the more the fewer rows there are. It
    is refused where it is larger than nearly all errors of a model that is wrong by just what is allowed.
    """
    rows = recent(contest)
    label, weight, lead = contest.label[rows], contest.weight[rows], contest.lead[rows]
    promised = contest.probabilities[CHALLENGER][rows]
    error = compute_metrics(
        label, promised, weight=weight, lead=lead, bootstrap=draws, seed=seed, names=("ece",)
    )["ece"]
    rate = float(np.average(label, weights=weight))
    allowed = CALIBRATION_MARGIN * min(rate, 1.0 - rate)
    most = error_by_luck(promised, weight, lead, allowed, draws=draws, seed=seed)
    text = (
        f"calibration error on the latest {int(rows.sum())} rows {error.value:.4f} "
        f"({error.low:.4f} to {error.high:.4f}), allowed {allowed:.4f} beyond noise: "
        f"up to {most:.4f} on so many"
    )
    return Check("calibration", not error.value > most, text, *parts_of(error))


def error_by_luck(
    probability: FloatArray,
    weight: FloatArray,
    lead: IntArray,
    wrong: float,
    *,
    draws: int,
    seed: int,
) -> float:
    """Return the calibration error that a model which is wrong by `wrong` exceeds once in twenty tries.

    Parameters
    ----------
    probability, weight, lead
        Promised; shape (rows,). The rows of one lead have one luck.
    wrong
        By how much all true probabilities are higher, or all lower; the larger of the two counts.
    draws, seed
        Of the outcomes, which are drawn from the true probabilities.
    """
    bins = equal_mass_bins(probability, weight)
    _, place = np.unique(lead, return_inverse=True)
    rng = np.random.default_rng(seed)
    either = [np.clip(probability + shift, 0.0, 1.0) for shift in (-wrong, wrong)]
    errors = np.empty((draws, len(either)))
    for draw in range(draws):
        luck = rng.random(int(place.max()) + 1)[place]
        for k, truth in enumerate(either):
            gap = np.bincount(bins, weights=weight * ((luck < truth) - probability))
            errors[draw, k] = np.abs(gap).sum()
    return float(np.quantile(errors, _SURE, axis=0).max()) / float(weight.sum())


def recent(contest: Contest) -> BoolArray:
    """Return the latest `RECENT_SHARE` of the rows, or all where those hold too few outcomes.

    Notes
    -----
    A rate known from k outcomes has a relative standard error of about 1 / √k, and 2.80 of them are seen in
    four of five tries: .51 of the rate with `OUTCOMES`, on top of what is allowed.
    """
    latest: BoolArray = contest.time >= np.quantile(contest.time, 1.0 - RECENT_SHARE)
    won, rows = int(contest.label[latest].sum()), int(latest.sum())
    enough = sees(won, rows - won) and min(won, rows - won) >= OUTCOMES
    return latest if enough else np.ones_like(latest)
