"""Splits by time, with no lead on both sides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.leads.tables import BoolArray, FloatArray, IntArray

FORWARD_STARTS = (0.4, 0.55, 0.7, 0.85)
"""Shares of the leads, in time order, after which a forward fold begins."""


def lead_order(time: FloatArray) -> IntArray:
    """Return each lead's place in time order (ties keep the order of the table)."""
    place = np.empty(len(time), dtype=np.int64)
    place[np.argsort(time, kind="stable")] = np.arange(len(time))
    return place


def later_share(place: IntArray, share: float) -> BoolArray:
    """Return which leads are among the last `share` in time order."""
    return place >= round(len(place) * (1.0 - share))


def forward_folds(place: IntArray, as_of: IntArray, horizon: int) -> Iterator[tuple[BoolArray, BoolArray]]:
    """Yield (training rows, later rows): whole leads, and outcomes known when the later block begins.

    Parameters
    ----------
    place
        Each row's lead's place in time order.
    as_of
        Moment of each row (microseconds).
    horizon
        Microseconds after `as_of` until a row's outcome is known (0 for flat tables). A training row whose
        outcome was not yet known when the later block begins would look into its future, so it is left out;
        where that would leave less than half of the earlier rows, leads alone separate the sides.
    """
    distinct = np.unique(place)
    cuts = [distinct[int(len(distinct) * share)] for share in FORWARD_STARTS]
    for cut, end in zip(cuts, [*cuts[1:], distinct[-1] + 1], strict=True):
        later = (place >= cut) & (place < end)
        earlier = place < cut
        if not (later.any() and earlier.any()):
            continue
        yield settled(earlier, later, as_of, horizon), later


def settled(earlier: BoolArray, later: BoolArray, as_of: IntArray, horizon: int) -> BoolArray:
    """Return the earlier rows whose outcome was known when the later ones begin.

    Where that would leave less than half of the earlier rows, all of them: leads alone separate the sides.
    """
    if not horizon or not later.any():
        return earlier
    known = earlier & (as_of + horizon <= int(as_of[later].min()))
    return known if known.sum() >= 0.5 * earlier.sum() else earlier
