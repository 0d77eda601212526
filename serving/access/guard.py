"""What routes and pages ask of the access room: a scope, and a token for their forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from serving.access.actor import SCOPES, Actor
from serving.access.refusal import Refusal

__all__ = ["csrf_token", "require"]


def require(scope: str) -> Callable[[Request], Awaitable[Actor]]:
    """Make a FastAPI dependency that lets an actor with a scope through.

    Parameters
    ----------
    scope
        One of `SCOPES`.

    Returns
    -------
    callable
        Returns the `Actor`; raises `Refusal` 401 (nobody signed in) or 403 (scope is missing).

    Raises
    ------
    ValueError
        There is no such scope.
    """
    if scope not in SCOPES:
        raise ValueError(f"scope: got {scope!r}, expected one of {SCOPES}")

    # Asynchronous though it waits for nothing: FastAPI sends any other function to a thread.
    async def allowed(request: Request) -> Actor:
        actor = getattr(request.state, "actor", None)
        if not isinstance(actor, Actor):
            raise Refusal(401, "Nobody is signed in.", {"WWW-Authenticate": "Bearer"})
        if scope not in actor.scopes:
            raise Refusal(403, f"This needs the scope `{scope}`, which {actor.name} does not have.")
        return actor

    return allowed


def csrf_token(request: Request) -> str:
    """Return the text that a form sends back in its hidden field `csrf`.

    Parameters
    ----------
    request
        The request of the page that holds the form.
    """
    make = request.scope.get("qualify.csrf")
    return make() if callable(make) else ""
