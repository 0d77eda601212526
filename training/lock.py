"""One at a time in a project: locks that end with the process that holds them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["in_turn", "only_one"]

LOCK = ".qualify-retrain.lock"
STORE_LOCK = ".qualify-store.lock"


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


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """Wait until no other process makes the store of this folder, or moves its aliases; the file stays."""
    with (folder / STORE_LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
