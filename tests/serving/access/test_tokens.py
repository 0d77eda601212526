"""Programs: a token opens what its scopes say, and nothing else does."""

from __future__ import annotations

import asyncio
import re

import pytest

from qualify.errors import LedgerUnavailable
from qualify.ledger import TokenRecord
from serving.access.refusal import Refusal
from serving.access.tokens import FRESH_SECONDS, GRACE_SECONDS, TokenDesk, digest_of, new_token
from tests.serving.access.house import PAGE, bearer

OUTSIDE = "http://leads.example.com"


@pytest.fixture
def house(build):
    return build(loopback=False)


def test_a_token_is_256_random_bits_behind_a_prefix_that_scanners_find():
    made = {new_token() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"qlf_[A-Za-z0-9_-]{43}", token) for token in made)


def test_the_digest_is_sha_256():
    # printf abc | sha256sum
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("path", ["/who", "/form", "/v1/leads/L-1", "/v1/settings", "/nowhere", "/docs",
                                  "/static/app.css", "/login", "/callback", "/logout", "/metrics", "/readyz",
                                  "/healthz/", "//healthz", "/healthz/../who", "/healthz%2f..%2fwho",
                                  "/HEALTHZ", "/healthz;x", "/healthz%00"])  # fmt: skip
def test_without_a_token_nothing_answers_but_healthz(house, path):
    answer = house.client(OUTSIDE).get(path, headers=PAGE)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_healthz_answers_everybody(house):
    assert house.client(OUTSIDE).get("/healthz").json() == "ok"


def test_a_program_is_refused_by_a_problem_document(house):
    answer = house.client(OUTSIDE).get("/who")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


def test_a_token_names_its_program(house):
    answer = house.client(OUTSIDE).get("/who", headers=house.token("read", "score"))
    assert answer.json() == {"name": "crm", "role": "manager", "kind": "token", "scopes": ["read", "score"]}


