"""The queue, the grid and the choice of the language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from qualify.explain.catalogue import LANGUAGES
from serving.pages.filters import read_filters
from serving.pages.grid_page import show_grid
from serving.pages.language import COOKIE, safe_path
from serving.pages.queue_page import show_queue
from serving.pages.retell import Retelling
from serving.pages.routing import PageRoute, Reading
from serving.pages.site import Site

__all__ = ["BACK", "queue_routes"]

BACK = "qualify_queue"
"""Cookie with the query of the list that the reader came from."""
_LONGEST = 1500
_YEAR = 365 * 86_400


def queue_routes() -> APIRouter:
    """Return the routes; they remember what they told in another language."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)
    retelling = Retelling()

    @router.get("/")
    def queue(visit: Reading, cursor: Annotated[str, Query(max_length=500)] = "") -> Response:
        filters = read_filters(visit.request.query_params)
        shown = show_queue(visit, filters, cursor or None, retelling)
        answer = visit.page("queue", here="queue", **shown)
        query = visit.request.url.query
        if len(query) <= _LONGEST:
            visit.site.keep_cookie(answer, BACK, query)
        return answer

    @router.get("/grid")
    def grid(visit: Reading) -> Response:
        return visit.page("grid", here="grid", **show_grid(visit))

    @router.get("/language")
    def language(request: Request, to: str, next: str = "/") -> Response:  # noqa: A002 - the name in the address
        answer = RedirectResponse(safe_path(next), status_code=303)
        site: Site = request.app.state.pages
        if to in LANGUAGES:
            site.keep_cookie(answer, COOKIE, to, _YEAR)
        return answer

    return router
