"""The door: every request passes here, is known by name or refused, and is limited."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import quote

from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.actor import Actor
from serving.access.audit import AuditTrail, action_of
from serving.access.forms import SAFE, FormGuard
from serving.access.headers import hardened
from serving.access.hosts import check_host
from serving.access.limits import BodyLimit, Buckets
from serving.access.people import People
from serving.access.refusal import Refusal, wants_page
from serving.access.tokens import TokenDesk

__all__ = ["Door", "Rules"]

_FREE = "/healthz"
_SIGN_IN = frozenset({"/login", "/callback"})
_WRONG_TOKENS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Rules:
    """What the door goes by.

    Parameters
    ----------
    people, tokens, forms, trail
        Who may come in, and where it is noted.
    secret
        Key that signs the session cookies.
    session_seconds
        How long a cookie is believed.
    body_bytes, requests_a_minute
        Limits of one caller.
    public
        Host and port of the configured public address.
    loopback
        Whether the service listens on the loopback address only.
    sign_in
        Whether people can sign in here, so that a page sends them there.
    https
        Whether people reach the service by https only.
    """

    people: People
    tokens: TokenDesk
    forms: FormGuard
    trail: AuditTrail
    secret: str
    session_seconds: int
    body_bytes: int
    requests_a_minute: int
    public: str | None
    loopback: bool
    sign_in: bool
    https: bool


class Door:
    """ASGI middleware; ASGI itself and not a wrapper around requests, because scoring is in a hurry.

    Parameters
    ----------
    app
        The application behind it.
    rules
        What it goes by.
    """

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules
        self._callers = Buckets(rules.requests_a_minute)
        self._strangers = Buckets(min(rules.requests_a_minute, _WRONG_TOKENS_A_MINUTE))
        # The prefix binds the cookie to this host and to https (RFC 6265bis).
        secure = rules.https or not rules.loopback
        name = "__Host-qualify_session" if secure else "qualify_session"
        self._with_session = SessionMiddleware(
            self._enter_person, rules.secret, session_cookie=name, max_age=rules.session_seconds,
            same_site="lax", https_only=secure,
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it with a refusal."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        send = hardened(send, scope["path"], https=self._rules.https)
        if scope["path"] == _FREE:
            await self._app(scope, receive, send)
            return
        try:
            await self._enter(scope, receive, send)
        except Refusal as refusal:
            await refusal.send(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        trail = self._rules.trail
        trail.start()

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                # Before the application closes the ledger.
                await asyncio.to_thread(trail.close)
            return message

        await self._app(scope, receiving, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        check_host(request, loopback=self._rules.loopback, public=self._rules.public)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        # Another scheme is a proxy's own affair; it opens nothing here.
        if scheme.lower() != "bearer":
            await self._with_session(scope, receive, send)
        else:
            await self._pass(scope, receive, send, await self._program(request, token.strip()))

    async def _program(self, request: Request, token: str) -> Actor:
        """Return whose token it is; who tries many wrong ones has to wait."""
        desk = self._rules.tokens
        actor = desk.remembers(token)
        if actor is None:
            address = _address(request)
            if self._strangers.empty(address) and not desk.was_good(token):
                self._strangers.take(address)
            actor = await desk.actor(token)
            if actor is None:
                self._strangers.take(address)
                raise _unknown("The token is not known here, or was revoked.")
        return actor

    async def _enter_person(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on with the session loaded; refusals are answered here, so that the cookie is set with them."""
        request = Request(scope, receive)
        try:
            if self._rules.sign_in and scope["path"] in _SIGN_IN:
                self._callers.take(f"address:{_address(request)}")
                await self._app(scope, receive, send)
                return
            actor = self._rules.people.actor(request)
            if actor is None:
                await self._turn_away(scope, receive, send)
                return
            if scope["method"] not in SAFE:
                receive = await self._rules.forms.check(request, actor.name)
            scope["qualify.csrf"] = self._rules.forms.maker(request.session, actor.name)
            await self._pass(scope, receive, send, actor)
        except Refusal as refusal:
            await refusal.send(scope, receive, send)

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (self._rules.sign_in and wants_page(scope) and scope["method"] in {"GET", "HEAD"}):
            raise _unknown("Send a token: `Authorization: Bearer qlf_...`.")
        query = scope["query_string"].decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        await RedirectResponse(f"/login?next={quote(wanted, safe='/')}", 303)(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, actor: Actor) -> None:
        self._callers.take(f"{actor.kind}:{actor.name}")
        body = BodyLimit(self._rules.body_bytes, scope, receive, send)
        scope.setdefault("state", {})["actor"] = actor
        done = action_of(scope["method"], scope["path"])
        sending = body.send if done is None else self._noting(body.send, actor, *done)
        await self._app(scope, body.receive, sending)

    def _noting(self, send: Send, actor: Actor, action: str, lead_id: str | None) -> Send:
        """Note what was done once it was; what was refused or not found was not."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._rules.trail.note(actor.name, action, lead_id)
            await send(message)

        return sending


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _unknown(detail: str) -> Refusal:
    return Refusal(401, detail, {"WWW-Authenticate": "Bearer"})
