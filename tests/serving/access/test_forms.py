"""Forms and JSON calls that come with a cookie, or with nothing: only our own pages may send them."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from tests.serving.access.house import HERE

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def client(build):
    return build().client()


def post(client, fields, **headers):
    """Send a form as a browser does."""
    told = {
        "content-type": FORM,
        "origin": HERE,
        **{name.replace("_", "-"): v for name, v in headers.items()},
    }
    return client.post("/leads/L-1/answer", content=urlencode(fields), headers=told)


def test_a_form_of_our_page_comes_through_whole(client):
    token = client.get("/form").json()
    answer = post(client, {"csrf": token, "verdict": "accepted", "comment": "日本 & more"})
    assert answer.status_code == 200
    assert answer.json() == {"csrf": token, "verdict": "accepted", "comment": "日本 & more"}


def test_a_form_without_the_token_is_refused_even_on_the_loopback_address(client):
    client.get("/form")
    answer = post(client, {"verdict": "accepted"})
    assert answer.status_code == 403
    assert "out of date" in answer.json()["detail"]


def test_a_token_without_its_session_is_worth_nothing(client):
    token = client.get("/form").json()
    client.cookies.clear()
    assert post(client, {"csrf": token}).status_code == 403


def test_a_token_of_another_session_is_worth_nothing(build):
    house = build()
    mine, theirs = house.client(), house.client()
    mine.get("/form")
    stolen = theirs.get("/form").json()
    assert post(theirs, {"csrf": stolen}).status_code == 200
    assert post(mine, {"csrf": stolen}).status_code == 403


@pytest.mark.parametrize("fields", [[("csrf", "")], [("csrf", "0" * 64)], [("csrf", "é")], [("Csrf", "T")],
                                    [("csrf", "T"), ("csrf", "T")]])  # fmt: skip
def test_a_token_that_is_not_exactly_the_one_is_refused(client, fields):
    token = client.get("/form").json()
    assert post(client, [(name, value.replace("T", token)) for name, value in fields]).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9", "http://localhost",
                                    "http://127.0.0.1:8000.evil.example", "file://"])  # fmt: skip
def test_another_origin_is_refused_even_with_the_token(client, origin):
    token = client.get("/form").json()
    assert post(client, {"csrf": token}, origin=origin).status_code == 403


@pytest.mark.parametrize(("site", "status"), [("same-origin", 200), ("none", 200), ("same-site", 403),
                                              ("cross-site", 403)])  # fmt: skip
def test_what_the_browser_says_of_the_site_is_believed(client, site, status):
    token = client.get("/form").json()
    assert post(client, {"csrf": token}, sec_fetch_site=site).status_code == status


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "", "application/jsonx",
                                  "text/json", "image/png"])  # fmt: skip
def test_other_bodies_that_a_foreign_page_could_send_are_refused(client, kind):
    token = client.get("/form").json()
    body = json.dumps({"csrf": token}).encode()
    answer = client.post("/v1/score", content=body, headers={"content-type": kind, "origin": HERE})
    assert answer.status_code == 415


def test_json_of_a_program_on_this_machine_needs_no_token(client):
    assert client.post("/v1/score", json={"lead_id": "L"}).status_code == 200


def test_json_from_another_site_is_refused(client):
    answer = client.post("/v1/score", json={}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_no_answer_lets_another_site_read(client):
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for answer in (client.options("/v1/score", headers=headers), client.get("/who", headers=headers)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_program_with_a_token_needs_neither_session_nor_origin(build):
    house = build(loopback=False)
    answer = house.client().post(
        "/leads/L-1/answer", data={"verdict": "won"}, headers=house.token("feedback")
    )
    assert answer.json() == {"verdict": "won"}


def test_a_form_that_is_too_large_is_refused(client):
    token = client.get("/form").json()
    assert post(client, {"csrf": token, "comment": "x" * 70_000}).status_code == 413


def test_a_form_of_too_many_fields_is_refused(client):
    token = client.get("/form").json()
    assert post(client, [("csrf", token), *((f"f{i}", "x") for i in range(200))]).status_code == 403


def test_the_cookie_is_for_this_site_and_not_for_scripts(client):
    (cookie,) = client.get("/form").headers.get_list("set-cookie")
    assert cookie.startswith("qualify_session=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}


def test_no_session_begins_where_no_form_is_shown(client):
    assert "set-cookie" not in client.get("/who").headers


@pytest.mark.parametrize(
    "cookie", ["qualify_session=x", "qualify_session=eyJzaWQiOiAieCJ9.a.b", "qualify_session="]
)
def test_a_session_of_somebody_elses_making_is_not_taken_over(client, cookie):
    first = client.get("/form", headers={"cookie": cookie}).json()
    answer = post(client, {"csrf": first}, cookie=cookie)
    assert answer.status_code == 403
