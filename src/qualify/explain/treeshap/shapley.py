"""Shapley values of one leaf, for every pattern of "does the row fit the path?".

A leaf with value v, whose path asks about D features, pays v to a coalition when all of it holds. With
o_j = 1 if the row fits the questions about feature j and z_j = the share of training rows that do
(the product of the shares along the path), the value of feature i is

    v (o_i - z_i) * sum over S in D without i of |S|! (D-|S|-1)! / D! * prod_{j in S} o_j * prod_{others} z_j

(Lundberg and others 2020). The weights are beta integrals, so the sum is one integral,

    v (o_i - z_i) * integral from 0 to 1 of prod_{j != i} (t o_j + (1 - t) z_j) dt,

and Gauss-Legendre quadrature with D/2 points, rounded up, is exact for it: the integrand is a
polynomial of degree D - 1.

Against a background sample, z_j is 1 or 0, whether a background row fits, and the values are means over
the background rows. With f(p) = the share of background rows of pattern p, the mean is a sum over
patterns of f times a product over features, so it is computed feature by feature, as a fast transform.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fitting", "interventional", "path_dependent"]

_FLOATS_AT_ONCE = 1 << 20


def fitting(features: int) -> NDArray[np.float64]:
    """Write out all patterns of fitting.

    Parameters
    ----------
    features : int
        Number of features on the path, D.

    Returns
    -------
    ndarray of float64, shape (D, 2**D)
        Column p has the bits of p, lowest first: 1 where the row fits.

    Examples
    --------
    >>> fitting(2).tolist()
    [[0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]]
    """
    return ((np.arange(1 << features) >> np.arange(features)[:, None]) & 1).astype(np.float64)


def path_dependent(value: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the path-dependent Shapley values of leaves with equally many features.

    Parameters
    ----------
    value : ndarray of float64, shape (leaves,)
        Output of each leaf, in log-odds.
    share : ndarray of float64, shape (leaves, D)
        For each feature on the path, the share of training rows that fit.

    Returns
    -------
    ndarray of float64, shape (leaves, D, 2**D)
        Shapley value of each feature for each pattern of `fitting`, in log-odds.

    Examples
    --------
    One feature: the leaf's value, less what was expected of it.

    >>> path_dependent(np.array([2.0]), np.array([[0.25]])).tolist()
    [[[-0.5, 1.5]]]
    """
    leaves, features = share.shape
    held = fitting(features)
    at_once = max(1, _FLOATS_AT_ONCE // (held.size * features))
    parts = [
        (held - share[i : i + at_once, :, None]) * _weight(held, share[i : i + at_once])
        for i in range(0, leaves, at_once)
    ]
    return value[:, None, None] * np.concatenate(parts)


def _weight(held: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Integrate the product over the other features; shape (leaves, D, patterns)."""
    t, weight = _quadrature(share.shape[1])
    factor = held[:, :, None] * t + share[:, :, None, None] * (1 - t)
    before, after = np.ones_like(factor), np.ones_like(factor)
    np.cumprod(factor[:, :-1], axis=1, out=before[:, 1:])
    np.cumprod(factor[:, :0:-1], axis=1, out=after[:, -2::-1])
    return np.asarray(before * after @ weight)


def interventional(value: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the Shapley values of leaves against a background sample.

    Parameters
    ----------
    value : ndarray of float64, shape (leaves,)
        Output of each leaf, in log-odds.
    seen : ndarray of float64, shape (leaves, 2**D)
        For each pattern of `fitting`, the share of background rows that show it.

    Returns
    -------
    ndarray of float64, shape (leaves, D, 2**D)
        As `path_dependent` gives.

    Examples
    --------
    One feature, and a quarter of the background rows fit:

    >>> interventional(np.array([2.0]), np.array([[0.75, 0.25]])).tolist()
    [[[-0.5, 1.5]]]
    """
    leaves, patterns = seen.shape
    features = patterns.bit_length() - 1
    t, weight = _quadrature(features)
    found = np.empty((leaves, features, patterns))
    for one in range(features):
        mean = np.repeat(seen[:, :, None], len(t), axis=2)
        for other in range(features):
            pairs = mean.reshape(leaves, patterns >> (other + 1), 2, 1 << other, len(t))
            out, fit = pairs[:, :, 0], pairs[:, :, 1]  # background rows that do not fit, and that do
            rows = (-fit, out) if one == other else (fit * (1 - t), out * t + fit)
            mean = np.stack(rows, axis=2).reshape(mean.shape)
        found[:, one] = mean @ weight
    return value[:, None, None] * found


def _quadrature(features: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points and weights on 0 to 1, exact for polynomials of a degree below `features`."""
    point, weight = np.polynomial.legendre.leggauss((features + 1) // 2)
    return (point + 1) / 2, weight / 2
