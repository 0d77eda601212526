"""Saying no: a problem document (RFC 9457) for programs, a short page for people."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.api.problems import Problem, answer_problem

__all__ = ["Refusal", "page", "wants_page"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""


class Refusal(Problem):
    """A request that is not let in.

    Parameters
    ----------
    status
        HTTP status.
    detail
        What is wrong and how to mend it, in one or two sentences.
    headers
        Further headers of the answer.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, None, detail, headers=headers)

    def response(self, scope: Scope) -> Response:
        """Return the answer to a request: a page, or a problem document."""
        scope["qualify.problem"] = self.code
        if not wants_page(scope):
            return answer_problem(self)
        body = f'<p>{escape(self.detail or "")}</p><p><a href="/">To the start</a></p>'
        return page(self.title, body, self.status, self.headers)

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with it."""
        await self.response(scope)(scope, receive, send)


def page(title: str, body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a page without style or script: there is nothing to load before somebody is let in.

    Parameters
    ----------
    title
        Plain text.
    body
        HTML, escaped where it has to be.
    """
    return Response(_PAGE.format(title=escape(title), body=body), status, headers, "text/html")


def wants_page(scope: Scope) -> bool:
    """Tell whether a person's browser asks, and not a program."""
    return "text/html" in Request(scope).headers.get("accept", "") and not scope["path"].startswith("/v1/")
