"""How a page's route tells what went wrong: as a page, never as a bare error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from qualify.errors import DataError, KeyReused, LedgerUnavailable, QualifyError, UnknownLead, UserError
from serving.access import Actor, may_see, require
from serving.pages.site import Site, Visit

if TYPE_CHECKING:
    from starlette.responses import Response

    from qualify.ledger import LeadRecord

__all__ = ["Answering", "PageRoute", "Reading", "Ruling", "no_such_page", "shown_lead"]

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
        """Return the handler, with our own errors told as pages."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except QualifyError as error:
                return _error_page(request, error)

        return handle


def _error_page(request: Request, error: QualifyError) -> Response:
    visit = _visit(request, request.state.actor)
    for kind, (status, key) in _TOLD.items():
        if isinstance(error, kind):
            if status >= 500:
                logger.warning("a page could not be made", extra={"error": str(error)})
            detail = str(error) if key == "input" else visit.words.text(f"error.{key}_text")
            answer = visit.page(
                "error",
                status=status,
                title=visit.words.text(f"error.{key}"),
                detail=detail,
                again=status == 503,
            )
            if status == 503:
                answer.headers["Retry-After"] = "2"
            return answer
    raise error


def no_such_page(request: Request) -> Response:
    """Answer a browser that asks for an address which leads nowhere."""
    visit = _visit(request, request.state.actor)
    title, detail = visit.words.text("error.address"), visit.words.text("error.address_text")
    return visit.page("error", status=404, title=title, detail=detail, again=False)


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
