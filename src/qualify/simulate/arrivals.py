"""When leads arrive: more in office hours than at night, and a little more every month."""

from __future__ import annotations

import numpy as np

from qualify.simulate.arrays import DAY, FloatArray, IntArray

__all__ = ["draw_arrivals"]

_HOUR = DAY // 24
_JAPAN = 9  # hours ahead of UTC
_GROWTH = 0.35  # arrivals at the end over those at the start, less 1
_WEEKEND = 0.25
# Arrivals by the hour of a working day in Japan, 0-23.
_OF_DAY = np.array(
    [0.1] * 7 + [0.3, 0.6, 1.0, 1.3, 1.2, 0.8, 1.2, 1.3, 1.3, 1.2, 1.0, 0.7, 0.5, 0.4, 0.4, 0.3, 0.2]
)


def draw_arrivals(
    rng: np.random.Generator, first: int, last: int, leads: int, start: int, end: int
) -> IntArray:
    """Draw the creation times of the leads `first` to `last` - 1 out of `leads`.

    Lead number i arrives in the i-th of `leads` equal shares of the expected arrivals. So times rise with
    the number, and any range of leads can be drawn without the others.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    first, last, leads : int
        Which leads, out of how many.
    start, end : int
        Microseconds since 1970 UTC; `start` is included, `end` is not.

    Returns
    -------
    (last - first,) int64
        Microseconds since 1970 UTC, rising.
    """
    edges, upper = _expected_arrivals(start, end)
    shares = (np.arange(first, last) + rng.random(last - first)) / leads
    times = np.interp(shares, upper, edges.astype(np.float64) - start)
    return np.minimum(start + times.astype(np.int64), end - 1)


def _expected_arrivals(start: int, end: int) -> tuple[IntArray, FloatArray]:
    """Give the hours' edges and the share of arrivals before each."""
    edges = np.append(np.arange(start, end, _HOUR), end)
    local = edges[:-1] // _HOUR + _JAPAN
    weekday = (local // 24 + 3) % 7  # 1970-01-01 was a Thursday; 0 = Monday
    weights = _OF_DAY[local % 24] * np.where(weekday >= 5, _WEEKEND, 1.0)
    weights = weights * (1 + _GROWTH * (edges[:-1] - start) / (end - start)) * np.diff(edges)
    upper = np.concatenate([[0.0], np.cumsum(weights)])
    return edges, upper / upper[-1]
