"""Who may come in, and what they may do: tokens, sign-in, sessions, limits, headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.access.actor import SCOPES, Actor, may_see
from serving.access.guard import csrf_token, require
from serving.access.middleware import Door

if TYPE_CHECKING:
    from fastapi import FastAPI

    from serving.runtime import Runtime

__all__ = ["SCOPES", "Actor", "csrf_token", "install", "may_see", "require"]


def install(app: FastAPI, runtime: Runtime, *, loopback: bool) -> None:
    """Put the door in front of an application.

    Parameters
    ----------
    app
        The service.
    runtime
        Configuration and ledger.
    loopback
        Whether the service listens on the loopback address only.
    """
    app.add_middleware(Door, loopback=loopback)
