"""Headers of every answer: what a browser may do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.types import Message, Send

__all__ = ["CONTENT_SECURITY_POLICY", "HEADERS", "hardened"]

CONTENT_SECURITY_POLICY = "; ".join([
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
])  # fmt: skip

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: with it browsers send `Origin: null` with forms, and the origin is checked.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_NO_STORE = (b"cache-control", b"no-store")
_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
_PAIRS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_OURS = frozenset(name for name, _ in _PAIRS)
_OURS_AND_CACHE = _OURS | {_NO_STORE[0]}


def hardened(send: Send, path: str, *, https: bool) -> Callable[[Message], Awaitable[None]]:
    """Wrap `send` so that the headers are set.

    Parameters
    ----------
    send
        What the server gave.
    path
        The request's path: only static files may be kept by caches.
    https
        Whether people reach the service by https only.
    """
    static = path.startswith("/static/")
    pairs = _PAIRS if static else [_NO_STORE, *_PAIRS]
    replaced = _OURS if static else _OURS_AND_CACHE
    if https:
        pairs = [*pairs, _TRANSPORT]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in replaced]
            message["headers"] = kept + pairs
        await send(message)

    return sending
