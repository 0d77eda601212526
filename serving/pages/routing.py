"""How a page's route tells what went wrong: as a page, never as a bare error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from qualify.errors import DataError, KeyReused, LedgerUnavailable, QualifyError, UnknownLead, UserError
from serving.access import Actor, may_see, require
from serving.access.refusal import wants_page
from serving.api.problems import Problem, problem_of
from serving.pages.site import Site, Visit

if TYPE_CHECKING:
    from starlette.responses import Response

    from qualify.ledger import LeadRecord

__all__ = ["Answering", "PageRoute", "Reading", "Ruling", "fault_page", "no_such_page", "shown_lead"]

logger = logging.getLogger(__name__)


def _visit(request: Request, actor: Actor) -> Visit:
    site: Site = request.app.state.pages
    return site.visit(request, actor)


def _reading(request: Request, actor: Annotated[Actor, Depends(require("read"))]) -> Visit:
    return _visit(request, actor)


def _answering(request: Request, actor: Annotated[Actor, Depends(require("feedback"))]) -> Visit:
    return _visit(request, actor)


def _ruling(request: Request, actor: Annotated[Actor, Depends(require("admin"))]) -> Visit:
    return _visit(request, actor)


Reading = Annotated[Visit, Depends(_reading)]
"""A call of somebody who may read."""
Answering = Annotated[Visit, Depends(_answering)]
"""A call of somebody who may answer for sales."""
Ruling = Annotated[Visit, Depends(_ruling)]
"""A call of an admin."""


class PageRoute(APIRoute):
    """A route whose errors are pages with a way back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with errors told as pages: our own to all, others to browsers."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except (HTTPException, Problem):
                raise
            except Exception as error:
                answer = _error_page(request, error)
                if answer is None:
                    raise
                return answer

        return handle


def _error_page(request: Request, error: Exception) -> Response | None:
    """Tell an error on a page; None where it is no error of ours and a program asks."""
    for kind, (status, key) in _TOLD.items():
        if isinstance(error, kind):
            return _known(_visit(request, request.state.actor), error, status, key)
    if not wants_page(request.scope):
        return None
    problem = problem_of(error)
    request.scope["qualify.problem"] = problem.code
    if problem.status >= 500:
        logger.exception("a page failed", exc_info=error)
    return fault_page(request, problem.status)


def _known(visit: Visit, error: Exception, status: int, key: str) -> Response:
    if status >= 500:
        logger.warning("a page could not be made", extra={"error": str(error)})
    detail = str(error) if key == "input" else visit.words.text(f"error.{key}_text")
    title = visit.words.text(f"error.{key}")
    answer = visit.page("error", status=status, title=title, detail=detail, again=status == 503)
    if status == 503:
        answer.headers["Retry-After"] = "2"
    return answer


def fault_page(request: Request, status: int) -> Response:
    """Answer a browser where nothing better can be said than that it did not work."""
    visit = _visit(request, request.state.actor)
    key = "fault" if status >= 500 else "input"
    again = status >= 500 and request.method == "GET"
    title, detail = visit.words.text(f"error.{key}"), visit.words.text("error.fault_text")
    return visit.page("error", status=status, title=title, detail=detail, again=again)


def no_such_page(request: Request, status: int = 404) -> Response:
    """Answer a browser that asks for an address which leads nowhere."""
    visit = _visit(request, request.state.actor)
    title, detail = visit.words.text("error.address"), visit.words.text("error.address_text")
    return visit.page("error", status=status, title=title, detail=detail, again=False)


_TOLD: dict[type[QualifyError], tuple[int, str]] = {
    LedgerUnavailable: (503, "ledger"),
    UnknownLead: (404, "lead"),
    KeyReused: (409, "key"),
    DataError: (503, "tables"),
    UserError: (400, "input"),
}


def shown_lead(visit: Visit, lead_id: str) -> LeadRecord:
    """Return the record of a lead that the reader may see.

    Raises
    ------
    UnknownLead
        There is none, or it belongs to somebody else: who may not see a lead does not learn that it is there.
    """
    record = visit.site.runtime.ledger.lead(lead_id)
    if record is None or not may_see(visit.actor, record.facts.owner):
        raise UnknownLead(lead_id)
    return record
