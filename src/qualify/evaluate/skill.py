"""Is there anything to learn? The log-loss against the best constant's, beyond noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from qualify.evaluate.draws import Metric, interval, resample
from qualify.evaluate.rows import check_probability, check_rows, row_log_loss
from qualify.leads.tables import FloatArray

__all__ = ["Skill", "has_skill"]


@dataclass(frozen=True, slots=True)
class Skill:
    """How much better than one number for everybody.

    Parameters
    ----------
    gain
        Log-loss of the best constant minus log-loss of the scorer (nats a row); positive is better.
    pvalue
        Share of draws, counted with one more, in which there was no gain: how likely so much gain is noise.
        NaN where one lead is all there is.
    """

    gain: Metric
    pvalue: float

    @property
    def beyond_noise(self) -> bool:
        """Whether the whole 95 % interval of the gain lies above 0."""
        return self.gain.low > 0.0

    def __bool__(self) -> bool:
        return self.beyond_noise


def has_skill(
    label: ArrayLike,
    probability: ArrayLike,
    lead: ArrayLike | None = None,
    *,
    weight: ArrayLike | None = None,
    bootstrap: int = 400,
    seed: int = 0,
) -> Skill:
    """Compare with the constant that fits these very rows best: their own share of positives.

    Parameters
    ----------
    label, probability, lead, weight
        See :func:`qualify.evaluate.compute_metrics`.

    Returns
    -------
    Skill
        True in a condition when the gain is beyond noise. The constant is found with hindsight, again in
        every draw, so a scorer has to beat more than it could have known; labels of one class give no gain.

    Raises
    ------
    QualifyError
        There are no rows, shapes differ, or a value is outside its range.
    """
    rows = check_rows(label, weight, lead)
    loss = row_log_loss(rows.label, check_probability(probability, len(rows.label)))

    def gain(drawn: FloatArray) -> FloatArray:
        total = drawn.sum()
        share = float(np.dot(drawn, rows.label) / total)
        return np.array([entr(share) + entr(1.0 - share) - np.dot(drawn, loss) / total])

    value, found = resample(gain, rows, bootstrap, seed)
    in_none = (np.count_nonzero(found <= 0.0) + 1) / (len(found) + 1) if len(found) else float("nan")
    return Skill(interval(float(value[0]), found[:, 0]), float(in_none))
