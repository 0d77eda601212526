"""The signature of an alert: who knows the secret can tell that the body is ours and new."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["HEADER", "sign", "verify"]

HEADER = "X-Qualify-Signature"


def sign(body: bytes, secret: str, at: int) -> str:
    """Return the header's value: ``t=<unix seconds>,v1=<HMAC-SHA256 of "t.body" in hex>``.

    Parameters
    ----------
    body
        Bytes as they are sent.
    secret
        Shared with the receiver.
    at
        Unix time in seconds; it is signed too, so that an old message cannot be played again.

    Examples
    --------
    >>> sign(b"{}", "secret", 1)[:12]
    't=1,v1=11227'
    """
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def verify(body: bytes, header: str, secret: str, now: int, tolerance: int = 300) -> bool:
    """Check a signature, as a receiver does.

    Parameters
    ----------
    header
        Value of `HEADER`.
    now
        Unix time in seconds.
    tolerance
        Seconds that the message may be old.

    Examples
    --------
    >>> told = sign(b"{}", "secret", 1000)
    >>> [verify(b"{}", told, "secret", now) for now in (1000, 1301)]
    [True, False]
    """
    at = header.partition(",")[0].removeprefix("t=")
    if not at.isdecimal() or abs(now - int(at)) > tolerance:
        return False
    return hmac.compare_digest(header.encode(), sign(body, secret, int(at)).encode())
