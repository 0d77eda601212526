"""Which language a reader sees: as chosen, as the browser says, or as configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualify.explain.catalogue import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["COOKIE", "choose_language", "safe_path"]

COOKIE = "qualify_language"


def choose_language(request: Request, default: str) -> str:
    """Return the language of a request.

    Parameters
    ----------
    default
        Where neither the reader nor the browser names one that there is.
    """
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for wish in _wishes(request.headers.get("accept-language", "")):
        if wish in LANGUAGES:
            return wish
    return default


def _wishes(header: str) -> list[str]:
    """Return the languages of an ``Accept-Language`` header, the most wanted first (RFC 9110, 12.5.4)."""
    wishes = []
    for part in header.split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        wishes.append((-weight, name.split("-")[0].lower()))
    return [name for weight, name in sorted(wishes, key=lambda wish: wish[0]) if weight < 0]


def safe_path(path: str | None, otherwise: str = "/") -> str:
    """Return a path of this site that a form or link may lead back to; never another site.

    Examples
    --------
    >>> safe_path("/leads/7?x=1"), safe_path("//evil.example"), safe_path("https://evil.example")
    ('/leads/7?x=1', '/', '/')
    """
    if not path or not path.startswith("/") or path[1:2] in {"/", "\\"}:
        return otherwise
    return otherwise if any(ord(letter) < 32 for letter in path) else path
