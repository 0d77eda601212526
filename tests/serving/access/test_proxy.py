"""Sign-in by a proxy in front: its header is believed from its own address only."""

from __future__ import annotations

import pytest

from qualify.errors import ConfigError
from tests.serving.access.house import HERE, PAGE

ROLES = {"ada@example.com": "sales", "boss@example.com": "manager", "root@example.com": "admin"}


@pytest.fixture
def house(build):
    proxy = {"addresses": ["10.0.0.1", "10.1.0.0/16", "fd00::/8"]}
    return build(loopback=False, access={"proxy": proxy, "roles": ROLES})


def named(*users):
    return [("X-Forwarded-User", user) for user in users]


@pytest.mark.parametrize(("user", "role", "scopes"), [
    ("ada@example.com", "sales", ["feedback", "read"]), ("BOSS@example.com", "manager", ["feedback", "read"]),
    ("root@example.com", "admin", ["admin", "feedback", "read", "score"]),
])  # fmt: skip
def test_the_proxy_names_the_person_and_the_configuration_the_role(house, user, role, scopes):
    told = house.client(address="10.0.0.1").get("/who", headers=named(user)).json()
    assert told == {"name": user, "role": role, "kind": "person", "scopes": scopes}


@pytest.mark.parametrize("address", ["10.1.200.3", "fd00::7", "::ffff:10.0.0.1"])
def test_networks_of_proxies_are_understood(house, address):
    assert house.client(address=address).get("/who", headers=named("ada@example.com")).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.2", "127.0.0.1", "203.0.113.9", "testclient", "::1"])
def test_from_a_foreign_address_the_header_is_as_if_it_were_not_there(house, address):
    answer = house.client(address=address).get("/who", headers=named("root@example.com"))
    assert answer.status_code == 401


def test_who_forges_the_way_of_a_request_is_still_foreign(house):
    forged = [("X-Forwarded-For", "10.0.0.1"), ("Forwarded", "for=10.0.0.1"), ("X-Real-IP", "10.0.0.1")]
    answer = house.client(address="203.0.113.9").get("/who", headers=[*named("root@example.com"), *forged])
    assert answer.status_code == 401


@pytest.mark.parametrize("users", [[], [""], ["  "]])
def test_a_proxy_that_names_nobody_lets_nobody_in(house, users):
    assert house.client(address="10.0.0.1").get("/who", headers=named(*users)).status_code == 401


def test_two_names_are_one_too_many(house):
    answer = house.client(address="10.0.0.1").get(
        "/who", headers=named("ada@example.com", "root@example.com")
    )
    assert answer.status_code == 400


def test_a_person_without_a_role_is_told_so_on_a_page(house):
    answer = house.client(address="10.0.0.1").get("/who", headers=[*named("eve@example.com"), *PAGE.items()])
    assert answer.status_code == 403
    assert "eve@example.com has no access here" in answer.text


def test_a_role_is_no_wider_than_it_says(house):
    client = house.client(address="10.0.0.1")
    assert client.get("/v1/settings", headers=named("boss@example.com")).status_code == 403
    assert client.post("/v1/score", json={}, headers=named("ada@example.com")).status_code == 403


def test_a_form_token_is_bound_to_the_person(house):
    client = house.client("https://leads.example.com", "10.0.0.1")
    token = client.get("/form", headers=named("ada@example.com")).json()
    answers = [
        client.post("/leads/L-1/answer", data={"csrf": token}, headers=named(user)).status_code
        for user in ("ada@example.com", "boss@example.com")
    ]
    assert answers == [200, 403]


def test_a_token_works_beside_it(house):
    assert house.client(address="203.0.113.9").get("/who", headers=house.token("read")).status_code == 200


def test_on_the_loopback_address_a_sign_in_that_is_configured_is_needed(build):
    house = build(access={"proxy": {"addresses": ["127.0.0.1"]}, "roles": ROLES})
    assert house.client(HERE).get("/who").status_code == 401
    assert house.client(HERE).get("/who", headers=named("ada@example.com")).json()["role"] == "sales"


def test_an_address_that_is_none_stops_the_start(build):
    with pytest.raises(ConfigError, match=r"proxy\.addresses"):
        build(access={"proxy": {"addresses": ["proxy.local"]}})


@pytest.mark.parametrize("key", ["", "short"])
def test_without_a_key_for_sessions_nothing_starts(build, monkeypatch, key):
    monkeypatch.setenv("QUALIFY_SESSION_SECRET", key)
    with pytest.raises(ConfigError, match="the key that signs sessions is missing or short"):
        build(access={"proxy": {"addresses": ["10.0.0.1"]}})
