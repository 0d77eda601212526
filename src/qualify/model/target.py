"""One target's model: encoders, learned scorecard, trees, blend and calibration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit, stdtrit

from qualify.compiled import compiled
from qualify.features.encode import Encoders
from qualify.features.frame import FeatureFrame
from qualify.leads.tables import FloatArray
from qualify.model.blend import Blend, Calibration
from qualify.model.boosted import BoostedModel
from qualify.model.linear import LinearModel

SHARED = 1.5
"""By how much the interval is wider than the bags tell: they share encoders, rounds, blend and shrinkage.

Measured on simulated funnels, where the truth is known: see decision 0029.
"""


Z_90 = 1.6448536269514722
"""Standard normal quantile of a two-sided 90 % interval."""


def half_width(spread: FloatArray, bags: int, calibration_sd: float) -> FloatArray:
    """Return half of a 90 % interval, from the bags' spread (Student's t) and the calibration's error."""
    return np.asarray(SHARED * np.hypot(_student(bags) * spread, Z_90 * calibration_sd))


@cache
def _student(bags: int) -> float:
    return float(stdtrit(bags - 1, 0.95))


@compiled(error_model="numpy")
def _combine(
    by_bag: FloatArray, by_fit: FloatArray, linear: FloatArray, intercept: float, of_linear: float,
    of_trees: float, raw: FloatArray, spread: FloatArray,
) -> None:  # fmt: skip
    """Write each row's blend of the means, and the sample standard deviation of the bags' own blends."""
    bags = by_bag.shape[1]
    own = np.empty(bags)
    for row in range(len(linear)):
        trees = mean = 0.0
        for bag in range(bags):
            trees += by_bag[row, bag]
            own[bag] = intercept + of_linear * by_fit[row, bag] + of_trees * by_bag[row, bag]
            mean += own[bag]
        mean /= bags
        square = 0.0
        for bag in range(bags):
            square += (own[bag] - mean) * (own[bag] - mean)
        raw[row] = intercept + of_linear * linear[row] + of_trees * (trees / bags)
        spread[row] = np.sqrt(square / (bags - 1))


@dataclass(frozen=True)
class TargetModel:
    """Everything that turns a frame of raw features into one target's probability.

    Parameters
    ----------
    calibration_sd
        Standard error of the calibrated log-odds that comes from calibrating on finitely many later leads.
    """

    name: str
    encoders: Encoders
    linear: LinearModel
    trees: BoostedModel
    blend: Blend
    calibration: Calibration
    calibration_sd: float

    def log_odds(self, frame: FeatureFrame) -> FloatArray:
        """Return the uncalibrated log-odds, shape (rows,)."""
        design = self.encoders.design(frame)
        trees = self.trees.member_log_odds(design).mean(axis=1)
        return self.blend.log_odds(self.linear.log_odds(self.encoders.bins(frame)), trees)

    def members(self, frame: FeatureFrame) -> Members:
        """Return what each part says of the rows, before blend and calibration."""
        design, bins = self.encoders.design(frame), self.encoders.bins(frame)
        return Members(
            self.trees.member_log_odds(design), self.linear.log_odds(bins), self.linear.member_log_odds(bins)
        )

    def predict(self, frame: FeatureFrame) -> Prediction:
        """Return probability and 90 % interval."""
        return self.finish(*self.members(frame))

    def finish(self, by_bag: FloatArray, linear: FloatArray, by_fit: FloatArray) -> Prediction:
        """Put the prediction together from what :class:`Members` holds."""
        blend = self.blend
        raw, spread = np.empty((2, len(linear)))
        _combine(by_bag, by_fit, linear, blend.intercept, blend.linear, blend.trees, raw, spread)
        z = self.calibration.log_odds(raw)
        half = half_width(self.calibration.slope * spread, by_bag.shape[1], self.calibration_sd)
        return Prediction(raw, expit(z), expit(z - half), expit(z + half))


class Members(NamedTuple):
    """What the parts of a model say of rows.

    Parameters
    ----------
    by_bag, by_fit
        Log-odds of the trees by bag, and of the resampled scorecards, shape (rows, bags) each.
    linear
        Log-odds of the scorecard, shape (rows,).
    """

    by_bag: FloatArray
    linear: FloatArray
    by_fit: FloatArray


@dataclass(frozen=True, slots=True)
class Prediction:
    """Uncalibrated log-odds, calibrated probability and its 90 % interval, each of shape (rows,)."""

    log_odds: FloatArray
    probability: FloatArray
    low: FloatArray
    high: FloatArray
