"""A rare outcome in a very large flat table: which share of the other leads is learned from."""

from __future__ import annotations

import math

import numpy as np

from qualify.leads.tables import FloatArray
from training.dataset import MAX_ROWS

__all__ = ["share_of_negatives"]

_RARE = 0.05
_ROOM = 0.98  # which leads are drawn is up to their ids: a few more than asked for may be


def share_of_negatives(label: FloatArray) -> float:
    """Return the largest share with which every lead that has the outcome is learned from; 1: no need.

    Training keeps `MAX_ROWS` rows at most. Drawn from all alike, they would lose as large a part of the few
    leads that tell most.

    Parameters
    ----------
    label
        Each lead's outcome, shape (leads,); NaN where it is not known.

    Examples
    --------
    >>> share_of_negatives(np.repeat([1.0, 0.0], [400, 239_600]))
    0.48
    >>> share_of_negatives(np.repeat([1.0, 0.0], [400, 39_600]))
    1.0
    """
    known = int(np.count_nonzero(~np.isnan(label)))
    with_it = int(np.nansum(label))
    room = _ROOM * MAX_ROWS - with_it
    if known <= MAX_ROWS or with_it > _RARE * known or room < 0.01 * (known - with_it):
        return 1.0
    return math.floor(100 * room / (known - with_it)) / 100
