"""Where a request says it comes from and goes to: Host, Origin, and proxies in between."""

from __future__ import annotations

import re
from operator import itemgetter
from urllib.parse import urlsplit

from starlette.requests import Request

from serving.access.refusal import Refusal

__all__ = ["check_host", "check_origin", "netloc_of", "through_a_proxy"]

# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
_HOST = re.compile(r"(?P<name>[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PROXY_HEADERS = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"})
_PAGE_HEADERS = frozenset({b"origin", b"sec-fetch-site"})


def netloc_of(url: str | None) -> str | None:
    """Return host and port of a URL, without the port where it is the scheme's own.

    Examples
    --------
    >>> netloc_of("https://Leads.example.com:443/x"), netloc_of("http://localhost:8000")
    ('leads.example.com', 'localhost:8000')
    """
    if not url:
        return None
    parts = urlsplit(url)
    usual = ":443" if parts.scheme == "https" else ":80"
    return parts.netloc.rpartition("@")[2].lower().removesuffix(usual)


def check_host(request: Request, *, loopback: bool, public: str | None) -> None:
    """Refuse a request for another host (DNS rebinding: a foreign name that points at this machine).

    Parameters
    ----------
    request
        The request.
    loopback
        Whether the service listens on the loopback address only; only then is the name restricted, because
        then it may be all that a request needs.
    public
        Host and port under which people reach the service, where that is configured.

    Raises
    ------
    Refusal
        400 where there is not exactly one well-formed Host, 421 where it is another's.
    """
    given = request.headers.getlist("host")
    found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        raise Refusal(400, "The request needs exactly one well-formed Host header.")
    if not loopback or found["name"].lower() in _LOOPBACK:
        return
    if public is None or given[0].lower().removesuffix(":443").removesuffix(":80") != public:
        raise Refusal(
            421, "The service does not answer to this name. Set `service.public_url` to use another."
        )


def check_origin(request: Request, public: str | None) -> None:
    """Refuse a change that the page of another site asks for.

    Parameters
    ----------
    request
        The request.
    public
        Host and port of the configured public address.

    Raises
    ------
    Refusal
        403: Origin or Sec-Fetch-Site name another site.
    """
    if not _has_any(request, _PAGE_HEADERS):  # no browser: it names the site of every change
        return
    site = request.headers.get("sec-fetch-site", "none")
    origins = request.headers.getlist("origin")
    own = {request.headers.get("host", "").lower(), public}
    foreign = any(netloc_of(origin) not in own and origin.lower() not in own for origin in origins)
    if foreign or site not in {"same-origin", "none"}:
        raise Refusal(403, "The request comes from the page of another site.")


def through_a_proxy(request: Request) -> bool:
    """Tell whether a proxy says that it passed the request on."""
    return _has_any(request, _PROXY_HEADERS)


def _has_any(request: Request, names: frozenset[bytes]) -> bool:
    """Tell whether any of these headers is there; servers give their names in small letters (ASGI)."""
    return not names.isdisjoint(map(itemgetter(0), request.scope["headers"]))
