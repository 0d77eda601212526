"""The bags of one model explained together, each for itself, their values summed by groups of features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap.kernel import explain_members
from qualify.explain.treeshap.tables import Plan, join

if TYPE_CHECKING:
    import lightgbm

__all__ = ["GroupSums", "Members", "MembersByLightGBM", "MembersByTable"]


class GroupSums(Protocol):
    """A way to compute the sums."""

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums, shape (rows, members, groups), of values of shape (features, rows)."""


class Members:
    """Exact Shapley values of several boosters, summed by groups of features; made by `compile_members`.

    Holds no state that a call changes; several threads may call it at once, and a call uses one.

    Parameters
    ----------
    base_values : ndarray of float64, shape (members,)
        What each booster says, in log-odds, of a row about which nothing is known.
    sums : GroupSums
        How the sums are computed.
    """

    def __init__(self, base_values: NDArray[np.float64], sums: GroupSums) -> None:
        self.base_values = base_values
        self._sums = sums

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Explain rows.

        Parameters
        ----------
        X : ndarray of float64, shape (features, rows), C order
            Values feature by feature, as the boosters were trained on them; NaN is missing.

        Returns
        -------
        ndarray of float64, shape (rows, members, groups)
            With a member's base value, a row's sum is that member's raw score.
        """
        return self._sums(X)


class MembersByTable:
    """Sums looked up in tables.

    Parameters
    ----------
    plans : sequence of Plan
        One a booster, with the same columns, laid out for the groups' sums.
    groups : int
        Number of groups.
    """

    def __init__(self, plans: Sequence[Plan], groups: int) -> None:
        self._plan, self._first_batch = join(plans)
        self._members = len(plans)
        self._groups = groups

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums; see `Members`."""
        out = np.zeros((X.shape[1], self._members, self._groups))
        explain_members(self._plan, self._first_batch, X, out)
        return out


class MembersByLightGBM:
    """Sums of the values that LightGBM computes, where tables would be too large.

    Parameters
    ----------
    boosters : sequence of lightgbm.Booster
        The members.
    groups : ndarray of int64, shape (features,)
        The group of each feature.
    """

    def __init__(self, boosters: Sequence[lightgbm.Booster], groups: NDArray[np.int64]) -> None:
        self._boosters = boosters
        self._belongs = (groups[:, None] == np.arange(int(groups.max(initial=-1)) + 1)).astype(np.float64)

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums; see `Members`."""
        rows = np.ascontiguousarray(X.T)
        told = [booster.predict(rows, pred_contrib=True, num_threads=1) for booster in self._boosters]
        return np.stack([np.asarray(values)[:, :-1] @ self._belongs for values in told], axis=1)
