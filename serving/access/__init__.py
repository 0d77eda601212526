"""Who may come in, and what they may do: tokens, sign-in, sessions, limits, headers."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from qualify.config import Access, Service
from qualify.errors import ConfigError
from qualify.ledger import TokenRecord
from serving.access.actor import SCOPES, Actor, may_see
from serving.access.audit import AuditTrail
from serving.access.forms import FormGuard
from serving.access.guard import csrf_token, require
from serving.access.hosts import netloc_of
from serving.access.middleware import Door, Rules
from serving.access.people import People, Sessions
from serving.access.refusal import Refusal
from serving.access.tokens import TokenDesk

if TYPE_CHECKING:
    from fastapi import FastAPI

    from serving.runtime import Runtime

__all__ = ["SCOPES", "Actor", "csrf_token", "install", "may_see", "require"]

_SHORTEST_SECRET = 32
AUDIT_SPOOL = "audit.spool"


def install(app: FastAPI, runtime: Runtime, *, loopback: bool) -> None:
    """Put the door in front of an application, and the sign-in into it.

    Parameters
    ----------
    app
        The service.
    runtime
        Configuration and ledger.
    loopback
        Whether the service listens on the loopback address only.

    Raises
    ------
    ConfigError
        A sign-in is configured, but a secret that it needs is not in the environment.
    """
    service = Service() if runtime.config is None else runtime.config.service
    access, public_url = service.access, service.public_url
    secret, public = _secret(access), netloc_of(public_url)
    ledger = _Ledger(runtime)
    trail = AuditTrail(runtime.folder / AUDIT_SPOOL, ledger.audit)
    sessions = Sessions(access.session_hours)
    people = People(access, sessions, loopback=loopback)
    if access.oidc is not None:
        from serving.access.signin import SignIn

        SignIn(access.oidc, people, sessions, public_url, trail).add_to(app)
    rules = Rules(
        people=people,
        tokens=TokenDesk(ledger.token_by_digest),
        forms=FormGuard(secret, public),
        trail=trail,
        secret=secret,
        session_seconds=int(sessions.seconds),
        body_bytes=service.limits.body_bytes,
        requests_a_minute=service.limits.requests_a_minute,
        public=public,
        loopback=loopback,
        sign_in=access.oidc is not None,
        https=(public_url or "").startswith("https://"),
    )
    app.add_middleware(Door, rules=rules)
    app.add_exception_handler(Refusal, _answer)


async def _answer(request: Request, refusal: Exception) -> Response:
    """Answer a refusal out of a route: a page to a person, a problem document to a program."""
    if not isinstance(refusal, Refusal):
        raise refusal
    return refusal.response(request.scope)


class _Ledger:
    """The ledger as it is when it is asked: at the start its database may be away."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def audit(self, actor: str, action: str, lead_id: str | None, detail: str | None) -> None:
        self._runtime.ledger.audit(actor, action, lead_id, detail)

    def token_by_digest(self, digest: str) -> TokenRecord | None:
        return self._runtime.ledger.token_by_digest(digest)


def _secret(access: Access) -> str:
    """Return the key of the session cookies; without a sign-in one that lives as long as the process does."""
    given = os.environ.get(access.session_secret_env, "")
    if access.oidc is None and access.proxy is None and not given:
        return secrets.token_urlsafe(32)
    if len(given) < _SHORTEST_SECRET:
        raise ConfigError(
            "the key that signs sessions is missing or short", where="service.access.session_secret_env",
            expected=f"{access.session_secret_env} in the environment, {_SHORTEST_SECRET} characters or more",
            mend='make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
        )  # fmt: skip
    return given
