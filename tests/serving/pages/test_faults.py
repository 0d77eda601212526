"""What a browser is shown where a program gets a problem document."""

from __future__ import annotations

from importlib import import_module

import pytest

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(("language", "said"), [
    ("en", "could not be understood"), ("ja", "ページを再読み込みしてください。"),
])  # fmt: skip
def test_a_browser_is_told_on_a_page_that_an_address_is_not_valid(live, language, said):
    with live.client(language) as client:
        page = client.get("/kpi?by=moon", headers=BROWSER)
        told = client.get("/kpi?by=moon", headers={"accept": "application/json"})
    assert (page.status_code, told.status_code) == (422, 422)
    assert said in page.text
    assert 'href="/"' in page.text
    assert told.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Something went wrong"), ("ja", "エラーが発生しました")]
)
def test_a_browser_that_meets_a_fault_gets_a_page_without_internals(
    live, monkeypatch, caplog, language, said
):
    def fail(visit):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(import_module("serving.pages.queue_routes"), "show_grid", fail)
    with live.client(language) as client:
        page = client.get("/grid?x=1", headers=BROWSER)
        told = client.get("/grid", headers={"accept": "application/json"})
    assert (page.status_code, told.status_code) == (500, 500)
    assert said in page.text
    assert 'href="/grid?x=1"' in page.text
    assert "secret" not in page.text + told.text
    assert page.headers["x-request-id"]
    assert "content-security-policy" in page.headers
    assert told.headers["content-type"] == "application/problem+json"
    assert any(entry.exc_info and entry.message == "a page failed" for entry in caplog.records)


def test_the_address_of_a_form_is_no_page(live):
    with live.client() as client:
        answer = client.get("/logout", headers=BROWSER)
    assert answer.status_code in (404, 405)
    assert "There is no such page" in answer.text
