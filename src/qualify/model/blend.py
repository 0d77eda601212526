"""Blend and calibration: a few numbers each, found on predictions for later rows."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import expit

from qualify.leads.tables import FloatArray


@dataclass(frozen=True, slots=True)
class Blend:
    """Log-odds = intercept + linear * (linear model) + trees * (trees); both weights are non-negative."""

    intercept: float
    linear: float
    trees: float

    def log_odds(self, linear: FloatArray, trees: FloatArray) -> FloatArray:
        """Return the uncalibrated log-odds."""
        return self.intercept + self.linear * linear + self.trees * trees


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's map (1999): calibrated log-odds = intercept + slope * log-odds; the slope is positive."""

    intercept: float
    slope: float

    def log_odds(self, raw: FloatArray) -> FloatArray:
        """Return the calibrated log-odds."""
        return self.intercept + self.slope * raw

    def probability(self, raw: FloatArray) -> FloatArray:
        """Return the calibrated probability."""
        probability: FloatArray = expit(self.log_odds(raw))
        return probability
