"""How the kernels are compiled: divisions follow NumPy, as checking for zeros would cost time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from qualify.compiled import compiled

__all__ = ["kernel", "part"]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls; it is kept on disk with all its parts (see `compiled`).

    Parameters
    ----------
    function : callable
        Plain loops over arrays.

    Returns
    -------
    callable
        The same function, compiled.
    """
    return compiled(error_model="numpy")(function)


def part(function: Callable[..., Any]) -> Any:
    """Compile a function that only kernels call; it is kept on disk as a part of these.

    Parameters
    ----------
    function : callable
        Plain loops over arrays.

    Returns
    -------
    callable
        The same function, compiled.
    """
    return numba.njit(function, nogil=True, error_model="numpy")
