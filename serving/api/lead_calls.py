"""`/v1/leads`: the stored queue, one lead, answers of sales, the hand-off package."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Body, Depends, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from qualify.ledger import LeadRecord, QueueQuery, Verdict
from serving.access import Actor, may_see, require
from serving.api.answers import PROBLEMS, problems
from serving.api.problems import Problem, kind, unknown_lead
from serving.runtime import Runtime

__all__ = ["lead_routes", "seen", "to_json"]

FLUSH_SECONDS, OTHERS_SECONDS = 2.0, 1.0
"""How long a reader waits for a lead that is on its way from this service, and from another one."""

Band = Literal["A", "B", "C", "D"]
Reader = Annotated[Actor, Depends(require("read"))]
Answerer = Annotated[Actor, Depends(require("feedback"))]
_Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", description="Any text of the caller's, new for each answer.",
        min_length=1, max_length=200, pattern=r"\S",
    ),
]  # fmt: skip


class Feedback(BaseModel):
    """What became of a lead."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"verdict": "rejected", "reason": "no_budget", "comment": "asked again for next year"}
    ]})  # fmt: skip
    verdict: Verdict
    reason: str | None = Field(default=None, max_length=100)
    comment: str | None = Field(default=None, max_length=4_000, pattern=r"^[^\x00]*$")


def lead_routes(runtime: Runtime) -> APIRouter:
    """Return the calls about stored leads."""
    router = APIRouter(tags=["leads"], responses={**PROBLEMS, **problems(503)})
    _add_reading(router, runtime)
    _add_answering(router, runtime)
    return router


def _add_reading(router: APIRouter, runtime: Runtime) -> None:
    @router.get("/v1/leads")
    def queue(
        actor: Reader,
        band: Annotated[list[Band], Query()] = [],  # noqa: B006 - FastAPI copies it
        stage: Annotated[list[str], Query()] = [],  # noqa: B006
        owner: str | None = None,
        source: str | None = None,
        q: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        cursor: Annotated[str | None, Query(max_length=2000)] = None,
    ) -> Response:
        """Return the open leads: highest probability first, those picked by lot at the foot of band A."""
        page = runtime.ledger.queue(
            QueueQuery(
                bands=tuple(band), stages=tuple(stage), owner=owner, source=source, q=q, limit=limit,
                cursor=cursor, answered=None, visible_to=actor.name if actor.role == "sales" else None,
                limit_hours=runtime.desk.approach_within_hours,
            )
        )  # fmt: skip
        return _json({"leads": page.rows, "next_cursor": page.next_cursor, "total": page.total})

    @router.get("/v1/leads/{lead_id}", responses=problems(404))
    def lead(lead_id: str, actor: Reader) -> Response:
        """Return one lead as it stands."""
        return _json(seen(runtime, actor, lead_id))


def _add_answering(router: APIRouter, runtime: Runtime) -> None:
    in_flight = InFlight()

    @router.post("/v1/leads/{lead_id}/feedback", responses=problems(404, 409))
    def feedback(lead_id: str, actor: Answerer, answer: Annotated[Feedback, Body()], key: _Key) -> Response:
        """Keep an answer of sales. Sent again with the same key it is kept once and answered alike."""
        seen(runtime, actor, lead_id)
        with in_flight.only(key):
            kept = runtime.ledger.answer(
                lead_id,
                answer.verdict,
                actor=actor.name,
                reason=answer.reason,
                comment=answer.comment,
                key=key,
            )
        return _json(kept, {"Idempotency-Replayed": "true"} if kept.repeated else None)


class InFlight:
    """Keys whose first request is not answered yet."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def only(self, key: str) -> Iterator[None]:
        """Refuse a second request with the same key while the first is being worked on."""
        with self._lock:
            if key in self._keys:
                raise Problem(409, "The same request is being answered just now",
                              "Wait for the first answer, or send it again.", kind("key-in-use"))  # fmt: skip
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def seen(runtime: Runtime, actor: Actor, lead_id: str) -> LeadRecord:
    """Return a lead that the actor may see; another one's is as unknown as one that is not there."""
    # Who is at work is asked before each look: what was stored in between is seen by the next look only.
    lagging = runtime.writer.lag_rows > 0
    found = runtime.ledger.lead(lead_id)
    if found is None and lagging and runtime.writer.flush(FLUSH_SECONDS):
        # Scored a moment ago, and on its way.
        found = runtime.ledger.lead(lead_id)
    ends, others = time.monotonic() + OTHERS_SECONDS, True
    while found is None and others and time.monotonic() < ends:
        others = runtime.writer.spool.others_wait()
        if others:
            time.sleep(0.05)  # scored by another service of the same desk, whose writer has it now
        found = runtime.ledger.lead(lead_id)
    if found is None or not may_see(actor, found.facts.owner):
        raise unknown_lead()
    return found


def to_json(content: Any) -> bytes:
    """Return records of the ledger as JSON; times in UTC."""
    # Names of columns come from the database as a kind of text of their own.
    return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    """Return what JSON has for a read-only mapping; anything else is a fault of ours."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not to be told as JSON: {type(value).__name__}")


def _json(content: Any, headers: dict[str, str] | None = None) -> Response:
    told = {"Cache-Control": "no-store", **(headers or {})}
    return Response(to_json(content), headers=told, media_type="application/json")
