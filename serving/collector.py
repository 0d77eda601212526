"""Python's collector of circular garbage, told to look seldom where a process holds much and drops little."""

from __future__ import annotations

import gc

__all__ = ["collect_seldom"]


def collect_seldom() -> None:
    """Keep what was made until now for good, and look at what comes after less often.

    The collector follows every object that can hold others. Tables of words, a model and its libraries are
    millions of them, none of which is garbage while the process runs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
