"""The way to the ledger of a running service."""

from __future__ import annotations

import threading
import time

from qualify.errors import LedgerUnavailable
from qualify.ledger import Ledger

__all__ = ["LedgerDoor"]

AGAIN_SECONDS = 1.0


class LedgerDoor:
    """The ledger, opened when it is first needed and tried again while its database is away.

    Parameters
    ----------
    url
        SQLAlchemy URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None
        self._failed: tuple[float, LedgerUnavailable] | None = None

    def ledger(self) -> Ledger:
        """Return the open ledger.

        Raises
        ------
        LedgerUnavailable
            The database does not answer; within a second the same answer is given without asking again.
        """
        if self._ledger is not None:
            return self._ledger
        with self._lock:
            if self._ledger is None:
                self._ledger = self._open()
            return self._ledger

    def _open(self) -> Ledger:
        if self._failed is not None and time.monotonic() - self._failed[0] < AGAIN_SECONDS:
            raise self._failed[1]
        try:
            return Ledger.open(self.url)
        except LedgerUnavailable as error:
            self._failed = (time.monotonic(), error)
            raise

    def close(self) -> None:
        """Give the connections back."""
        if self._ledger is not None:
            self._ledger.close()
