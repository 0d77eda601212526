"""Saying no: a problem document (RFC 9457) for programs, a short page for people."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.api.problems import Problem, answer_problem

__all__ = ["Refusal", "page", "wants_page"]

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""


_JAPANESE = {
    400: ("リクエストの形式が正しくありません", "ページを開き直して、もう一度お試しください。"),
    401: (
        "サインインが必要です",
        "有効期限が切れた可能性があります。サインインし直してください。",
    ),
    403: (
        "アクセスが許可されていません",
        "権限がないか、ページの有効期限が切れています。"
        "ページを開き直しても解決しない場合は、管理者にご連絡ください。",
    ),
    413: ("送信内容が大きすぎます", "内容を減らして、もう一度お試しください。"),
    429: ("アクセスが集中しています", "少し待ってから、もう一度お試しください。"),
    503: ("現在ご利用いただけません", "少し待ってから、もう一度お試しください。"),
}
"""By status, for people: programs get the English problem document."""
_JAPANESE_OTHER = ("リクエストを処理できませんでした", "時間をおいて、もう一度お試しください。")


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
        language = page_language(scope)
        english = f'<p lang="en">{escape(self.detail or "")}</p>'
        if language == "ja":
            title, detail = _JAPANESE.get(self.status, _JAPANESE_OTHER)
            body = f'<p>{detail}</p>{english}<p><a href="/">最初のページへ</a></p>'
            return page(title, body, self.status, self.headers, language)
        return page(self.title, f'{english}<p><a href="/">To the start</a></p>', self.status, self.headers)

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with it."""
        await self.response(scope)(scope, receive, send)


def page(
    title: str, body: str, status: int = 200, headers: dict[str, str] | None = None, language: str = "en"
) -> Response:
    """Return a page without style or script: there is nothing to load before somebody is let in.

    Parameters
    ----------
    title
        Plain text.
    body
        HTML, escaped where it has to be.
    language
        Of the texts.
    """
    text = _PAGE.format(title=escape(title), body=body, language=language)
    return Response(text, status, headers, "text/html")


def page_language(scope: Scope) -> str:
    """Return the language of a page before anybody is known: as chosen, else as the browser says."""
    # Imported late: the pages themselves import this package.
    from serving.pages.language import choose_language

    return choose_language(Request(scope), "en")


def wants_page(scope: Scope) -> bool:
    """Tell whether a person's browser asks, and not a program."""
    return "text/html" in Request(scope).headers.get("accept", "") and not scope["path"].startswith("/v1/")
