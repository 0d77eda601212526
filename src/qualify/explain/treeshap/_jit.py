"""Compile the kernel, and keep the machine code on disk where the machine lets us."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numba

__all__ = ["kernel", "part"]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, with all parts that it calls, at its first call.

    The machine code is kept beside the source or, where that is read-only, in `NUMBA_CACHE_DIR` or the
    user's cache folder. Where none of them can be written, every process compiles anew, which takes
    some seconds, and the log says so.

    Parameters
    ----------
    function : callable
        Plain loops over arrays.

    Returns
    -------
    callable
        The same function, compiled.
    """
    try:
        return numba.njit(function, cache=True, nogil=True, error_model="numpy")
    except RuntimeError as fault:
        logging.getLogger(__name__).info(
            "Compiled code is not kept between processes: %s. Set NUMBA_CACHE_DIR to a folder that can be "
            "written.",
            fault,
        )
        return numba.njit(function, nogil=True, error_model="numpy")


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
