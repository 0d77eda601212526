"""Errors as RFC 9457 problem documents: what went wrong, never a stack, never a person's data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from qualify.errors import KeyReused, LedgerUnavailable, QualifyError, UnknownLead, UserError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

__all__ = ["MEDIA_TYPE", "Problem", "answer_problem", "install_problems", "problem_of"]

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
_MOST_ERRORS = 20


class Problem(Exception):
    """An answer that is an error.

    Parameters
    ----------
    status
        HTTP status.
    title
        The kind of error in a few words; the same for all of its kind.
    detail
        What is wrong here and how to mend it.
    type
        A stable URI of the kind; by default the status says it all.
    headers
        Further headers of the answer.
    extra
        Further members of the document.
    """

    def __init__(
        self,
        status: int,
        title: str | None = None,
        detail: str | None = None,
        type: str = "about:blank",  # noqa: A002 - the name that RFC 9457 gives it
        *,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(status, title, detail)
        self.status = status
        self.title = title or HTTPStatus(status).phrase
        self.detail = detail
        self.type = type
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def code(self) -> str:
        """The last part of the type, or the status: short, for counting."""
        return str(self.status) if self.type == "about:blank" else self.type.rpartition(":")[2]

    def document(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        told = {"type": self.type, "title": self.title, "status": self.status, "detail": self.detail}
        return {name: value for name, value in (told | self.extra).items() if value is not None}


def kind(name: str) -> str:
    """Return the URI of a kind of problem."""
    return f"urn:qualify:problem:{name}"


def problem_of(error: Exception) -> Problem:
    """Return what a caller is told about an exception."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _bad_request(error.errors())
    if isinstance(error, HTTPException):
        return Problem(error.status_code, None, _detail_of(error), headers=error.headers)
    if isinstance(error, LedgerUnavailable):
        return ledger_away()
    if isinstance(error, UnknownLead):
        return unknown_lead()
    if isinstance(error, KeyReused):
        return Problem(422, "The key was used for another content", error.what, kind("key-reused"))
    if isinstance(error, UserError):
        return Problem(422, "The content is not understood", _told(error), kind("invalid"))
    return Problem(500, "A fault of the service", "The log names it by the request id.", kind("fault"))


def _bad_request(errors: Sequence[Any]) -> Problem:
    """Return the problem of a request; a needed header that is not there is told as such."""
    for error in errors:
        if error["type"] == "missing" and error["loc"][0] == "header":
            name = str(error["loc"][-1])
            return Problem(
                400, "A header is missing", name, kind(f"{name.rpartition('-')[2].lower()}-missing")
            )
    return invalid(errors)


def invalid(errors: Sequence[Any]) -> Problem:
    """Return the problem of a body or a parameter that is not of the documented form."""
    told = [
        {"where": "/".join(str(part) for part in error["loc"]), "message": error["msg"]}
        for error in errors[:_MOST_ERRORS]
    ]
    first = f"{told[0]['where']}: {told[0]['message']}" if told else None
    return Problem(422, "The content is not of the documented form", first, kind("invalid"), errors=told)


def unknown_lead() -> Problem:
    """Return the problem of an id that the ledger does not hold."""
    return Problem(404, "Unknown lead", "No lead of this id is stored.", kind("unknown-lead"))


def ledger_away() -> Problem:
    """Return the problem of a database that does not answer."""
    return Problem(
        503, "The ledger does not answer", "Nothing was changed: send the same request again.",
        kind("ledger-away"), headers={"Retry-After": str(RETRY_SECONDS)},
    )  # fmt: skip


def _detail_of(error: HTTPException) -> str | None:
    phrase = HTTPStatus(error.status_code).phrase
    return None if error.detail == phrase else str(error.detail)


def _told(error: UserError) -> str:
    parts = [error.what, str(error.where or ""), f"expected {error.expected}" if error.expected else "",
             error.mend or ""]  # fmt: skip
    return "; ".join(part.rstrip(".") for part in parts if part)


def answer_problem(problem: Problem) -> Response:
    """Return the HTTP answer of a problem."""
    headers = {**problem.headers, "Cache-Control": "no-store"}
    return Response(orjson.dumps(problem.document()), problem.status, headers, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Answer every exception of the application with a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        request.scope["qualify.problem"] = problem.code
        return answer_problem(problem)

    for error in (Problem, HTTPException, RequestValidationError, QualifyError, Exception):
        app.add_exception_handler(error, answer)
