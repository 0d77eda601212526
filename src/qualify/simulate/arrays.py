"""What every module of the simulation shares: array types, classes of columns, two formulas."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from qualify.simulate.tables import Level

__all__ = [
    "DAY",
    "NEVER",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "draw_levels",
    "effects",
    "select",
    "sigmoid",
    "stack",
]

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

Columns = TypeVar("Columns")  # a dataclass whose members are all arrays of the same length

DAY = 86_400_000_000  # microseconds
NEVER = int(np.iinfo(np.int64).max)  # the time of what does not happen


def sigmoid(logit: FloatArray) -> FloatArray:
    """Turn log-odds into a probability; infinite log-odds give exactly 0 or 1."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -logit)), dtype=np.float64)


def effects(levels: tuple[Level, ...], column: str) -> FloatArray:
    """Read one column of a table of levels, as (levels,) float64."""
    return np.array([getattr(level, column) for level in levels], dtype=np.float64)


def draw_levels(rng: np.random.Generator, levels: tuple[Level, ...], elapsed: FloatArray) -> IntArray:
    """Draw a level for each lead from shares that drift.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    levels : tuple of Level
        The attribute's table; shares need not add up to 1.
    elapsed : (leads,) array
        How much of the simulated time had passed at creation, 0-1.

    Returns
    -------
    (leads,) int64
        Row of `levels`.
    """
    first, last = effects(levels, "first"), effects(levels, "last")
    upper_first, upper_last = np.cumsum(first / first.sum()), np.cumsum(last / last.sum())
    drawn = rng.random(len(elapsed))
    codes = np.zeros(len(elapsed), dtype=np.int64)
    for start, stop in zip(upper_first[:-1], upper_last[:-1], strict=True):
        codes += drawn >= start + elapsed * (stop - start)
    return codes


def select(columns: Columns, rows: BoolArray | IntArray) -> Columns:
    """Take some rows of a class of columns, in the order asked for."""
    return type(columns)(**{name: column[rows] for name, column in vars(columns).items()})


def stack(parts: list[Columns]) -> Columns:
    """Put the rows of several parts, at least one, behind each other."""
    names = vars(parts[0])
    return type(parts[0])(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in names})
