"""Compile loops over arrays, and keep the machine code on disk where the machine lets us."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import numba

__all__ = ["compiled", "load_loops", "usable_cores"]


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that compiles a function at its first call, with all compiled parts that it calls.

    The machine code is kept beside the source or, where that is read-only, in `NUMBA_CACHE_DIR` or the
    user's cache folder. Where none of them can be written (a container without a home), every process
    compiles anew, which takes some seconds, and the log says so. Code on disk is renewed when the function's
    own file changes, so what it calls stands in the same file.

    Parameters
    ----------
    **options
        Of `numba.njit`, such as ``parallel=True``. Compiled functions run without the interpreter's lock.

    Examples
    --------
    >>> @compiled()
    ... def double(x):
    ...     return x + x
    >>> double(21)
    42
    """

    def wrap(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(function, cache=True, nogil=True, **options)
        except RuntimeError:
            _say_once()
            return numba.njit(function, nogil=True, **options)

    return wrap


def load_loops() -> None:
    """Load what Numba loads before the first compiled loop runs: half a second that can be spent waiting."""
    _nothing(0)


@compiled()
def _nothing(x):  # type: ignore[no-untyped-def]  # pragma: no cover
    return x


def usable_cores() -> int:
    """Return how many threads are worth starting: `NUMBA_NUM_THREADS`, else the cores that may be used."""
    return int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]


@cache
def _say_once() -> None:
    logging.getLogger(__name__).info(
        "Compiled code is not kept between processes, because no folder for it can be written. Set "
        "NUMBA_CACHE_DIR to one that can."
    )
