"""One retraining at a time in a project: a lock that ends with the process that holds it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["only_one"]

LOCK = ".qualify-retrain.lock"


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Yield True, or False where another process holds the lock of the folder; never wait.

    The file stays: to delete it would let two processes hold locks on two files of one name.
    """
    with (folder / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
