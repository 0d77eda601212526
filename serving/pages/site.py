"""What every page shares: reader, words, template environment, and how a page is answered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from qualify.config import Desk
from serving.access import csrf_token
from serving.pages.flash import FLASH_COOKIE, FLASH_SECONDS, Flash, read_flash
from serving.pages.kept import Kept
from serving.pages.language import choose_language
from serving.pages.words import Words, words_for

if TYPE_CHECKING:
    from starlette.requests import Request

    from serving.access import Actor
    from serving.runtime import Runtime

__all__ = ["STATIC", "Site", "Visit", "asset_url", "lead_url"]

STATIC = Path(__file__).parent / "static"

_COUNTS_SECONDS, _COUNTS_GRACE = 15.0, 300.0
_NAVIGATION = (
    ("queue", "/", "read"),
    ("grid", "/grid", "read"),
    ("kpi", "/kpi", "read"),
    ("agreement", "/agreement", "read"),
    ("model", "/model", "read"),
    ("alerts", "/alerts", "admin"),
    ("audit", "/audit", "admin"),
)


@dataclass(frozen=True)
class Site:
    """The pages of one running service.

    Parameters
    ----------
    counts
        Counts over all leads, kept for seconds, and until somebody answers here: each page shows some.
    """

    runtime: Runtime
    counts: Kept[Any] = field(default_factory=lambda: Kept(_COUNTS_SECONDS, _COUNTS_GRACE))

    def visit(self, request: Request, actor: Actor) -> Visit:
        """Return one reader's call."""
        language = choose_language(request, self.runtime.language)
        words = words_for(language, self.runtime.timezone, self.runtime.scorecard)
        return Visit(self, request, actor, words, datetime.now(UTC))

    @property
    def desk(self) -> Desk:
        """What sales promised, and which columns the pages show."""
        return self.runtime.desk

    def keep_cookie(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Put a cookie into an answer that only this site gets back, over https where people come by https.

        Parameters
        ----------
        seconds
            How long; None: until the browser is closed, 0: not at all.
        """
        secure = self.runtime.public_url.startswith("https://")
        answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)


@dataclass(frozen=True)
class Visit:
    """One reader's call of one page: who, in which words, when."""

    site: Site
    request: Request
    actor: Actor
    words: Words
    now: datetime

    @property
    def here(self) -> str:
        """The path and query of the page, to come back to."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @cached_property
    def may_answer(self) -> bool:
        """Whether the reader may tell how a lead went."""
        return "feedback" in self.actor.scopes

    def page(self, template: str, *, status: int = 200, here: str | None = None, **shown: Any) -> Response:
        """Answer with a page.

        Parameters
        ----------
        template
            Name of the template, without its ending.
        here
            The entry of the navigation that this page is.
        shown
            What the template shows.
        """
        flash = read_flash(self.request)
        html = _environment().get_template(f"{template}.html.j2").render(
            visit=self, t=self.words.text, words=self.words, book=self.words.book,
            language=self.words.language, here=here, flash=flash, csrf=lambda: csrf_token(self.request),
            new_key=_new_key, navigation=self._navigation(), asset=asset_url, lead_url=lead_url, **shown,
        )  # fmt: skip
        answer = HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
        if flash is not None:
            self.site.keep_cookie(answer, FLASH_COOKIE, "", 0)
        return answer

    def see_other(self, path: str, flash: Flash) -> Response:
        """Send the reader on after a form, so that loading the page again sends nothing again."""
        self.site.counts.clear()
        answer = RedirectResponse(path, status_code=303)
        packed = flash.packed()
        if packed:
            self.site.keep_cookie(answer, FLASH_COOKIE, packed, FLASH_SECONDS)
        return answer

    def _navigation(self) -> list[tuple[str, str]]:
        return [(name, path) for name, path, scope in _NAVIGATION if scope in self.actor.scopes]


def lead_url(lead_id: str, *rest: str) -> str:
    """Return the address of a lead's page; ids may hold any character."""
    return "/".join(["/leads", quote(lead_id, safe=""), *rest])


@lru_cache(maxsize=16)
def asset_url(name: str) -> str:
    """Return the address of a static file with a mark of its content, so that browsers may keep it."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def _new_key() -> str:
    """Return a key by which the ledger knows a form that is sent twice."""
    return secrets.token_urlsafe(12)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("serving.pages", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
