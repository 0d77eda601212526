"""A durable queue in a folder: what is to go into the ledger waits here until it is in.

Records are lines of JSON in files called segments. One segment at a time is written to; the writer closes it,
stores its records, and only then deletes it. A process that is killed leaves its segments; the next one takes
them over. A lock on each file tells whether its process still lives.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Segment", "Spool"]

_SUFFIX = ".jsonl"
REFUSED = "refused.lines"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of records; `handle` holds its lock."""

    path: Path
    handle: int

    def lines(self) -> Iterator[bytes]:
        """Return the records; a last one that was cut off by a crash of the machine is left out."""
        # By the handle, so that a folder that somebody cleared does not stop the queue.
        with os.fdopen(os.dup(self.handle), "rb") as file:
            file.seek(0)
            for line in file:
                if line.endswith(b"\n"):
                    yield line

    def sync(self) -> None:
        """Bring what was written to the disk, which may refuse: the records are on their way all the same."""
        try:
            os.fsync(self.handle)
        except OSError as error:
            logger.warning("the queue is not safe on the disk", extra={"error": error.strerror})

    def drop(self) -> None:
        """Delete the file: its records are stored. One that stays is stored again, which changes nothing."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("a stored part of the queue stays", extra={"error": error.strerror})
        os.close(self.handle)


class Spool:
    """The queue of one process.

    Parameters
    ----------
    folder
        Where the segments are; made when it is needed, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own = f"-{os.getpid()}{_SUFFIX}"
        self._lock = threading.Lock()
        self._written = self._bytes = 0
        self._current: Segment | None = None

    def append(self, record: bytes) -> None:
        """Write one record (JSON without a line break); it outlives the process from here on.

        Raises
        ------
        OSError
            The disk is full, or refuses; nothing of the record was kept.
        """
        with self._lock:
            if self._current is None:
                self._current = self._new()
            try:
                _write_all(self._current.handle, record + b"\n")
            except OSError:
                # Half a record would spoil the next one.
                os.ftruncate(self._current.handle, self._bytes)
                raise
            self._written += 1
            self._bytes += len(record) + 1

    def rotate(self) -> tuple[Segment, int] | None:
        """Close the current segment; return it and its number of records, or None when there is none."""
        with self._lock:
            full, count = self._current, self._written
            self._current, self._written, self._bytes = None, 0, 0
        if full is None:
            return None
        full.sync()
        return full, count

    def left_behind(self) -> list[Segment]:
        """Return the segments of processes that are gone, oldest first; they are this one's now."""
        found = []
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            try:
                handle = os.open(path, os.O_RDWR)
            except FileNotFoundError:  # stored and deleted by its own process since it was listed
                continue
            if _locked(handle) and path.exists():
                found.append(Segment(path, handle))
            else:
                os.close(handle)
        return found

    def refuse(self, record: bytes) -> None:
        """Keep a record that the ledger never takes, for a person to look at."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.folder / REFUSED, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _write_all(handle, record.rstrip(b"\n") + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)

    def others_wait(self) -> bool:
        """Say whether records of other processes are here, which their own writers will store."""
        return any(not path.name.endswith(self._own) for path in self.folder.glob(f"*{_SUFFIX}"))

    def size(self) -> int:
        """Return the bytes that wait."""
        total = 0
        for path in self.folder.glob(f"*{_SUFFIX}"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:  # stored and deleted since it was listed
                continue
        return total

    def close(self) -> None:
        """Close the current segment; it waits for the next process."""
        left = self.rotate()
        if left is not None:
            os.close(left[0].handle)

    def _new(self) -> Segment:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{time.time_ns():020d}{self._own}"
        # Under another name until it is locked, so that no process takes it for one that was left behind.
        begun = path.with_suffix(".begun")
        handle = os.open(begun, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        begun.rename(path)
        return Segment(path, handle)


def _locked(handle: int) -> bool:
    """Take the lock of a file; return whether no living process had it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
