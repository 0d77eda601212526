"""Values that take long to make and are good for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")


class Kept(Generic[T]):
    """Makes each value once and keeps it for a while; readers at once wait for the same one.

    Parameters
    ----------
    seconds
        How long a value is good, counted from when its making begins.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: dict[Hashable, tuple[float, Future[T]]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; `make` is called where there is none that is still good."""
        value, ours = self._claim(key)
        if ours:
            self._fill(key, value, make)
        return value.result()

    def begin(self, key: Hashable, make: Callable[[], T]) -> Callable[[], T]:
        """Begin to make the value in a thread where there is none; what is returned waits for it."""
        value, ours = self._claim(key)
        if ours:
            Thread(target=self._fill, args=(key, value, make), name=f"kept-{key}", daemon=True).start()
        return value.result

    def clear(self) -> None:
        """Forget everything: what was counted has changed."""
        with self._lock:
            self._values.clear()

    def _claim(self, key: Hashable) -> tuple[Future[T], bool]:
        """Return the value of a key, and whether it is ours to make."""
        with self._lock:
            now = time.monotonic()
            self._values = {k: kept for k, kept in self._values.items() if now - kept[0] < self._seconds}
            ours = key not in self._values
            if ours:
                self._values[key] = (now, Future())
            return self._values[key][1], ours

    def _fill(self, key: Hashable, value: Future[T], make: Callable[[], T]) -> None:
        try:
            value.set_result(make())
        except BaseException as error:  # noqa: BLE001 - told to all who wait; the next reader tries again
            with self._lock:
                if self._values.get(key, (0.0, None))[1] is value:
                    del self._values[key]
            value.set_exception(error)
