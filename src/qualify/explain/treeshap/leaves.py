"""Solve all leaves of all trees, those with equally many features together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap.columns import Columns
from qualify.explain.treeshap.groups import Leaf
from qualify.explain.treeshap.kernel import encode
from qualify.explain.treeshap.shapley import interventional, path_dependent

__all__ = ["Background", "against_training"]

Values = list[NDArray[np.float64]]


def against_training(leaves: Sequence[Leaf]) -> Values:
    """Compute path-dependent Shapley values: what is not known is as in the training rows at that node.

    Parameters
    ----------
    leaves : sequence of Leaf
        The leaves.

    Returns
    -------
    list of ndarray of float64
        For each leaf an array of shape (D, 2**D), as `path_dependent` gives.
    """

    def solve(alike: list[Leaf]) -> NDArray[np.float64]:
        share = np.array([leaf.shares for leaf in alike])
        return path_dependent(np.array([leaf.value for leaf in alike]), share)

    return _solve_alike(leaves, solve)


class Background:
    """A sample of rows that stands for "not known".

    Parameters
    ----------
    columns : Columns
        How the trees see a row.
    X : ndarray of float64, shape (rows, features), C order
        The sample; at least one row.
    """

    def __init__(self, columns: Columns, X: NDArray[np.float64]) -> None:
        self._codes = np.empty((columns.width, len(X)), dtype=np.uint8)
        encode(columns, X, np.empty((len(columns.features), len(X))), self._codes)

    def values(self, leaves: Sequence[Leaf]) -> Values:
        """Compute interventional Shapley values: what is not known is as in the sample's rows.

        Parameters
        ----------
        leaves : sequence of Leaf
            The leaves.

        Returns
        -------
        list of ndarray of float64
            For each leaf an array of shape (D, 2**D), as `interventional` gives.
        """

        def solve(alike: list[Leaf]) -> NDArray[np.float64]:
            seen = np.array([self._seen(leaf) for leaf in alike])
            return interventional(np.array([leaf.value for leaf in alike]), seen)

        return _solve_alike(leaves, solve)

    def expected(self, leaves: Sequence[Leaf]) -> float:
        """Mean output of these leaves over the sample."""
        return float(sum(leaf.value * self._seen(leaf)[-1] for leaf in leaves))

    def _seen(self, leaf: Leaf) -> NDArray[np.float64]:
        """Share of the sample's rows that show each pattern of fitting the leaf's path."""
        patterns = 1 << len(leaf.features)
        shown = np.full(self._codes.shape[1], patterns - 1)
        for step in leaf.steps:
            shown[(self._codes[step.column] > step.cut) != step.right] &= ~(1 << step.place)
        return np.bincount(shown, minlength=patterns) / len(shown)


def _solve_alike(leaves: Sequence[Leaf], solve: Callable[[list[Leaf]], NDArray[np.float64]]) -> Values:
    """Call `solve` once for each number of features, and put the values back in the leaves' order."""
    found: Values = [np.zeros(0)] * len(leaves)
    alike: dict[int, list[int]] = {}
    for number, leaf in enumerate(leaves):
        alike.setdefault(len(leaf.features), []).append(number)
    for numbers in alike.values():
        for number, values in zip(numbers, solve([leaves[number] for number in numbers]), strict=True):
            found[number] = values
    return found
