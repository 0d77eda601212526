"""`GET /v1/leads/{id}/handoff`: the hand-off package in the form that the caller reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import Response

from qualify.decide.handoff import Handoff
from qualify.explain.catalogue import Language
from serving.access import Actor, require
from serving.api.answers import PROBLEMS, problems
from serving.api.lead_calls import seen, to_json
from serving.api.problems import Problem, kind
from serving.pages.steps import hand_over
from serving.pages.stories import Stories
from serving.pages.words import words_for
from serving.runtime import Runtime

__all__ = ["handoff_routes", "preferred"]

FORMS = ("application/json", "text/markdown", "text/html")


def handoff_routes(runtime: Runtime) -> APIRouter:
    """Return the call."""
    router = APIRouter(tags=["leads"], responses={**PROBLEMS, **problems(404, 406, 503)})
    stories = Stories()

    @router.get(
        "/v1/leads/{lead_id}/handoff",
        response_class=Response,
        responses={200: {"description": "The package.", "content": {form: {} for form in FORMS}}},
    )
    def handoff(
        lead_id: str,
        actor: Annotated[Actor, Depends(require("read"))],
        accept: Annotated[str | None, Header(description="JSON, Markdown or HTML.")] = None,
        language: Annotated[Literal["en", "ja"] | None, Query()] = None,
    ) -> Response:
        """Return the hand-off package as JSON, Markdown or HTML."""
        form = preferred(accept)
        record = seen(runtime, actor, lead_id)
        chosen = cast(Language, language or runtime.language)
        document = runtime.ledger.document(lead_id)
        story = stories.tell(record, runtime.models.scorer, runtime.ledger, chosen)
        if document is None or story is None:
            raise Problem(404, "No package", "The lead's data was not kept: score it again.",
                          kind("no-document"))  # fmt: skip
        freshness = runtime.freshness(record, datetime.now(UTC))
        words = words_for(chosen, runtime.timezone, runtime.scorecard)
        package = hand_over(
            record, story, document, words, freshness, runtime.ledger.events(lead_id), runtime.units
        )
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        return Response(_written(package, form), 200, headers, f"{form}; charset=utf-8")

    return router


def _written(package: Handoff, form: str) -> bytes:
    if form == "text/markdown":
        return package.to_markdown().encode()
    if form == "text/html":
        return package.to_html().encode()
    return to_json(package.to_dict())


def preferred(accept: str | None) -> str:
    """Return the form that a caller likes best; of equals the first of `FORMS`.

    Raises
    ------
    Problem
        406: the caller takes none of them.

    Examples
    --------
    >>> preferred("text/html;q=0.5, text/markdown"), preferred("*/*")
    ('text/markdown', 'application/json')
    """
    wishes = [_wish(part) for part in (accept or "*/*").split(",")]
    best = max(FORMS, key=lambda form: _quality(form, wishes))
    if _quality(best, wishes) <= 0:
        raise Problem(406, "No such form", f"There are {', '.join(FORMS)}.", kind("not-acceptable"))
    return best


def _wish(part: str) -> tuple[str, float]:
    name, _, parameters = part.partition(";")
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                return name.strip().lower(), float(value)
            except ValueError:
                return name.strip().lower(), 0.0
    return name.strip().lower(), 1.0


def _quality(form: str, wishes: list[tuple[str, float]]) -> float:
    """Return how much a form is wished for: the most exact wish counts."""
    for pattern in (form, form.partition("/")[0] + "/*", "*/*"):
        for name, quality in wishes:
            if name == pattern:
                return quality
    return 0.0
