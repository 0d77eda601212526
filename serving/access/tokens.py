"""Access tokens: made once, kept as digests, looked up through a short memory."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from qualify.config.service import Role
from qualify.errors import LedgerUnavailable
from qualify.ledger import TokenRecord
from serving.access.actor import Actor
from serving.access.refusal import Refusal

__all__ = ["PREFIX", "TokenDesk", "digest_of", "new_token"]

PREFIX = "qlf_"
FRESH_SECONDS = 3.0
"""So long a look-up is believed: within it a revoked token still works."""
GRACE_SECONDS = 900.0
"""So long a token that was good stays good while the ledger is away."""
_PATIENCE_SECONDS = 1.0
_MOST_REMEMBERED = 10_000
_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Make a token of 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return what is kept of a token: its SHA-256. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(record: TokenRecord) -> Actor:
    """Return the program behind a token."""
    role: Role = "admin" if "admin" in record.scopes else "manager"
    return Actor(record.name, role, frozenset(record.scopes), "token")


@dataclass(slots=True)
class _Known:
    """What the ledger said of a digest, and when it was last asked and last answered."""

    actor: Actor | None
    asked: float
    answered: float


class TokenDesk:
    """Finds the actor of a token, and asks the ledger at most every few seconds.

    Parameters
    ----------
    find
        The ledger's look-up by digest; runs in a thread, because the hot path may not wait for a database.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, find: Callable[[str], TokenRecord | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._find = find
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._threads = ThreadPoolExecutor(2, "qualify-tokens")

    def remembers(self, token: str) -> Actor | None:
        """Return the actor of a token that was looked up just now, without waiting."""
        known = self._known.get(digest_of(token))
        return known.actor if known and self._clock() - known.asked < FRESH_SECONDS else None

    def was_good(self, token: str) -> bool:
        """Tell whether a token was known when it was last looked up."""
        known = self._known.get(digest_of(token))
        return known is not None and known.actor is not None

    async def actor(self, token: str) -> Actor | None:
        """Return the actor of a token; None: unknown or revoked.

        Raises
        ------
        Refusal
            503: the ledger is away, and the token was not seen lately.
        """
        if not _SHAPE.fullmatch(token):
            return None
        digest = digest_of(token)
        known = self._known.get(digest)
        if known is None or self._clock() - known.asked >= FRESH_SECONDS:
            known = await self._refreshed(digest, known)
        if known is None or self._clock() - known.answered > GRACE_SECONDS:
            raise Refusal(503, "The token cannot be checked: the ledger is away.", {"Retry-After": "5"})
        return known.actor

    async def _refreshed(self, digest: str, known: _Known | None) -> _Known | None:
        """Ask the ledger, once for all who wait; while it is away, nobody waits for it again and again."""
        now = self._clock()
        task = self._asking.get(digest)
        if task is None:
            task = self._asking[digest] = asyncio.create_task(self._look_up(digest))
            task.add_done_callback(lambda _: self._asking.pop(digest, None))
        away = known is not None and known.asked > known.answered and now - known.asked < 2 * FRESH_SECONDS
        done, _ = await asyncio.wait({task}, timeout=0 if away else _PATIENCE_SECONDS)
        for each in done:
            each.result()
        if not done and known is not None:
            known.asked = now
        return self._known.get(digest)

    async def _look_up(self, digest: str) -> None:
        """Ask the ledger, and remember what it said; where it is away, remember that it was asked."""
        asked = self._clock()
        try:
            record = await asyncio.get_running_loop().run_in_executor(self._threads, self._find, digest)
        except LedgerUnavailable:
            if digest in self._known:
                self._known[digest].asked = asked
            return
        good = record is not None and hmac.compare_digest(record.digest, digest)
        self._keep(digest, _Known(actor_of(record) if record and good else None, asked, asked))

    def _keep(self, digest: str, known: _Known) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[digest] = known
