"""Lead documents as HTTP brings them: their form is checked here, their meaning where every table is read."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import orjson
from pydantic import (
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)
from typing_extensions import TypedDict

from qualify.config import Limits
from serving.api.problems import Problem, invalid, kind

__all__ = ["DOCUMENT", "EXAMPLE", "LeadDocument", "check_document", "read_json"]

_KEYS = frozenset({"lead_id", "as_of", "created_at", "attributes", "activities", "stages"})

EXAMPLE: dict[str, Any] = {
    "lead_id": "00Q5g00000AbCdE",
    "created_at": "2026-03-02T09:30:00Z",
    "as_of": "2026-04-01T00:00:00Z",
    "attributes": {"country": "JP", "industry": "manufacturing", "job_title": "IT部 部長", "employees": 320},
    "activities": [
        {"type": "demo_request", "occurred_at": "2026-03-30T02:15:00Z"},
        {
            "type": "webinar_attended",
            "occurred_at": "2026-03-20T05:00:00Z",
            "topic": "webinar: analytics 101",
        },
    ],
    "stages": [{"stage": "MQL", "entered_at": "2026-03-10T00:00:00Z"}],
}

# Control characters have no place in an id, and PostgreSQL takes no U+0000 in a text.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
_Id = Annotated[StrictStr, Field(min_length=1, max_length=200, pattern=_ONE_LINE)]
_Text = Annotated[StrictStr, Field(max_length=2_000)]
_Number: TypeAlias = StrictInt | StrictFloat
_Time = Annotated[
    Annotated[StrictStr, Field(max_length=64)] | _Number,
    Field(description="ISO 8601; without an offset, in the configured time zone. Numbers: Unix time."),
]
_Scalar: TypeAlias = Annotated[StrictStr, Field(max_length=20_000)] | StrictBool | _Number | None
_Name = Annotated[str, Field(max_length=500)]
_Word = _Text | _Number | StrictBool | None


class Activity(TypedDict, total=False):
    """Something the lead did; one without a type or a time is not counted."""

    __pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[misc]
    type: _Text | None
    occurred_at: _Time | None
    recorded_at: _Time | None
    topic: _Word
    value: _Word


class StageEntry(TypedDict, total=False):
    """A stage that the lead entered."""

    __pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[misc]
    stage: _Text | None
    entered_at: _Time | None
    recorded_at: _Time | None
    reason: _Word


class _Needed(TypedDict):
    lead_id: _Id | StrictInt


class LeadDocument(_Needed, total=False):
    """One lead. Attributes are the columns of the leads table; others are not looked at."""

    __pydantic_config__ = ConfigDict(  # type: ignore[misc]
        extra="allow", json_schema_extra={"examples": [EXAMPLE]}
    )
    as_of: _Time | None
    created_at: _Time | None
    attributes: dict[_Name, _Scalar] | None
    activities: list[Activity] | None
    stages: list[StageEntry] | None


DOCUMENT: TypeAdapter[LeadDocument] = TypeAdapter(LeadDocument)


def read_json(body: bytes) -> Any:
    """Read a body.

    Raises
    ------
    Problem
        400: it is not JSON (RFC 8259: UTF-8, no NaN, no endless nesting).
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "The body is not JSON", str(error)[:200], kind("not-json")) from error


def check_document(raw: Any, limits: Limits) -> dict[str, Any]:
    """Return a lead document whose form is right.

    Raises
    ------
    Problem
        422: names what is not of the form, and where; 413: more activities than one lead may bring.
    """
    try:
        document: dict[str, Any] = DOCUMENT.validate_python(raw)  # type: ignore[assignment]
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False, include_input=False)) from None
    if len(document) > len(_KEYS) or not document.keys() <= _KEYS:
        _check_further(document)
    most = limits.activities_a_lead
    for name in ("activities", "stages"):
        if len(document.get(name) or ()) > most:
            raise Problem(413, "Too many activities", f"`{name}`: at most {most} a lead", kind("too-large"))
    return document


def _check_further(document: dict[str, Any]) -> None:
    """Attributes may stand beside the others; they are plain values like these."""
    for name, value in document.items():
        if name not in _KEYS and not (value is None or isinstance(value, str | int | float)):
            told = {"loc": (name[:100],), "msg": "an attribute is a text, a number, true, false or null"}
            raise invalid([told])
