"""What a bundle holds, as checked values: no part of a model lives anywhere else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.config import ColumnSpec, Data, Target
from qualify.config.schema import MOST_SALT
from qualify.features.plan import FeaturePlan
from qualify.leads.identity import OnceById
from qualify.leads.tables import FloatArray
from qualify.model.evidence import Evidence
from qualify.model.recalibrate import Old
from qualify.model.target import TargetModel

BANDS = ("A", "B", "C", "D")
REFERENCE_POINTS = 1001


@dataclass(frozen=True, slots=True)
class Schema:
    """How to read a lead table for this model.

    Parameters
    ----------
    closed
        Stages after which nothing follows.
    flat
        Whether the label was a column of the leads table (then a lead is scored as of its creation).
    """

    data: Data
    columns: dict[str, ColumnSpec]
    targets: tuple[Target, ...]
    closed: tuple[str, ...]
    flat: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The population that scores are compared with: leads the model had not seen when it scored them.

    Parameters
    ----------
    quantiles
        `REFERENCE_POINTS` rising probabilities of the first target, from the smallest to the largest.
    base_rate
        Share of the population with the outcome.
    rows
        Size of the population.
    """

    quantiles: tuple[float, ...]
    base_rate: float
    rows: int

    def percentile(self, probability: FloatArray) -> np.ndarray:
        """Return the score 1-100: the share of the population that is not above, in per cent, rounded up."""
        points = _as_array(self.quantiles)
        below = points.searchsorted(probability, side="right") / len(points)
        return np.maximum(np.minimum(np.ceil(below * 100), 100), 1).astype(np.int64)


def _array(values: tuple[float, ...]) -> FloatArray:
    return np.array(values, dtype=np.float64)


_as_array = OnceById(_array, most=16)


@dataclass(frozen=True, slots=True)
class Bands:
    """Probabilities at and above which a lead is A, B or C (falling); below the last it is D."""

    cuts: tuple[float, float, float]

    def codes(self, probability: FloatArray) -> np.ndarray:
        """Return 0 for A to 3 for D."""
        rising = np.asarray(self.cuts)[::-1]
        return (3 - np.searchsorted(rising, probability, side="right")).astype(np.int8)


def reference_of(probability: FloatArray, weight: FloatArray, label: FloatArray) -> Reference:
    """Summarise a population by its weighted quantiles."""
    order = np.argsort(probability, kind="stable")
    share = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
    points = np.interp(np.linspace(0, 1, REFERENCE_POINTS), share, probability[order])
    return Reference(tuple(points.tolist()), float(np.average(label, weights=weight)), len(probability))


def bands_of(reference: Reference, shares: tuple[float, float, float]) -> Bands:
    """Cut the bands so that the given cumulated shares of the population are A, A+B and A+B+C."""
    points = np.asarray(reference.quantiles)
    a, b, c = (float(np.quantile(points, 1 - share)) for share in shares)
    return Bands((a, b, c))


@dataclass(frozen=True, slots=True)
class Lot:
    """Which leads are to be worked whatever their score: a share of all, drawn by a salted hash of the id."""

    share: float
    salt: str

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 0.5 or not 0 < len(self.salt.encode("utf-8")) <= MOST_SALT:
            raise ValueError(f"a lot has a share above 0 and up to 0.5 and a salt, got {self}")


@dataclass(frozen=True)
class Window:
    """When the training data begins and ends (ISO 8601; empty for undated tables), and its size."""

    begins: str
    ends: str
    leads: int
    rows: int
    positives: int


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """Where a model comes from that has got a new calibration and is otherwise as it was fitted.

    Parameters
    ----------
    of
        Version of the bundle as it was fitted.
    originals
        By target, the calibration of the fit: every later one starts from it, so that no row counts twice.
    ends
        The latest moment of a row that the calibration was found on (ISO 8601; empty for undated tables).
    leads
        Leads with an outcome that were known by then, those of the fit included.
    """

    of: str
    originals: dict[str, Old]
    ends: str
    leads: int


@dataclass(frozen=True)
class ModelParts:
    """A whole model.

    Parameters
    ----------
    evidence
        None in bundles that were written before it was kept.
    lot
        None where no lead is picked by lot.
    recalibrated
        None where the calibration is that of the fit.
    """

    schema: Schema
    plan: FeaturePlan
    scorecard_text: str
    targets: tuple[TargetModel, ...]
    bands: Bands
    reference: Reference
    window: Window
    seed: int
    evidence: Evidence | None = None
    lot: Lot | None = None
    recalibrated: Recalibrated | None = None
