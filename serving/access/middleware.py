"""The door of the service."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access.actor import LOCAL

__all__ = ["Door"]


class Door:
    """ASGI middleware through which every request comes in.

    Parameters
    ----------
    app
        The application behind it.
    loopback
        Whether the service listens on the loopback address only.
    """

    def __init__(self, app: ASGIApp, *, loopback: bool) -> None:
        self.app = app
        self.loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.loopback:
            scope.setdefault("state", {})["actor"] = LOCAL
        await self.app(scope, receive, send)
