"""Keys for caches of what is worked out once a model: compared by identity, not by content.

A plan or a scorecard is frozen and large; comparing its content at every request would cost more than the
work that a cache saves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


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
