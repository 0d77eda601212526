"""The ledger written by a process of its own, so that requests never wait for Python to be free of it.

A write of a hundred scores is some 70 milliseconds of Python. In a thread of the service it makes every
request that comes meanwhile take twice as long; in another process it takes nothing from them.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import orjson

from qualify.config import Webhook
from qualify.errors import LedgerUnavailable
from serving.api.logs import log_to_stderr
from serving.api.storing import Done, Funnel, Here
from serving.door import LedgerDoor

__all__ = ["Apart"]

_NICER = 5
_END_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Apart:
    """Stores records by a process that lives as long as this one, and is started again when it died.

    Parameters
    ----------
    url
        SQLAlchemy URL of the ledger.
    alert_rules
        See `qualify.ledger.Ledger.record_scores`.

    Attributes
    ----------
    funnel : callable
        Returns what goes with the records; set when the model is known.
    """

    def __init__(self, url: str, alert_rules: Sequence[Webhook]) -> None:
        self._of = (url, tuple(alert_rules))
        self.funnel: Callable[[], Funnel] = Funnel
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The process that writes, while there is one."""
        return None if self._process is None else self._process.pid

    def begin(self) -> None:
        """Start the process, which takes a second or two to be ready; nobody waits for it here."""
        self._started()

    def open(self) -> None:
        """Wait until the process is ready; what is scored from here on is stored within a moment."""
        try:
            self.store([])
        except LedgerUnavailable as error:
            logger.error("the ledger's writer did not begin", extra={"error": str(error)})

    def store(self, records: Sequence[bytes]) -> Done:
        """Have records stored, lines of JSON; see `serving.api.storing.Storing`."""
        line = self._started()
        try:
            line.send_bytes(b"".join([orjson.dumps(self.funnel()), b"\n", *records]))
            told = orjson.loads(line.recv_bytes())
        except (EOFError, OSError) as error:
            self._forget()
            raise LedgerUnavailable("the process that writes the ledger ended") from error
        if "away" in told:
            raise LedgerUnavailable(told["away"])
        if "fault" in told:
            raise RuntimeError(f"the process that writes the ledger met {told['fault']}")
        return Done(**{**told, "refused": tuple((place, name) for place, name in told["refused"])})

    def close(self) -> None:
        """End the process."""
        process = self._process
        self._forget()
        if process is not None:
            process.join(_END_SECONDS)
            if process.is_alive():
                process.kill()

    def _started(self) -> Connection:
        if self._line is not None and self._process is not None and self._process.is_alive():
            return self._line
        if self._process is not None:
            logger.warning("the process that writes the ledger is started again")
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(
            target=_write, args=(theirs, *self._of), name="ledger-writer", daemon=True
        )
        self._process.start()
        # Only the process holds its end now: each side sees when the other is gone.
        theirs.close()
        return self._line

    def _forget(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def _write(line: Connection, url: str, alert_rules: tuple[Webhook, ...]) -> None:
    """Store what comes over the line until the other end is closed."""
    # Ctrl-C goes to all processes of a terminal; this one ends when the service has stored the last of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICER)
    log_to_stderr()
    door = LedgerDoor(url)
    while True:
        try:
            funnel, *records = line.recv_bytes().splitlines(keepends=True)
        except (EOFError, OSError):
            break
        here = Here(door.ledger, alert_rules, partial(Funnel, **orjson.loads(funnel)))
        try:
            line.send_bytes(orjson.dumps(_told(here, records)))
        except OSError:  # the service is gone; what it did not hear of is brought again by the next one
            break
    door.close()


def _told(here: Here, records: Sequence[bytes]) -> dict[str, object]:
    try:
        return asdict(here.store(records))
    except LedgerUnavailable as error:
        return {"away": str(error)}
    except Exception as error:
        # Told to the service, which keeps the records and tries again: this process goes on.
        logger.exception("a fault of the writer", extra={"error": type(error).__name__})
        return {"fault": type(error).__name__}
