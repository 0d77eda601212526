"""Compile kernels, kept on disk where the machine lets us."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numba

__all__ = ["kernel"]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that holds no Python objects, so that it runs without the interpreter's lock.

    The machine code is kept beside the source or, where that is read-only, in the user's cache folder
    or `NUMBA_CACHE_DIR`. Where none of them can be written, every process compiles anew.

    Parameters
    ----------
    function : callable
        Plain loops over arrays.

    Returns
    -------
    callable
        The same function, compiled at its first call.
    """
    try:
        return numba.njit(function, cache=True, nogil=True, error_model="numpy")
    except RuntimeError as fault:
        logging.getLogger(__name__).info("Kernel %s is not kept on disk: %s", function.__name__, fault)
        return numba.njit(function, nogil=True, error_model="numpy")
