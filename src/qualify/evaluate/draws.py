"""The bootstrap: whole leads are drawn with replacement, so that rows of one lead are in or out together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from qualify.evaluate.rows import Rows
from qualify.leads.tables import FloatArray

__all__ = ["Metric", "interval", "resample"]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure and its 95 % interval; NaN where the rows do not define it (one class only, no positives)."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float | None]:
        """Return ``value``, ``low`` and ``high`` for JSON, which has no NaN: None instead.

        Examples
        --------
        >>> Metric(0.5, 0.25, float("nan")).as_dict()
        {'value': 0.5, 'low': 0.25, 'high': None}
        """
        parts = {"value": self.value, "low": self.low, "high": self.high}
        return {name: float(part) if np.isfinite(part) else None for name, part in parts.items()}


def drawn_weights(rows: Rows, draws: int, seed: int) -> Iterator[FloatArray]:
    """Yield the rows' weights in each draw: the weight times how often the row's lead was drawn."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        times = np.bincount(rng.integers(0, rows.leads, size=rows.leads), minlength=rows.leads)
        yield rows.weight * times[rows.lead]


def resample(
    statistic: Callable[[FloatArray], FloatArray], rows: Rows, draws: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Compute statistics on the rows and on each draw.

    Parameters
    ----------
    statistic
        Takes weights, shape (rows,), and returns figures, shape (figures,).
    draws
        How many; the same seed and leads give the same draws, whatever the statistic.

    Returns
    -------
    value, drawn
        Shapes (figures,) and (draws, figures). There are no draws where one lead is all there is: drawing it
        again would look like certainty.
    """
    value = statistic(rows.weight)
    if rows.leads < 2:
        return value, np.empty((0, len(value)))
    drawn = [statistic(w) for w in drawn_weights(rows, draws, seed) if w.any()]
    return value, np.array(drawn).reshape(len(drawn), len(value))


def interval(
    value: float, drawn: FloatArray, *, noise: FloatArray | None = None, confidence: float = CONFIDENCE
) -> Metric:
    """Return the value with its percentile interval.

    Parameters
    ----------
    drawn
        The figure in each draw; NaN draws (of one class, say) are left out.
    noise
        For a distance from 0, which noise can only enlarge, and drawing once more: what noise alone makes of
        it in each draw. As the draws lie above the value, the distance to the upper end is taken downwards
        too; and a value such as noise alone makes has its lower end at 0.
    confidence
        How much of the draws the interval holds.

    Notes
    -----
    The interval always holds the value itself.
    """
    used = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or len(used) == 0:
        return Metric(value, float("nan"), float("nan"))
    tails = ((1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0)
    low, high = (float(q) for q in np.quantile(used, tails))
    if noise is not None:
        like_noise = value <= np.quantile(noise, tails[1])
        low = 0.0 if like_noise else max(0.0, min(low, 2 * value - high))
    return Metric(value, min(low, value), max(high, value))
