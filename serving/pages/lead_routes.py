"""The page of a lead, and the forms by which sales answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from qualify.errors import AnsweredMeanwhile, UserError
from qualify.ledger import VERDICTS, Verdict
from serving.access import may_see
from serving.pages.flash import Flash
from serving.pages.language import safe_path
from serving.pages.lead_page import name_of, show_lead
from serving.pages.meanwhile import NO_ANSWER, ask_again
from serving.pages.queue_routes import BACK
from serving.pages.routing import Answering, PageRoute, Reading, shown_lead
from serving.pages.site import lead_url

if TYPE_CHECKING:
    from serving.pages.stories import Stories

__all__ = ["answer_routes", "lead_routes"]

Text = Annotated[str, Form(max_length=200)]
Comment = Annotated[str, Form(max_length=2000)]


def lead_routes(stories: Stories) -> APIRouter:
    """Return the page of a lead. Ids may hold slashes, so these routes come after those of its parts."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/leads/{lead_id:path}")
    def lead(visit: Reading, lead_id: str) -> Response:
        record = shown_lead(visit, lead_id)
        query = visit.request.cookies.get(BACK, "")
        back = safe_path(f"/?{query}") if query else "/"
        return visit.page("lead", here="queue", back=back, **show_lead(visit, record, stories))

    return router


def answer_routes() -> APIRouter:
    """Return the forms: each does one thing and sends the reader back, with a message and its undo."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.post("/leads/{lead_id:path}/answer")
    def answer(
        visit: Answering, lead_id: str, verdict: Text, key: Text,
        reason: Text = "", comment: Comment = "", next: Text = "",  # noqa: A002 - the name of the field
        seen: Text = "",
    ) -> Response:  # fmt: skip
        record = shown_lead(visit, lead_id)
        try:
            given = visit.site.runtime.ledger.answer(
                lead_id, _verdict(verdict), actor=visit.actor.name, reason=reason or None,
                comment=comment.strip() or None, key=key, seen=_seen(seen),
            )  # fmt: skip
        except AnsweredMeanwhile:
            sent = {"verdict": verdict, "reason": reason, "comment": comment, "next": next}
            return ask_again(visit, shown_lead(visit, lead_id), sent)
        done = Flash(given.verdict, lead_id, name_of(record, visit.words), given.id)
        return visit.see_other(safe_path(next, lead_url(lead_id)), done)

    @router.post("/leads/{lead_id:path}/undo")
    def undo(visit: Answering, lead_id: str, answer_id: Text, next: Text = "") -> Response:  # noqa: A002
        record = shown_lead(visit, lead_id)
        visit.site.runtime.ledger.undo(lead_id, answer_id, actor=visit.actor.name)
        done = Flash("undone", lead_id, name_of(record, visit.words))
        return visit.see_other(safe_path(next, lead_url(lead_id)), done)

    @router.post("/leads/{lead_id:path}/assign")
    def assign(visit: Answering, lead_id: str, owner: Text = "", next: Text = "") -> Response:  # noqa: A002
        shown_lead(visit, lead_id)
        new = owner.strip() or None
        if not may_see(visit.actor, new):
            raise UserError("sales people take leads for themselves only", where="owner", got=new)
        visit.site.runtime.ledger.assign(lead_id, new, actor=visit.actor.name)
        done = Flash("assigned" if new else "unassigned", lead_id, new or "")
        return visit.see_other(safe_path(next, lead_url(lead_id)), done)

    return router


def _seen(text: str) -> str | None:
    """Return what the ledger is asked; None for a form that does not say what was seen."""
    return None if not text else "" if text == NO_ANSWER else text


def _verdict(text: str) -> Verdict:
    if text not in VERDICTS:
        raise UserError("there is no such answer", where="verdict", got=text, expected=", ".join(VERDICTS))
    return text
