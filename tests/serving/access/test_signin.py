"""Sign-in by a provider, and sessions: begun fresh, ended on time, not to be forged."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from qualify.errors import ConfigError
from tests.serving.access.house import PAGE
from tests.serving.access.provider import CLIENT, Provider, running

PUBLIC = "https://leads.example.com"
ROLES = {"Ada@example.com": "sales", "boss@example.com": "manager"}
COOKIE = "__Host-qualify_session"


@pytest.fixture(scope="session")
def server():
    made = Provider()
    with running(made.app) as address:
        made.issuer = address
        yield made


@pytest.fixture
def provider(server):
    """The provider as it is when nobody told it to cheat."""
    honest = {"user": dict(server.user), "claims": {}, "key": server.shown, "id_token": True}
    yield server
    vars(server).update(honest)
    server.asked.clear()


@pytest.fixture
def house(build, provider):
    oidc = {"issuer": provider.issuer, "client_id": CLIENT}
    return build(
        loopback=False, public_url=PUBLIC, access={"oidc": oidc, "roles": ROLES, "session_hours": 2.0}
    )


@pytest.fixture
def client(house):
    return house.client(PUBLIC, "10.9.9.9")


def provider_answer(client, start: str = "/login") -> str:
    """Go to the provider and come back with its answer, not yet shown to the service."""
    asked = client.get(start)
    assert asked.status_code == 302, asked.text
    back = httpx.get(asked.headers["location"], follow_redirects=False)
    return back.headers["location"].removeprefix(PUBLIC)


def sign_in(client, start: str = "/login"):
    return client.get(provider_answer(client, start))


def test_a_page_sends_people_to_the_sign_in_and_back(client, provider):
    asked = client.get("/form?a=1&b=%2F", headers=PAGE)
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/form%3Fa%3D1%26b%3D%252F")
    done = sign_in(client, asked.headers["location"])
    assert (done.status_code, done.headers["location"]) == (303, "/form?a=1&b=%2F")
    assert client.get("/who").json()["name"] == "ada@example.com"


def test_the_provider_is_asked_with_pkce_state_and_nonce(client, provider):
    sign_in(client)
    (asked,) = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PUBLIC}/callback"
    assert len(asked["code_challenge"]) == 43
    assert min(len(asked["state"]), len(asked["nonce"])) >= 20


def test_the_role_comes_from_the_configuration(client):
    sign_in(client)
    told = client.get("/who").json()
    assert (told["role"], told["kind"], told["scopes"]) == ("sales", "person", ["feedback", "read"])


def test_programs_and_changes_are_not_redirected(client):
    assert client.get("/who").status_code == 401
    assert client.post("/leads/L-1/answer", headers=PAGE).status_code == 401
    assert client.get("/v1/leads/L-1", headers=PAGE).status_code == 401


def test_an_unknown_user_is_told_so_on_a_page(client, provider):
    provider.user["email"] = "eve@example.com"
    asked = provider_answer(client)
    done = client.get(asked, headers=PAGE)
    assert done.status_code == 403
    assert "eve@example.com has no access here" in done.text
    assert client.get("/who").status_code == 401


@pytest.mark.parametrize("claims", [
    {"nonce": "another"}, {"nonce": None}, {"aud": "another-client"}, {"iss": "https://evil.example"},
    {"exp": 1}, {"iat": int(time.time()) + 9000}, {"email": None}, {"email": ["ada@example.com"]},
    {"email_verified": False},
])  # fmt: skip
def test_an_id_token_that_says_something_else_is_refused(client, provider, claims):
    provider.claims = claims
    assert sign_in(client).status_code == 403
    assert client.get("/who").status_code == 401


def test_an_id_token_of_another_key_is_refused(client, provider):
    provider.key = RSAKey.generate_key(2048, {"kid": "k1"})
    assert sign_in(client).status_code == 403


def test_no_id_token_is_no_sign_in(client, provider):
    provider.id_token = False
    assert sign_in(client).status_code == 403


def test_an_answer_meant_for_another_browser_is_refused(house, provider):
    victim, attacker = house.client(PUBLIC, "10.9.9.9"), house.client(PUBLIC, "10.9.9.8")
    assert victim.get(provider_answer(attacker)).status_code == 403
    assert victim.get("/who").status_code == 401


def test_an_answer_counts_once(client, provider):
    answer = provider_answer(client)
    before = dict(client.cookies)
    assert client.get(answer).status_code == 303
    client.cookies.update(before)
    assert client.get(answer).status_code == 403


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied"])
def test_an_answer_that_nobody_asked_for_is_refused(client, query):
    assert client.get(f"/callback{query}").status_code == 403


def test_a_session_from_before_the_sign_in_is_not_kept(client, provider):
    client.get("/login")
    before = client.cookies[COOKIE]
    sign_in(client)
    after = client.cookies[COOKIE]
    assert before != after
    client.cookies.set(COOKIE, before, domain="leads.example.com", path="/")
    assert client.get("/who").status_code == 401


def test_each_sign_in_has_a_session_and_a_form_token_of_its_own(client):
    tokens = set()
    for _ in range(2):
        sign_in(client)
        tokens.add(client.get("/form").json())
    assert len(tokens) == 2


def test_the_cookie_is_for_this_host_over_https_and_not_for_scripts(client):
    done = sign_in(client)
    (cookie,) = done.headers.get_list("set-cookie")
    assert cookie.startswith(f"{COOKIE}=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "secure", "path=/", "max-age=7200"} == parts


def test_a_session_ends_after_its_hours_however_busy(client, monkeypatch):
    sign_in(client)
    start = time.time()
    for hours, status in ((1.0, 200), (1.99, 200), (2.01, 401)):
        monkeypatch.setattr(time, "time", lambda at=start + hours * 3600: at)
        assert client.get("/form").status_code == status


def test_signing_out_ends_the_session_and_copies_of_its_cookie(client):
    sign_in(client)
    stolen = client.cookies[COOKIE]
    token = client.get("/form").json()
    assert client.post("/logout", data={"csrf": "x"}).status_code == 403
    assert client.post("/logout", data={"csrf": token}).status_code == 200
    assert client.get("/who").status_code == 401
    client.cookies.set(COOKIE, stolen, domain="leads.example.com", path="/")
    assert client.get("/who").status_code == 401


def test_a_link_signs_nobody_out(client):
    sign_in(client)
    shown = client.get("/logout")
    assert 'name="csrf"' in shown.text
    assert client.get("/who").status_code == 200


@pytest.mark.parametrize(
    "change", [lambda c: c[:-3] + "abc", lambda c: "e30=" + c[c.index(".") :], lambda c: "x"]
)
def test_a_cookie_that_was_changed_is_none(client, change):
    sign_in(client)
    client.cookies.set(COOKIE, change(client.cookies[COOKIE]), domain="leads.example.com", path="/")
    assert client.get("/who").status_code == 401


@pytest.mark.parametrize("following", ["https://evil.example", "//evil.example", "/\\evil.example", "/login",
                                       "javascript:alert(1)", "/%0d%0aSet-Cookie:x=1", ""])  # fmt: skip
def test_after_the_sign_in_nobody_is_sent_away(client, following):
    done = sign_in(client, f"/login?next={following}")
    assert done.status_code == 303
    target = urlsplit(done.headers["location"])
    assert (target.scheme, target.netloc) == ("", "")
    assert "\r" not in done.headers["location"]
    assert "x" not in done.cookies


def test_the_way_back_is_not_taken_from_the_host_header(client):
    asked = client.get("/login", headers={"host": "evil.example"})
    query = parse_qs(urlsplit(asked.headers["location"]).query)
    assert query["redirect_uri"] == [f"{PUBLIC}/callback"]


def test_a_provider_that_is_down_is_told(build):
    house = build(access={"oidc": {"issuer": "http://127.0.0.1:1", "client_id": CLIENT}})
    answer = house.client().get("/login", headers=PAGE)
    assert answer.status_code == 503
    assert "does not answer" in answer.text


def test_without_the_clients_secret_nothing_starts(build, monkeypatch, provider):
    real = build

    def without(**service):
        monkeypatch.delenv("QUALIFY_OIDC_SECRET")
        return real(**service)

    with pytest.raises(ConfigError, match="the secret of the sign-in is missing"):
        without(access={"oidc": {"issuer": provider.issuer, "client_id": CLIENT}})


def test_sign_ins_are_noted(house, provider):
    with house.client(PUBLIC, "10.9.9.9") as client:
        sign_in(client)
        client.get("/v1/leads/L-7")
    noted = [(note.actor, note.action, note.lead_id) for note in house.ledger.audit_log()]
    assert noted == [("ada@example.com", "view_lead", "L-7"), ("ada@example.com", "sign_in", None)]
