"""Two scorers on the same rows: the difference has a narrower interval than either figure."""

from __future__ import annotations

from numpy.typing import ArrayLike

from qualify.errors import QualifyError, did_you_mean
from qualify.evaluate.draws import CONFIDENCE, Metric, interval, resample
from qualify.evaluate.metrics import METRICS, Scored
from qualify.evaluate.rows import check_rows
from qualify.leads.tables import FloatArray

__all__ = ["paired_difference"]


def paired_difference(
    label: ArrayLike,
    p_a: ArrayLike,
    p_b: ArrayLike,
    lead: ArrayLike | None = None,
    metric: str = "log_loss",
    *,
    weight: ArrayLike | None = None,
    capacity_share: float = 0.1,
    score_a: ArrayLike | None = None,
    score_b: ArrayLike | None = None,
    bootstrap: int = 400,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> Metric:
    """Return figure of A minus figure of B; in each draw both see the same leads.

    Parameters
    ----------
    label, p_a, p_b, lead, weight, capacity_share
        See :func:`qualify.evaluate.compute_metrics`.
    metric
        One of :data:`qualify.evaluate.METRICS`. A lower ``log_loss``, ``brier`` or ``ece`` is better, a
        higher value of the others.
    score_a, score_b
        What to rank by instead of the probability.
    bootstrap, confidence
        Draws, and how much of them the interval holds.

    Returns
    -------
    Metric
        NaN where the figure is not defined on these rows. The difference is beyond noise when the interval
        leaves out 0.

    Raises
    ------
    QualifyError
        The metric is not known, there are no rows, shapes differ, or a value is outside its range.
    """
    if metric not in METRICS:
        raise QualifyError(
            f"there is no metric {metric!r}; {did_you_mean(metric, METRICS) or ', '.join(METRICS)}"
        )
    rows = check_rows(label, weight, lead)
    a = Scored.of(rows, p_a, score_a, capacity_share)
    b = Scored.of(rows, p_b, score_b, capacity_share)

    def difference(drawn: FloatArray) -> FloatArray:
        return a.measure(drawn, (metric,)) - b.measure(drawn, (metric,))

    value, found = resample(difference, rows, bootstrap, seed)
    return interval(float(value[0]), found[:, 0], confidence=confidence)
