"""What one caller may ask: requests a minute, and bytes a request."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from serving.access.refusal import Refusal

__all__ = ["BodyLimit", "Buckets"]

_MOST_CALLERS = 10_000


class Buckets:
    """Token buckets in memory, one a caller.

    Parameters
    ----------
    a_minute
        Size of a bucket, and what flows into it in a minute.
    clock
        Seconds that only grow.

    Examples
    --------
    >>> buckets = Buckets(2, clock=lambda: 0.0)
    >>> buckets.wait("ada"), buckets.wait("ada"), buckets.wait("ada")
    (0.0, 0.0, 30.0)
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(a_minute)
        self._rate = a_minute / 60
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def wait(self, caller: str) -> float:
        """Take one request out of a caller's bucket.

        Returns
        -------
        float
            0 where it was there, else the seconds until it will be.
        """
        now = self._clock()
        level = self._level(caller, now)
        if level < 1:
            return (1 - level) / self._rate
        if caller not in self._levels and len(self._levels) >= _MOST_CALLERS:
            self._forget_full(now)
        self._levels[caller] = (level - 1, now)
        return 0.0

    def take(self, caller: str) -> None:
        """Take one request out of a caller's bucket.

        Raises
        ------
        Refusal
            429 with Retry-After: the bucket is empty.
        """
        seconds = self.wait(caller)
        if seconds:
            raise Refusal(
                429,
                "You ask too often: wait as long as Retry-After says.",
                {"Retry-After": str(math.ceil(seconds))},
            )

    def empty(self, caller: str) -> bool:
        """Tell whether a caller would have to wait, without taking anything."""
        return self._level(caller, self._clock()) < 1

    def _level(self, caller: str, now: float) -> float:
        level, since = self._levels.get(caller, (self._size, now))
        return min(self._size, level + (now - since) * self._rate)

    def _forget_full(self, now: float) -> None:
        """Drop the buckets that are full again, and where that is not enough, the older half."""
        full = [caller for caller in self._levels if self._level(caller, now) >= self._size]
        for caller in full or list(self._levels)[: _MOST_CALLERS // 2]:
            del self._levels[caller]


class BodyLimit:
    """Counts a body while it comes in, so that a length that is not told is limited too.

    Parameters
    ----------
    limit
        Bytes.
    scope, receive, send
        Of the request.

    Raises
    ------
    Refusal
        413: the length that the request tells is over the limit; 400: it is not a number.
    """

    def __init__(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        self._limit = limit
        self._scope = scope
        self._receive = receive
        self._send = send
        self._seen = 0
        self._over = False
        for name, value in scope["headers"]:
            if name == b"content-length" and not value.isdigit():
                raise Refusal(400, "Content-Length is not a number.")
            if name == b"content-length" and int(value) > limit:
                raise self._refusal()

    async def receive(self) -> Message:
        """Pass a part of the body on, or raise HTTPException 413."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            self._over = True
            # Of all exceptions FastAPI passes on only this one while it reads a body.
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on; once the body was too large the only answer is 413."""
        if not self._over:
            await self._send(message)
        elif message["type"] == "http.response.start":
            await self._refusal().send(self._scope, self._receive, self._send)

    def _refusal(self) -> Refusal:
        return Refusal(413, f"The body may have {self._limit} bytes.", {"Connection": "close"})
