"""The hand-off package of a lead: to read, print, copy and download."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from qualify.decide.handoff import Handoff
from serving.pages.lead_page import name_of
from serving.pages.routing import PageRoute, Reading, shown_lead
from serving.pages.site import lead_url
from serving.pages.steps import hand_over

if TYPE_CHECKING:
    from qualify.ledger import LeadRecord
    from serving.pages.site import Visit
    from serving.pages.stories import Stories

__all__ = ["handoff_routes"]

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def handoff_routes(stories: Stories) -> APIRouter:
    """Return the routes of the hand-off package."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/leads/{lead_id:path}/handoff")
    def handoff(visit: Reading, lead_id: str, format: str = "html") -> Response:  # noqa: A002
        record = shown_lead(visit, lead_id)
        package = _package(visit, record, stories)
        if format == "md" and package is not None:
            return _download(package.to_markdown(), lead_id)
        body = None if package is None else Markup(package.to_html(fragment=True))
        return visit.page(
            "handoff", here="queue", name=name_of(record, visit.words), lead=lead_url(lead_id), body=body,
            markdown="" if package is None else package.to_markdown(),
            download=lead_url(lead_id, "handoff?format=md"),
        )  # fmt: skip

    return router


def _package(visit: Visit, record: LeadRecord, stories: Stories) -> Handoff | None:
    """Return the package; None where the lead's data was not kept."""
    runtime, language = visit.site.runtime, visit.words.language
    document = runtime.ledger.document(record.lead_id)
    story = stories.tell(record, runtime.models.scorer, runtime.ledger, language)
    if document is None or story is None:
        return None
    events = runtime.ledger.events(record.lead_id)
    freshness = runtime.freshness(record, visit.now)
    return hand_over(record, story, document, visit.words, freshness, events, runtime.units)


def _download(text: str, lead_id: str) -> Response:
    name = _UNSAFE.sub("-", lead_id).strip("-.")[:80] or "lead"
    headers = {"Content-Disposition": f'attachment; filename="handoff-{name}.md"'}
    return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)
