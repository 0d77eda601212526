"""Bins of equal mass: about the same weight of rows in each, and equal probabilities never apart."""

from __future__ import annotations

import numpy as np

from qualify.leads.tables import FloatArray, IntArray

__all__ = ["BINS", "equal_mass_bins"]

BINS = 10


def equal_mass_bins(probability: FloatArray, weight: FloatArray, bins: int = BINS) -> IntArray:
    """Return each row's bin, 0 for the lowest probabilities; a bin may stay empty where many rows are alike.

    A group of equal probabilities goes, whole, where its middle lies.

    Examples
    --------
    >>> equal_mass_bins(np.array([0.1, 0.4, 0.2, 0.4]), np.ones(4), bins=2)
    array([0, 1, 0, 1])
    """
    distinct, group = np.unique(probability, return_inverse=True)
    mass = np.bincount(group, weights=weight, minlength=len(distinct))
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    # Rounded, so that a middle on a border does not change sides with the order in which weights were added.
    place = np.round(middle * bins, 9).astype(np.int64)
    found: IntArray = np.minimum(place, bins - 1)[group]
    return found
