"""`POST /v1/score` and `POST /v1/score/batch`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from serving.access import require
from serving.api.answers import BATCH_BODY, BATCH_RESPONSES, SCORE_BODY, SCORE_RESPONSES
from serving.api.direct import DirectRoute, whole_body
from serving.api.documents import check_document, read_json
from serving.api.problems import Problem, kind
from serving.api.records import pack
from serving.api.scoring import Answered, score_leads
from serving.api.together import Together
from serving.runtime import Runtime

__all__ = ["add_score_calls"]

Reasons = Annotated[int, Query(ge=0, le=50, description="Reasons a lead.")]
Language = Annotated[Literal["en", "ja"] | None, Query(description="Language of the reasons.")]


def add_score_calls(router: APIRouter, runtime: Runtime) -> None:
    """Add the calls that score, to the application's own router: one that is included matches twice."""
    calls: list[tuple[str, Callable[..., Any], Any, Any]] = [
        ("/v1/score", _score_call(runtime), SCORE_BODY, SCORE_RESPONSES),
        ("/v1/score/batch", _batch_call(runtime), BATCH_BODY, BATCH_RESPONSES),
    ]
    for path, endpoint, body, responses in calls:
        router.add_api_route(
            path, endpoint, methods=["POST"], tags=["score"], dependencies=[Depends(require("score"))],
            openapi_extra=body, responses=responses, response_class=Response,
            route_class_override=DirectRoute,
        )  # fmt: skip


def _score_call(runtime: Runtime) -> Callable[..., Any]:
    together = Together(runtime.desk)

    async def score(request: Request, reasons: Reasons = 3, language: Language = None) -> Response:
        """Score one lead document; the answer has the fields of a row of `qualify score`."""
        try:
            document = check_document(read_json(await whole_body(request)), runtime.limits)
            scorer, chosen = runtime.models.scorer, language or runtime.language
            answer = await together.score(scorer, document, reasons, chosen)
            if isinstance(answer, Problem):
                raise answer
        except Problem as problem:
            _count(runtime, problem)
            raise
        told = _dumps(answer.score)
        _keep(runtime, answer, told, document)
        return Response(told, media_type="application/json")

    return score


def _batch_call(runtime: Runtime) -> Callable[..., Any]:
    async def score_batch(request: Request, reasons: Reasons = 3, language: Language = None) -> Response:
        """Score a list of lead documents; one answer each, in their order. A bad one gets its own problem."""
        raw = _checked_list(read_json(await whole_body(request)), runtime.limits.leads_a_batch)
        chosen = language or runtime.language
        documents, answers = await run_in_threadpool(_score_all, runtime, raw, reasons, chosen)
        told = []
        for document, answer in zip(documents, answers, strict=True):
            if isinstance(answer, Problem):
                _count(runtime, answer)
                told.append(_dumps(answer.document()))
            else:
                told.append(_dumps(answer.score))
                _keep(runtime, answer, told[-1], document)
        return Response(b"[" + b",".join(told) + b"]", media_type="application/json")

    return score_batch


def _keep(runtime: Runtime, answer: Answered, told: bytes, document: dict[str, Any]) -> None:
    runtime.metrics.scored(answer.score["band"])
    runtime.writer.put(pack(told, document, answer.facts))


def _count(runtime: Runtime, problem: Problem) -> None:
    runtime.metrics.rejects.labels(problem.code).inc()


def _checked_list(raw: Any, most: int) -> list[Any]:
    if not isinstance(raw, list):
        raise Problem(422, "The content is not of the documented form",
                      "expected a list of lead documents", kind("invalid"))  # fmt: skip
    if len(raw) > most:
        raise Problem(413, "Too many leads", f"got {len(raw)}, at most {most} a call", kind("too-large"))
    return raw


def _score_all(
    runtime: Runtime, raw: list[Any], reasons: int, language: str
) -> tuple[list[dict[str, Any]], list[Answered | Problem]]:
    """Check and score a list; what is not of the form is answered in its place."""
    checked = [_checked(each, runtime) for each in raw]
    good = [each for each in checked if not isinstance(each, Problem)]
    scored = iter(score_leads(runtime.models.scorer, good, reasons, language, runtime.desk))
    answers = [each if isinstance(each, Problem) else next(scored) for each in checked]
    for position, answer in enumerate(answers):
        if isinstance(answer, Problem):
            answer.extra = {**answer.extra, "position": position}
    return [{} if isinstance(each, Problem) else each for each in checked], answers


def _checked(raw: Any, runtime: Runtime) -> dict[str, Any] | Problem:
    try:
        return check_document(raw, runtime.limits)
    except Problem as problem:
        return problem


def _dumps(answer: dict[str, Any]) -> bytes:
    return orjson.dumps(answer, option=orjson.OPT_UTC_Z)
