"""Values that take seconds to make and are good for minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")


class Kept(Generic[T]):
    """Makes each value once and keeps it for a while; two readers at once wait for the same one.

    Parameters
    ----------
    seconds
        How long a value is good.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: dict[Hashable, tuple[float, T]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; `make` is called where there is none that is still good."""
        with self._lock:
            now = time.monotonic()
            self._values = {k: kept for k, kept in self._values.items() if now - kept[0] < self._seconds}
            if key not in self._values:
                self._values[key] = (now, make())
            return self._values[key][1]

    def clear(self) -> None:
        """Forget everything: what was counted has changed."""
        with self._lock:
            self._values.clear()