@pytest.mark.parametrize(("scope", "opened"), [
    ("read", [200, 403, 403]), ("score", [403, 200, 403]), ("feedback", [403] * 3),
    ("admin", [403, 403, 200]),
])  # fmt: skip
def test_a_scope_opens_its_own_calls_only(house, scope, opened):
    client, header = house.client(OUTSIDE), house.token(scope)
    answers = [
        client.get("/v1/leads/L-1", headers=header), client.post("/v1/score", json={}, headers=header),
        client.get("/v1/settings", headers=header),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == opened
    assert all("scope" in answer.json()["detail"] for answer in answers if answer.status_code == 403)


@pytest.mark.parametrize("header", [
    "Bearer", "Bearer ", "Bearer qlf_", "Bearer x" * 500, "Basic YTpi", "qlf_x", "Bearer qlf_" + "A" * 43,
    "Bearer qlf_" + "A" * 43 + "'", "bearer null", "Bearer " + "é" * 47,
])  # fmt: skip
def test_what_is_no_token_opens_nothing(house, header):
    house.token("read")
    answer = house.client(OUTSIDE).get("/who", headers={"authorization": header.encode("latin-1")})
    assert answer.status_code == 401


def test_a_token_is_taken_from_the_header_only(house):
    secret = house.token("read")["authorization"].split()[1]
    client = house.client(OUTSIDE)
    assert client.get(f"/who?token={secret}&access_token={secret}").status_code == 401
    assert client.get("/who", headers={"cookie": f"authorization=Bearer {secret}"}).status_code == 401


def test_a_digest_that_was_stolen_opens_nothing(house):
    secret = house.token("read")["authorization"].split()[1]
    assert house.client(OUTSIDE).get("/who", headers=bearer(digest_of(secret))).status_code == 401


def test_the_ledger_holds_no_token(house):
    secret = house.token("read")["authorization"].split()[1]
    house.ledger.close()
    assert secret.encode() not in (house.folder / "ledger.db").read_bytes()


def test_a_wrong_token_counts_on_the_loopback_address_too(build):
    client = build().client()
    assert client.get("/who").json()["name"] == "local"
    assert client.get("/who", headers=bearer(new_token())).status_code == 401


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Book:
    """A ledger's look-up that can be away."""

    def __init__(self, record: TokenRecord) -> None:
        self.record: TokenRecord | None = record
        self.away = False
        self.asked = 0

    def __call__(self, digest: str) -> TokenRecord | None:
        self.asked += 1
        if self.away:
            raise LedgerUnavailable("the ledger is away")
        return self.record if self.record is not None and self.record.digest == digest else None


@pytest.fixture
def desk(house):
    secret = house.token("score")["authorization"].split()[1]
    book, clock = Book(house.ledger.tokens()[0]), Clock()
    return TokenDesk(book, clock), book, clock, secret


def test_a_revoked_token_is_refused_within_five_seconds(desk):
    tokens, book, clock, secret = desk

    async def run():
        first = await tokens.actor(secret)
        book.record = None
        clock.now += FRESH_SECONDS - 0.1
        second = await tokens.actor(secret)
        clock.now += 0.2
        return first, second, await tokens.actor(secret)

    first, second, third = asyncio.run(run())
    assert (first.name, second.name, third) == ("crm", "crm", None)
    assert FRESH_SECONDS < 5


def test_revoking_reaches_a_running_service(house, monkeypatch):
    monkeypatch.setattr("serving.access.tokens.FRESH_SECONDS", 0.05)
    client, header = house.client(OUTSIDE), house.token("read")
    assert client.get("/who", headers=header).status_code == 200
    house.ledger.revoke_token("crm")
    asyncio.run(asyncio.sleep(0.1))
    assert client.get("/who", headers=header).status_code == 401


def test_many_requests_at_once_ask_the_ledger_once(desk):
    tokens, book, _, secret = desk

    async def run():
        return await asyncio.gather(*(tokens.actor(secret) for _ in range(100)))

    assert {actor.name for actor in asyncio.run(run())} == {"crm"}
    assert book.asked == 1


def test_a_known_token_stays_good_for_a_while_when_the_ledger_is_away(desk):
    tokens, book, clock, secret = desk

    async def run():
        await tokens.actor(secret)
        book.away = True
        clock.now += GRACE_SECONDS - 1
        within = await tokens.actor(secret)
        clock.now += 2
        with pytest.raises(Refusal, match="503"):
            await tokens.actor(secret)
        book.away, book.record = False, None
        clock.now += FRESH_SECONDS
        await asyncio.sleep(0)
        return within, await settled(tokens, secret)

    within, after = asyncio.run(run())
    assert (within.name, after) == ("crm", None)


async def settled(tokens: TokenDesk, secret: str):
    """Ask until the look-up in the background has come back."""
    for _ in range(100):
        try:
            return await tokens.actor(secret)
        except Refusal:
            await asyncio.sleep(0.01)
    raise AssertionError("the ledger was never asked again")


def test_an_unknown_token_is_not_let_in_while_the_ledger_is_away(desk):
    tokens, book, _, _ = desk
    book.away = True
    with pytest.raises(Refusal, match="the ledger is away"):
        asyncio.run(tokens.actor(new_token()))


def test_who_guesses_has_to_wait_and_others_do_not(house):
    header = house.token("read")
    guesser, neighbour = house.client(OUTSIDE), house.client(OUTSIDE, "10.0.0.9")
    assert guesser.get("/who", headers=header).status_code == 200
    guesses = [guesser.get("/who", headers=bearer(new_token())).status_code for _ in range(70)]
    assert (guesses[0], guesses[-1]) == (401, 429)
    # The same address with a token in use, and another address.
    assert guesser.get("/who", headers=header).status_code == 200
    assert neighbour.get("/who", headers=bearer(new_token())).status_code == 401
