"""A route that FastAPI documents, and does nothing for where a call leaves nothing to read for it."""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

__all__ = ["DirectRoute", "whole_body"]


class DirectRoute(APIRoute):
    """Calls its endpoint with the request alone where the address has no query.

    For endpoints that take a request and query parameters with defaults, and return a response: without a
    query, parsing the content type, gathering parameters, solving dependencies and the exits that they may
    have left are a tenth of a score's time. Dependencies are asked first, as ever; each takes the request
    alone. What is raised is answered by the application's handlers, as what is raised in any route.

    It is for an application's own router, which puts the application's dependencies before the route's. What
    an included router asks the route does not know: there it leaves the call to FastAPI.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is for this route."""
        included = scope.get("fastapi", {}).get("effective_route_context") is not None
        if included or scope["query_string"] or scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive, send)
        for each in self.dependencies:
            assert each.dependency is not None, "a dependency of a route names what it asks"
            await each.dependency(request)
        response: Response = await self.endpoint(request)
        await response(scope, receive, send)


async def whole_body(request: Request) -> bytes:
    """Return the body of a request, as `Request.body` does, without a generator for its parts.

    Raises
    ------
    ClientDisconnect
        The connection was closed before the body ended.
    """
    parts: list[bytes] = []
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
