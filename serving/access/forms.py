"""Forms of the pages: each carries a token that only a page of this session can know (CSRF)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.types import Message, Receive

from serving.access.hosts import check_origin
from serving.access.refusal import Refusal

__all__ = ["FIELD", "SAFE", "FormGuard"]

FIELD = "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 65_536
_MOST_FIELDS = 100


class FormGuard:
    """Makes and checks the hidden field of forms.

    Parameters
    ----------
    secret
        Key of the session cookies.
    public
        Host and port of the configured public address.
    """

    def __init__(self, secret: str, public: str | None) -> None:
        self._key = hashlib.sha256(b"qualify form\0" + secret.encode()).digest()
        self._public = public

    def token(self, session: MutableMapping[str, Any], name: str) -> str:
        """Return the token of a session and a user; a session without an id gets one."""
        sid = session.get("sid")
        if not isinstance(sid, str):
            sid = session["sid"] = secrets.token_urlsafe(18)
        return hmac.new(self._key, f"{sid}\0{name}".encode(), hashlib.sha256).hexdigest()

    def maker(self, session: MutableMapping[str, Any], name: str) -> Callable[[], str]:
        """Return what `csrf_token` calls: the session gets an id only where a form is shown."""
        return lambda: self.token(session, name)

    async def check(self, request: Request, name: str) -> Receive:
        """Check a request that changes something and comes with no more than a cookie, or with nothing.

        Parameters
        ----------
        request
            The request, its session loaded.
        name
            Name of the actor.

        Returns
        -------
        callable
            `receive` for the application: the body of a form was read here and is given again.

        Raises
        ------
        Refusal
            403: it comes from another site, or the token is missing or another session's. 413, 415: it is
            too large for a form, or neither a form nor JSON, which a page of another site cannot send.
        """
        check_origin(request, self._public)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            return request.receive
        if kind != _FORM:
            raise Refusal(415, f"Send the body as application/json; pages send {_FORM}.")
        body = await _read(request.receive)
        if not self._holds(body, request.session, name):
            raise Refusal(403, "The form is out of date: open the page again and send it once more.")
        return _again(body, request.receive)

    def _holds(self, body: bytes, session: MutableMapping[str, Any], name: str) -> bool:
        try:
            fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return False
        given = fields.get(FIELD, [])
        if len(given) != 1 or "sid" not in session:
            return False
        return hmac.compare_digest(given[0].encode(), self.token(session, name).encode())


async def _read(receive: Receive) -> bytes:
    """Read the body of a form whole."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The request ended before its body did.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > _MOST_BYTES:
            raise Refusal(413, f"A form may have {_MOST_BYTES} bytes.", {"Connection": "close"})
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more, then what comes after it."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay
