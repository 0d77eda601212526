"""ASGI middleware: a request id, the figures of every call, and one line of log without personal data."""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
import secrets
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.logs import masked
from serving.api.metrics import Metrics

__all__ = ["Observed"]

_GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

logger = logging.getLogger("serving.access_log")


class Observed:
    """Watches every request.

    Parameters
    ----------
    app
        The application.
    metrics
        Where figures go.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, request_id = time.perf_counter(), _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        status = 500

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", [])
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        try:
            await self.app(scope, receive, tell)
        finally:
            # The server writes an answer when the loop turns; noting it takes as long as a tenth of a score.
            took = time.perf_counter() - began
            asyncio.get_running_loop().call_soon(self._note, scope, status, took)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.answered(route, method, status, seconds)
        if logger.isEnabledFor(logging.INFO):
            told = {"route": route, "method": method, "status": status, "ms": round(seconds * 1e3, 2),
                    "request_id": scope["state"]["request_id"]}  # fmt: skip
            lead_id = scope.get("path_params", {}).get("lead_id")
            if lead_id is not None:
                told["lead"] = masked(str(lead_id))
            if "qualify.problem" in scope:
                told["problem"] = scope["qualify.problem"]
            logger.info("request", extra=told)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


_process = secrets.token_hex(8).encode()
_numbers = itertools.count()


def _request_id(scope: Scope) -> bytes:
    """Return the caller's id where it is a plain one, else a new one: it is a name, and no secret."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GOOD_ID.fullmatch(value):
            return bytes(value)
    return b"%b%016x" % (_process, next(_numbers))


def _route(scope: Scope) -> str:
    """Return the pattern of the path, never the path: it may name a lead."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", "none"))
