"""Sign-in by an OpenID Connect provider: authorization code with PKCE, state and nonce (by Authlib)."""

from __future__ import annotations

import logging
import os
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from qualify.config import Oidc
from qualify.errors import ConfigError
from serving.access.guard import csrf_token
from serving.access.people import People, Sessions
from serving.access.refusal import Refusal, page

if TYPE_CHECKING:
    from fastapi import FastAPI

    from serving.access.audit import AuditTrail

__all__ = ["SignIn", "safe_next"]

log = logging.getLogger(__name__)

_UNREADABLE = (AuthlibBaseError, JoseError, httpx.HTTPError, RuntimeError, ValueError)


class SignIn:
    """The routes `/login`, `/callback` and `/logout`.

    Parameters
    ----------
    oidc
        The provider.
    people, sessions
        Who has a role, and whose session begins and ends here.
    public_url
        Address of the service as the provider knows it; None: as the request names it.
    trail
        Where it is noted.

    Raises
    ------
    ConfigError
        The environment does not hold the client's secret.
    """

    def __init__(
        self, oidc: Oidc, people: People, sessions: Sessions, public_url: str | None, trail: AuditTrail
    ) -> None:
        self._oidc = oidc
        self._people = people
        self._sessions = sessions
        self._public_url = public_url
        self._trail = trail
        self._provider = _client(oidc)

    def add_to(self, app: FastAPI) -> None:
        """Put the routes into the application."""
        app.add_route("/login", self.login, methods=["GET"], include_in_schema=False)
        app.add_route("/callback", self.callback, methods=["GET"], include_in_schema=False)
        app.add_route("/logout", self.ask_logout, methods=["GET"], include_in_schema=False)
        app.add_route("/logout", self.logout, methods=["POST"], include_in_schema=False)

    async def login(self, request: Request) -> Response:
        """Send the browser to the provider."""
        try:
            answer: Response = await self._provider.authorize_redirect(request, self._callback_url(request))
        except _UNREADABLE as error:
            log.warning("the sign-in provider does not answer: %s", type(error).__name__)
            raise Refusal(
                503, "The sign-in provider does not answer; try again.", {"Retry-After": "10"}
            ) from error
        request.session["next"] = safe_next(request.query_params.get("next"))
        return answer

    async def callback(self, request: Request) -> Response:
        """Take the provider's answer, and begin a session."""
        user = await self._user(request)
        self._people.known(user)
        following = safe_next(request.session.get("next"))
        self._sessions.begin(request.session, user)
        self._trail.note(user, "sign_in")
        return RedirectResponse(following, 303)

    async def ask_logout(self, request: Request) -> Response:
        """Show the button: a link from elsewhere shall not sign anybody out."""
        field = f'<input type="hidden" name="csrf" value="{escape(csrf_token(request))}">'
        return page(
            "Sign out?", f'<form method="post" action="/logout">{field}<button>Sign out</button></form>'
        )

    async def logout(self, request: Request) -> Response:
        """End the session."""
        self._sessions.end(request.session)
        self._trail.note(request.state.actor.name, "sign_out")
        return page("Signed out", '<p><a href="/login">Sign in again</a></p>')

    async def _user(self, request: Request) -> str:
        issuer = self._oidc.issuer.rstrip("/")
        try:
            options = {"iss": {"essential": True, "values": [issuer, f"{issuer}/"]}}
            answer = await self._provider.authorize_access_token(request, claims_options=options)
        except _UNREADABLE as error:
            log.warning("a sign-in failed: %s", type(error).__name__)
            raise Refusal(403, "The sign-in did not succeed; start it again from the first page.") from error
        claims = answer.get("userinfo") or {}
        user = claims.get(self._oidc.user_claim)
        if not isinstance(user, str) or not user:
            raise Refusal(403, f"The provider does not tell `{self._oidc.user_claim}` of this user.")
        if self._oidc.user_claim == "email" and claims.get("email_verified") is False:
            raise Refusal(403, "The provider did not verify the address of this user.")
        return user

    def _callback_url(self, request: Request) -> str:
        base = self._public_url or str(request.base_url)
        return base.rstrip("/") + "/callback"


def safe_next(target: object) -> str:
    r"""Return where to go after the sign-in: a path of this service, else the start.

    Examples
    --------
    >>> safe_next("/leads/7?tab=card"), safe_next("//evil.example"), safe_next("/\\evil.example")
    ('/leads/7?tab=card', '/', '/')
    """
    if not isinstance(target, str) or not target.startswith("/") or not target.isprintable():
        return "/"
    parts = urlsplit(target)
    away = target.startswith("//") or "\\" in target or parts.scheme or parts.netloc
    return "/" if away or parts.path in {"/login", "/callback", "/logout"} else target


def _client(oidc: Oidc) -> Any:
    secret = os.environ.get(oidc.client_secret_env)
    if not secret:
        raise ConfigError(
            "the secret of the sign-in is missing", where="service.access.oidc.client_secret_env",
            expected=f"the environment variable {oidc.client_secret_env}",
            mend="set it to the client secret that the provider gave",
        )  # fmt: skip
    return OAuth().register(
        "provider",
        server_metadata_url=oidc.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_id=oidc.client_id,
        client_secret=secret,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "timeout": 10.0,
            # Made once: to read the list of authorities takes longer than all the rest.
            "verify": httpx.create_ssl_context(),
        },
    )
