"""The background writer: scores go from the spool into the ledger, in order, each exactly once.

At least once by the spool, which forgets a record only when the ledger has it; at most once by the ledger,
which knows a score by lead, moment and model.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from qualify.errors import LedgerUnavailable
from serving.api.metrics import Metrics
from serving.api.spool import Segment, Spool
from serving.api.storing import Storing

__all__ = ["Writer"]

EVERY_SECONDS = 0.5
"""Many rows in one write cost a third of what they cost in small ones; who asks for a lead does not wait."""
LONGEST_WAIT = 5.0
ROWS_A_WRITE = 1000
MOST_HELD = 10_000
"""Records that are kept in memory while the disk takes none."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    segment: Segment
    records: int
    since: float


class Writer:
    """Stores what the spool holds, in a thread.

    Parameters
    ----------
    spool
        Where records wait.
    storing
        Who brings them into the ledger.
    metrics
        Where the lag is told.
    """

    def __init__(self, spool: Spool, storing: Storing, metrics: Metrics) -> None:
        self.spool = spool
        self._storing = storing
        self._metrics = metrics
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._appended = self._done = 0
        self._oldest: float | None = None
        self._held: deque[bytes] = deque()
        self._thread: threading.Thread | None = None

    @property
    def lag_rows(self) -> int:
        """Records that are not in the ledger yet."""
        return self._appended - self._done

    def lag_seconds(self, now: float) -> float:
        """Return how long the oldest of them waits."""
        since = self._waiting[0].since if self._waiting else self._oldest
        return max(0.0, now - since) if since is not None and self.lag_rows else 0.0

    def put(self, record: bytes) -> None:
        """Take one record over: a :class:`~serving.api.records.ScoredLead` as JSON.

        A disk that is full does not stop scores: `MOST_HELD` records wait in memory, what is more is lost and
        counted as such.
        """
        if not self._kept(record):
            self._metrics.stored.labels("lost").inc()
            return
        self._appended += 1
        if self._oldest is None:
            self._oldest = time.time()

    def _kept(self, record: bytes) -> bool:
        if self._held or not self._spooled(record):
            if len(self._held) >= MOST_HELD:
                return False
            self._held.append(record)
        return True

    def _spooled(self, record: bytes) -> bool:
        try:
            self.spool.append(record)
        except OSError as error:
            if not self._held:
                logger.error("the queue cannot be written to the disk", extra={"error": error.strerror})
            return False
        return True

    def flush(self, seconds: float) -> bool:
        """Wait until everything that was put before is stored; return whether it is."""
        target = self._appended
        self._wake.set()
        with self._changed:
            return self._changed.wait_for(lambda: self._done >= target, seconds)

    def start(self) -> None:
        """Take over what earlier processes left, and begin to store."""
        for segment in self.spool.left_behind():
            count = sum(1 for _ in segment.lines())
            self._appended += count
            self._waiting.append(_Waiting(segment, count, segment.path.stat().st_mtime))
        self._storing.open()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Store what can be stored and end; the rest stays on the disk."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)
        self._storing.close()
        self.spool.close()

    def _run(self) -> None:
        wait = EVERY_SECONDS
        while True:
            last = self._stop.is_set()
            wait = EVERY_SECONDS if self._drained() else min(2 * wait, LONGEST_WAIT)
            if last:
                return
            self._wake.wait(wait)
            self._wake.clear()

    def _drained(self) -> bool:
        try:
            return self._drain()
        except Exception as error:
            # Nothing is lost: the segment stays and is tried again. The thread must not die of a fault.
            self._metrics.ledger_up.set(0)
            logger.exception("a fault of the writer", extra={"error": type(error).__name__})
            return False

    def _drain(self) -> bool:
        """Store all segments; return False when the ledger is away."""
        while self._held and self._spooled(self._held[0]):
            self._held.popleft()
        oldest, full = self._oldest, self.spool.rotate()
        if full is not None:
            self._oldest = None
            self._waiting.append(_Waiting(*full, oldest or time.time()))
        while self._waiting:
            if not self._store(self._waiting[0]):
                return False
            done = self._waiting.popleft()
            done.segment.drop()
            with self._changed:
                self._done += done.records
                self._changed.notify_all()
        return True

    def _store(self, waiting: _Waiting) -> bool:
        lines = list(waiting.segment.lines())
        try:
            for start in range(0, len(lines), ROWS_A_WRITE):
                self._store_lines(lines[start : start + ROWS_A_WRITE])
        except LedgerUnavailable:
            self._metrics.ledger_up.set(0)
            logger.warning("the ledger is away", extra={"rows": self.lag_rows})
            return False
        self._metrics.ledger_up.set(1)
        return True

    def _store_lines(self, lines: Sequence[bytes]) -> None:
        done = self._storing.store(lines)
        for place, error in done.refused:
            self.spool.refuse(lines[place])
            logger.error("a record was refused", extra={"error": error})
        results = {
            "stored": done.stored,
            "repeated": done.repeated,
            "forgotten": done.forgotten,
            "refused": len(done.refused),
        }
        for result, rows in results.items():
            self._metrics.stored.labels(result).inc(rows)
