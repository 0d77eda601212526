"""What users hold: an explainer made from boosters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap.kernel import BLOCK, explain_rows
from qualify.explain.treeshap.rows import checked_rows
from qualify.explain.treeshap.tables import Plan

if TYPE_CHECKING:
    import lightgbm

__all__ = ["ByLightGBM", "ByTable", "Contributions", "Explainer"]

# A thread is handed this many rows at a time: small enough to share evenly, large enough not to matter.
_ROWS_A_TASK = 8 * BLOCK
_ROWS_A_SLOW_TASK = 64


class Contributions(Protocol):
    """A way to compute Shapley values."""

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Explain rows as `checked_rows` gives them; the last column is the base value."""


class Explainer:
    """Exact Shapley values of boosted trees, in log-odds.

    Made by `compile`. Holds no state that a call changes; several threads may call it at once.

    Parameters
    ----------
    features : int
        Columns that a row must have.
    base_value : float
        What the model says, in log-odds, of a row about which nothing is known.
    contributions : Contributions
        How the values are computed.

    Attributes
    ----------
    features : int
    base_value : float
        As given.
    by_table : bool
        False where the tables would have been too large and LightGBM does the work.
    """

    def __init__(self, features: int, base_value: float, contributions: Contributions) -> None:
        self.features = features
        self.base_value = base_value
        self.by_table = isinstance(contributions, ByTable)
        self._contributions = contributions

    def __call__(self, X: NDArray[np.generic]) -> NDArray[np.float64]:
        """Explain rows.

        Parameters
        ----------
        X : ndarray, shape (rows, features)
            Values as the booster was trained on them; NaN is missing. Other number types than float64
            and other memory orders than C are converted.

        Returns
        -------
        ndarray of float64, shape (rows, features + 1)
            The features' Shapley values, and in the last column the base value. A row's sum is the
            model's raw score.

        Raises
        ------
        DataError
            If `X` is no array of numbers of that shape.
        """
        return self._contributions(checked_rows(X, self.features))

    def raw_score(self, X: NDArray[np.generic]) -> NDArray[np.float64]:
        """Predict log-odds by the same pass: the base value and all Shapley values, added up.

        Whoever needs both calls the explainer and takes ``phi.sum(axis=1)``.

        Parameters
        ----------
        X : ndarray, shape (rows, features)
            As for a call.

        Returns
        -------
        ndarray of float64, shape (rows,)
            Log-odds, as ``booster.predict(X, raw_score=True)`` gives.

        Raises
        ------
        DataError
            As for a call.
        """
        return np.asarray(self(X).sum(axis=1))


class ByTable:
    """Shapley values looked up in tables.

    Parameters
    ----------
    plan : Plan
        The tables.
    base_value : float
        What goes into the last column.
    threads : int
        Most threads to use; the result does not depend on it.
    """

    def __init__(self, plan: Plan, base_value: float, threads: int) -> None:
        self._plan = plan
        self._base_value = base_value
        self._threads = threads

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Explain rows as `checked_rows` gives them; the last column is the base value."""
        out = np.zeros((len(X), X.shape[1] + 1))

        def explain(start: int, stop: int) -> None:
            explain_rows(self._plan, X, self._base_value, out, start, stop)

        _by_blocks(explain, len(X), _ROWS_A_TASK, self._threads)
        return out


class ByLightGBM:
    """Shapley values computed by LightGBM itself.

    Parameters
    ----------
    boosters : sequence of lightgbm.Booster
        The models.
    weights : sequence of float
        Their weights in the sum.
    threads : int
        Most threads to use.
    """

    def __init__(self, boosters: Sequence[lightgbm.Booster], weights: Sequence[float], threads: int) -> None:
        self._boosters = boosters
        self._weights = weights
        self._threads = threads

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Explain rows as `checked_rows` gives them; the last column is the base value."""
        total = np.zeros((len(X), X.shape[1] + 1))

        def explain(start: int, stop: int) -> None:
            for booster, weight in zip(self._boosters, self._weights, strict=True):
                # One thread: LightGBM holds the number for the process, and two calls at once must agree.
                values = booster.predict(X[start:stop], pred_contrib=True, num_threads=1)
                total[start:stop] += weight * np.asarray(values, dtype=np.float64)

        _by_blocks(explain, len(X), _ROWS_A_SLOW_TASK, self._threads)
        return total


def _by_blocks(explain: Callable[[int, int], None], rows: int, block: int, threads: int) -> None:
    """Explain rows from start to stop, block by block; more than one block in threads."""
    starts = range(0, rows, block)
    if len(starts) <= 1 or threads == 1:
        for start in starts:
            explain(start, min(start + block, rows))
        return
    # Threads of one call only: nothing is left behind that a fork or another caller could trip over.
    with ThreadPoolExecutor(threads) as pool:
        for task in [pool.submit(explain, start, min(start + block, rows)) for start in starts]:
            task.result()
