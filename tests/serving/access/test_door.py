"""Limits, hosts, headers, and who sees what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect

from serving.access import Actor, may_see, require
from serving.access.actor import ROLE_SCOPES
from serving.access.headers import HEADERS
from serving.access.limits import Buckets
from tests.serving.access.house import HERE, PAGE


def test_whoever_sits_at_the_machine_may_do_everything(build):
    answer = build().client().get("/who")
    assert answer.json() == {
        "name": "local", "role": "admin", "kind": "local", "scopes": ["admin", "feedback", "read", "score"],
    }  # fmt: skip


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST:1"])
def test_the_names_of_this_machine_are_its_own(build, host):
    assert build().client().get("/who", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000",
                                  "192.168.0.7:8000", "[::2]", "localhost.", "0.0.0.0:8000"])  # fmt: skip
def test_a_foreign_name_that_points_here_is_refused(build, host):
    answer = build().client().get("/who", headers={"host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "host", ["", "a b", "local host", "localhost:x", "localhost/", "user@localhost", "é"]
)
def test_a_host_that_is_none_is_refused(build, host):
    answer = build().client().get("/who", headers={"host": host.encode("latin-1")})
    assert answer.status_code == 400


def test_the_public_name_is_known_behind_a_proxy_on_the_same_machine(build):
    client = build(public_url="https://leads.example.com/").client()
    assert client.get("/who", headers={"host": "leads.example.com"}).status_code == 200
    assert client.get("/who", headers={"host": "leads.example.com:81"}).status_code == 421


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host"])
def test_what_a_proxy_passes_on_is_not_local(build, header):
    answer = build().client().get("/who", headers={header: "203.0.113.9"})
    assert answer.status_code == 403
    assert "proxy" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/healthz", "/who", "/nowhere", "/v1/settings"])
@pytest.mark.parametrize("loopback", [True, False])
def test_every_answer_carries_the_headers(build, path, loopback):
    answer = build(loopback=loopback).client().get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"


def test_the_policy_allows_no_inline_script_and_no_framing():
    policy = dict(part.split(" ", 1) for part in HEADERS["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_https_is_remembered_where_people_come_by_https(build):
    told = build(public_url="https://leads.example.com").client().get("/who").headers
    assert told["strict-transport-security"].startswith("max-age=")


def test_a_caller_who_asks_too_often_waits(build):
    house = build(limits={"requests_a_minute": 3})
    client = house.client()
    answers = [client.get("/who") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert client.get("/who", headers=house.token("read")).status_code == 200
    assert client.get("/healthz").status_code == 200


@given(size=st.integers(1, 50), pauses=st.lists(st.floats(0, 100), max_size=60))
def test_a_bucket_gives_no_more_than_it_holds_and_what_flows_in(size, pauses):
    now = 0.0
    buckets = Buckets(size, clock=lambda: now)
    given_out = 0
    for pause in pauses:
        now += pause
        given_out += buckets.wait("ada") == 0
        assert given_out <= size + now * size / 60 + 1e-6


def test_whoever_waits_as_long_as_told_is_served():
    now = 0.0
    buckets = Buckets(1, clock=lambda: now)
    assert buckets.wait("ada") == 0
    now += buckets.wait("ada")
    assert buckets.wait("ada") == 0


def test_buckets_of_many_callers_do_not_fill_the_memory():
    now = 0.0
    buckets = Buckets(5, clock=lambda: now)
    for caller in range(30_000):
        buckets.wait(str(caller))
    assert len(buckets._levels) <= 10_000


def chunks(size: int, count: int):
    for _ in range(count):
        yield b" " * size


def test_a_body_over_the_limit_is_refused_by_its_length(build):
    client = build(limits={"body_bytes": 2000}).client()
    answer = client.post("/v1/score", content=b" " * 2001, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused_while_it_comes(build):
    client = build(limits={"body_bytes": 2000}).client()
    answer = client.post("/v1/score", content=chunks(500, 5), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert "2000 bytes" in answer.json()["detail"]


def test_a_body_within_the_limit_comes_through_in_pieces(build):
    client = build(limits={"body_bytes": 2000}).client()
    pieces = (piece for piece in (b'{"a": 1, ', b" " * 1900, b'"b": 2}'))
    answer = client.post("/v1/score", content=pieces, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()) == (200, 2)


def test_a_length_that_is_no_number_is_refused(build):
    headers = {"content-type": "application/json", "content-length": "x"}
    assert build().client().post("/v1/score", content=b"{}", headers=headers).status_code == 400


def test_a_page_refused_is_a_page_and_escapes_what_it_shows(build):
    house = build(loopback=False, access={"proxy": {"addresses": ["10.0.0.1"]}})
    client = house.client(address="10.0.0.1")
    answer = client.get("/who", headers={**PAGE, "X-Forwarded-User": "<script>alert(1)</script>"})
    assert answer.status_code == 403
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_web_socket_is_closed(build):
    with pytest.raises(WebSocketDisconnect, match=r"^$") as told, build().client().websocket_connect("/who"):
        raise AssertionError("it was opened")
    assert told.value.code == 1008


def test_sales_see_their_own_leads_and_those_of_nobody():
    ada = Actor("ada@example.com", "sales", ROLE_SCOPES["sales"], "person")
    boss = Actor("boss@example.com", "manager", ROLE_SCOPES["manager"], "person")
    owners = ["ada@example.com", "ADA@example.com", "", None, "bob@example.com"]
    assert [may_see(ada, owner) for owner in owners] == [True, True, True, True, False]
    assert all(may_see(boss, owner) for owner in owners)


def test_a_scope_that_does_not_exist_is_no_dependency():
    with pytest.raises(ValueError, match="got 'write', expected one of"):
        require("write")


def test_views_and_changes_are_noted_and_refusals_are_not(build):
    house = build(loopback=False)
    header = house.token("read")
    with house.client(HERE) as client:
        client.get("/v1/leads/L 7", headers=header)
        client.get("/v1/leads/L-7")
        client.post("/leads/L-7/answer", data={}, headers=header)
        client.get("/who", headers=header)
    noted = [(note.actor, note.action, note.lead_id) for note in house.ledger.audit_log()]
    assert noted == [("crm", "view_lead", "L 7")]
