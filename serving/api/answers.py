"""What calls take and answer, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from serving.api.documents import DOCUMENT, EXAMPLE
from serving.api.problems import MEDIA_TYPE

__all__ = ["BATCH_BODY", "BATCH_RESPONSES", "PROBLEMS", "SCORE_BODY", "SCORE_RESPONSES", "problems"]

Band = Literal["A", "B", "C", "D"]


class ReasonAnswer(BaseModel):
    """One reason; `contribution` is in log-odds."""

    feature: str
    label: str
    value: str
    contribution: float
    text: str


class ScoreAnswer(BaseModel):
    """A row of the score list; with further targets there is a `p_<target>` for each."""

    model_config = ConfigDict(extra="allow", title="Score")
    lead_id: str
    as_of: datetime
    rank: int = Field(ge=1)
    probability: float = Field(ge=0, le=1)
    probability_low: float
    probability_high: float
    score: int = Field(ge=1, le=100)
    band: Band
    fit: float
    engagement: float
    rule_points: float
    rule_band: Band
    recommended_stage: str | None
    disagreement: Literal["none", "model_higher", "rules_higher"]
    reasons: list[ReasonAnswer]
    base_value: float
    other_contribution: float
    model_version: str
    scorecard_version: str


class ProblemAnswer(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="allow", title="Problem")
    type: str
    title: str
    status: int
    detail: str | None = None


def _schema(kind: Any, mode: Literal["validation", "serialization"] = "serialization") -> dict[str, Any]:
    """Return a schema with everything it refers to written in its place."""
    schema = (
        TypeAdapter(kind).json_schema(mode=mode) if not isinstance(kind, TypeAdapter) else kind.json_schema()
    )
    definitions = schema.pop("$defs", {})

    def put_in(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return put_in(definitions[part["$ref"].rpartition("/")[2]])
            return {name: put_in(value) for name, value in part.items()}
        return [put_in(each) for each in part] if isinstance(part, list) else part

    found: dict[str, Any] = put_in(schema)
    return found


_DOCUMENT, _SCORE, _PROBLEM = _schema(DOCUMENT), _schema(ScoreAnswer), _schema(ProblemAnswer)

_TITLES = {
    400: "The body is not JSON, or a header is missing", 401: "Nobody is signed in", 403: "Not allowed",
    404: "No such lead", 405: "No such method", 406: "No such form",
    409: "The same request is being answered just now", 413: "Too large", 415: "Another type of content",
    422: "Not of the documented form", 429: "Too many requests", 500: "A fault of the service",
    503: "The ledger does not answer",
}  # fmt: skip


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Return the descriptions of the problem answers with these statuses."""
    content = {MEDIA_TYPE: {"schema": _PROBLEM}}
    return {code: {"description": _TITLES[code], "content": content} for code in codes}


PROBLEMS = problems(400, 401, 403, 422, 429, 500)


def _body(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "examples": {"a lead": {"value": example}}}}
    return {"requestBody": {"required": True, "content": content}}


def _good(text: str, schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": text, "content": {"application/json": {"schema": schema}}}}


SCORE_BODY = _body(_DOCUMENT, EXAMPLE)
SCORE_RESPONSES = {**PROBLEMS, **problems(413, 415), **_good("The score.", _SCORE)}
BATCH_BODY = _body({"type": "array", "items": _DOCUMENT, "maxItems": 1000}, [EXAMPLE])
_EITHER = {"type": "array", "items": {"anyOf": [_SCORE, _PROBLEM]}}
BATCH_RESPONSES = {**PROBLEMS, **problems(413, 415), **_good("A score or a problem for each.", _EITHER)}
