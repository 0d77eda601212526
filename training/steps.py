"""The steps of a long piece of work: told as they begin, and timed."""

from __future__ import annotations

import time
from collections.abc import Callable

from qualify.console import say

__all__ = ["Steps", "begin", "silent"]

Tell = Callable[[str], None]


def begin(step: str) -> None:
    """Say on stderr that a step begins, so that nobody waits before a screen that stands still."""
    say(f"{step} ...")


def silent(step: str) -> None:
    """Say nothing: for work that is one step of another."""


class Steps:
    """Steps one after the other.

    Parameters
    ----------
    tell
        Called with each step as it begins.

    Attributes
    ----------
    seconds
        By step, what it took; that of the present one is missing until it has ended.
    """

    def __init__(self, tell: Tell = begin) -> None:
        self.seconds: dict[str, float] = {}
        self._tell = tell
        self._present: str | None = None
        self._since = time.monotonic()

    def begin(self, name: str, told: str = "") -> None:
        """End the present step and begin another; `told` is what people read, by default its name."""
        self.end()
        self._present, self._since = name, time.monotonic()
        self._tell(told or name)

    def end(self) -> None:
        """End the present step."""
        if self._present is not None:
            self.seconds[self._present] = time.monotonic() - self._since
            self._present = None
