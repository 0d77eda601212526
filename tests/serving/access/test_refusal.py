"""A refusal speaks the language of the browser."""

from __future__ import annotations

import pytest

from serving.access.refusal import Refusal


def told(language: str, status: int = 401) -> str:
    scope = {
        "type": "http", "path": "/", "method": "GET", "query_string": b"",
        "headers": [(b"accept", b"text/html"), (b"accept-language", language.encode())],
    }  # fmt: skip
    answer = Refusal(status, "Nobody is <signed> in.").response(scope)
    assert answer.status_code == status
    return bytes(answer.body).decode()


def test_a_japanese_reader_is_refused_in_japanese() -> None:
    page = told("ja,en;q=0.5")
    assert '<html lang="ja">' in page
    assert "サインインが必要です" in page
    assert "Nobody is &lt;signed&gt; in." in page


@pytest.mark.parametrize("language", ["en", "fr", ""])
def test_everybody_else_is_refused_in_english(language: str) -> None:
    page = told(language)
    assert '<html lang="en">' in page
    assert "To the start" in page


def test_a_status_without_its_own_words_is_told_all_the_same() -> None:
    assert "リクエストを処理できませんでした" in told("ja", 418)
