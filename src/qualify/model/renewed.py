"""A model with another calibration: everything that is told in probabilities follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from qualify.leads.tables import FloatArray
from qualify.model.blend import Calibration
from qualify.model.parts import Bands, ModelParts, Recalibrated, Reference
from qualify.model.recalibrate import Old

__all__ = ["originals_of", "renew"]


def originals_of(parts: ModelParts) -> Mapping[str, Old]:
    """Return each target's calibration as it was fitted."""
    if parts.recalibrated is not None:
        return parts.recalibrated.originals
    return {model.name: Old(model.calibration, model.calibration_sd) for model in parts.targets}


def renew(parts: ModelParts, version: str, found: Mapping[str, Old], *, ends: str, leads: int) -> ModelParts:
    """Return the model with new calibrations.

    Trees, points, encodings and with them every contribution stay. The reference population and the cuts of
    the bands are the same leads at their new probabilities: so every lead keeps its score, its band and its
    rank, and the probabilities and their intervals alone move.

    Parameters
    ----------
    version
        Of the given parts' bundle.
    found
        By target, the new calibration and its standard error; those that are not named stay.
    ends, leads
        See :class:`qualify.model.parts.Recalibrated`.
    """
    targets = tuple(
        replace(model, calibration=found[model.name].calibration, calibration_sd=found[model.name].error)
        if model.name in found else model
        for model in parts.targets
    )  # fmt: skip
    fitted = version if parts.recalibrated is None else parts.recalibrated.of
    old, new = parts.targets[0].calibration, targets[0].calibration
    a, b, c = _moved(np.array(parts.bands.cuts), old, new).tolist()
    quantiles = _moved(np.array(parts.reference.quantiles), old, new)
    return replace(
        parts, targets=targets, bands=Bands((a, b, c)),
        reference=Reference(tuple(quantiles.tolist()), float(quantiles.mean()), parts.reference.rows),
        recalibrated=Recalibrated(fitted, dict(originals_of(parts)), ends, leads),
    )  # fmt: skip


def _moved(probability: FloatArray, old: Calibration, new: Calibration) -> FloatArray:
    """Return what the same leads' probabilities are under the new calibration."""
    if old == new:
        return probability
    raw = (logit(probability) - old.intercept) / old.slope
    moved: FloatArray = expit(new.log_odds(raw))
    return moved
