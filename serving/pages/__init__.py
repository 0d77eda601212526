"""The pages that sales and marketing open: queue, grid, lead, figures, model, alerts and audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serving.access.refusal import wants_page
from serving.pages.admin_routes import admin_routes
from serving.pages.assets import Assets
from serving.pages.figures_routes import figures_routes
from serving.pages.handoff_routes import handoff_routes
from serving.pages.lead_routes import answer_routes, lead_routes
from serving.pages.queue_routes import queue_routes
from serving.pages.routing import fault_page, no_such_page
from serving.pages.site import STATIC, Site
from serving.pages.stories import Stories

if TYPE_CHECKING:
    from fastapi import FastAPI

    from serving.runtime import Runtime

__all__ = ["install"]


def install(app: FastAPI, runtime: Runtime) -> None:
    """Put the pages and their static files into the application.

    Parameters
    ----------
    app
        The service; `serving.access` is installed in it already.
    runtime
        Configuration, ledger and model in use.
    """
    app.state.pages = Site(runtime)
    tell_problem = app.exception_handlers[HTTPException]

    async def tell(request: Request, error: HTTPException) -> Response:
        """Tell people by a page what programs are told by a problem document."""
        told: Response = await tell_problem(request, error)  # type: ignore[misc]
        if not wants_page(request.scope) or not hasattr(request.state, "actor"):
            return told
        nowhere = told.status_code in (404, 405)  # 405: the address of a form, opened as a page
        shown = no_such_page if nowhere else fault_page
        return shown(request, told.status_code)

    app.add_exception_handler(HTTPException, tell)  # type: ignore[arg-type]
    app.mount("/static", Assets(directory=STATIC), name="static")
    stories = Stories()
    pages = queue_routes(), figures_routes(), admin_routes()
    for router in (*pages, answer_routes(), handoff_routes(stories), lead_routes(stories)):
        app.include_router(router)
