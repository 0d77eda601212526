"""Values that take long to make and are good for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    since: float
    value: Future[T]
    last: Future[T] | None


class Kept(Generic[T]):
    """Makes each value once and keeps it for a while; readers at once wait for the same one.

    Parameters
    ----------
    seconds
        How long a value is good, counted from when its making begins.
    grace
        For how much longer :meth:`begin` gives it out while the next one is being made.
    """

    def __init__(self, seconds: float, grace: float = 0.0) -> None:
        self._seconds, self._grace = seconds, grace
        self._values: dict[Hashable, _Kept[T]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; `make` is called where there is none that is still good."""
        value, ours, _ = self._claim(key)
        if ours:
            self._fill(key, value, make)
        return value.result()

    def begin(self, key: Hashable, make: Callable[[], T]) -> Callable[[], T]:
        """Begin to make the value in a thread where there is none that is still good.

        What is returned gives the last one where that is not too old, and waits for the new one otherwise.
        """
        value, ours, last = self._claim(key)
        if ours:
            Thread(target=self._fill, args=(key, value, make), name=f"kept-{key}", daemon=True).start()
        return value.result if last is None else last.result

    def clear(self) -> None:
        """Forget everything: what was counted has changed."""
        with self._lock:
            self._values.clear()

    def _claim(self, key: Hashable) -> tuple[Future[T], bool, Future[T] | None]:
        """Return the value of a key, whether it is ours to make, and the last one that can stand in."""
        with self._lock:
            now, longest = time.monotonic(), self._seconds + self._grace
            self._values = {k: kept for k, kept in self._values.items() if now - kept.since < longest}
            known = self._values.get(key)
            ours = known is None or now - known.since >= self._seconds
            if ours:
                last = known.value if known is not None and known.value.done() else None
                self._values[key] = known = _Kept(now, Future(), last)
            assert known is not None, "made just now"
            return known.value, ours, None if known.value.done() else known.last

    def _fill(self, key: Hashable, value: Future[T], make: Callable[[], T]) -> None:
        try:
            value.set_result(make())
        except BaseException as error:  # noqa: BLE001 - told to all who wait; the next reader tries again
            with self._lock:
                known = self._values.get(key)
                if known is not None and known.value is value:
                    del self._values[key]
            value.set_exception(error)
