"""The audit trail: who looked at or changed which lead, written aside so that no page waits for it."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import orjson

from qualify.errors import LedgerUnavailable, QualifyError
from serving.api.spool import Segment, Spool

__all__ = ["AuditTrail", "action_of"]

log = logging.getLogger(__name__)

_CHANGES = "answer|undo|assign|feedback"
_LEAD = re.compile(rf"/(?:v1/)?leads/(?P<id>.+?)(?:/(?P<part>{_CHANGES}|handoff|history|explain))?/?")
_LISTS = {"/": "view_queue", "/v1/leads": "view_queue", "/kpi.csv": "export_kpi"}
_EVERY_SECONDS = 0.2
_AGAIN_SECONDS = 2.0
_LATE_SECONDS = 60.0


def action_of(method: str, path: str) -> tuple[str, str | None] | None:
    """Return what a request does and to which lead; None where it concerns no lead.

    Parameters
    ----------
    method
        HTTP method.
    path
        Decoded path.

    Examples
    --------
    >>> action_of("GET", "/leads/L-7"), action_of("POST", "/v1/leads/L-7/feedback")
    (('view_lead', 'L-7'), ('feedback', 'L-7'))
    >>> action_of("GET", "/model") is None
    True
    """
    found = _LEAD.fullmatch(path)
    if found is None:
        return (_LISTS[path], None) if path in _LISTS else None
    part = found["part"]
    if method in {"GET", "HEAD"}:
        return ("view_lead" if part is None else f"view_{part}"), found["id"]
    return part or "change_lead", found["id"]


class AuditTrail:
    """Takes notes into a file, and brings them into the ledger in a thread of its own.

    A note outlives the process and a ledger that is away. After a crash a note may be written twice.

    Parameters
    ----------
    folder
        Where notes wait.
    write
        `Ledger.audit`.
    """

    def __init__(self, folder: Path, write: Callable[[str, str, str | None, str | None], None]) -> None:
        self._spool = Spool(folder)
        self._write = write
        self._waiting: deque[bytes] = deque()
        self._segments: deque[tuple[Segment, int]] = deque()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._taken = self._done = 0

    def note(self, actor: str, action: str, lead_id: str | None = None, detail: str | None = None) -> None:
        """Take a note; it is in the ledger soon."""
        note = [actor, action, lead_id, detail, datetime.now(UTC).isoformat(timespec="seconds")]
        self._spool.append(orjson.dumps(note))
        self._taken += 1
        if self._thread is None:
            self.start()

    def start(self) -> None:
        """Take over what an earlier process left, and begin to write."""
        with self._starting:
            if self._thread is None and not self._stop.is_set():
                self._take(*((segment, 0) for segment in self._spool.left_behind()))
                self._taken += len(self._waiting)
                self._thread = threading.Thread(target=self._run, name="qualify-audit", daemon=True)
                self._thread.start()

    def flush(self, seconds: float) -> bool:
        """Wait until all notes so far are written; return whether they are."""
        target = self._taken
        with self._changed:
            return self._changed.wait_for(lambda: self._done >= target, seconds)

    def close(self, seconds: float = 10.0) -> None:
        """Write what can be written and end; the rest waits on the disk for the next process."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(seconds)
        self._spool.close()
        while self._segments:
            os.close(self._segments.popleft()[0].handle)

    def _run(self) -> None:
        wait, last = _EVERY_SECONDS, False
        while not last:
            last = self._stop.wait(wait)
            self._take(self._spool.rotate())
            wait = _EVERY_SECONDS if self._drained() else _AGAIN_SECONDS

    def _take(self, *segments: tuple[Segment, int] | None) -> None:
        """Queue the lines of segments, with the segment to be dropped after its last."""
        for found in segments:
            if found is not None:
                lines = list(found[0].lines())
                self._waiting.extend(lines)
                self._segments.append((found[0], len(lines)))

    def _drained(self) -> bool:
        """Write all that waits; return False where the ledger is away."""
        while self._segments:
            segment, left = self._segments[0]
            while left:
                if not self._written(self._waiting[0]):
                    return False
                self._waiting.popleft()
                left -= 1
                self._segments[0] = (segment, left)
                with self._changed:
                    self._done += 1
                    self._changed.notify_all()
            segment.drop()
            self._segments.popleft()
        return True

    def _written(self, line: bytes) -> bool:
        try:
            actor, action, lead_id, detail, at = orjson.loads(line)
            late = (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds() > _LATE_SECONDS
            self._write(actor, action, lead_id, f"{detail or ''} (at {at})".strip() if late else detail)
        except LedgerUnavailable:
            return False
        except (QualifyError, ValueError) as error:
            log.error("a note of the audit trail was refused", extra={"error": type(error).__name__})
            self._spool.refuse(line)
        return True
