"""The whole service behind the door: pages, calls, model and ledger as in real use."""

from __future__ import annotations

import re
import shutil
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from qualify.ledger import LeadFacts
from serving.access.headers import HEADERS
from serving.access.tokens import digest_of, new_token
from serving.api.app import create_app
from serving.runtime import Runtime
from tests.ledger.lists import score_list, score_row
from tests.serving.access.house import PAGE, bearer

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>\" onmouseover=\"alert(2)"
EVIL = "L<b>'\"&/../7"
PUBLIC = "https://leads.example.com"
ROLES = {"ada": "sales", "boss": "manager", "root": "admin"}
PROXY = {"proxy": {"addresses": ["10.0.0.1"]}, "roles": ROLES}


@pytest.fixture(scope="module")
def opened(world, tmp_path_factory):
    """A running service's parts: two leads are stored, one with markup wherever text is told."""
    import os

    folder = tmp_path_factory.mktemp("service")
    shutil.copy(world.folder / "qualify.yaml", folder)
    os.environ.setdefault("QUALIFY_SESSION_SECRET", "a-key-for-tests-that-is-long-enough-0123456789")
    access = type(world.config.service.access).model_validate(PROXY)
    service = world.config.service.model_copy(update={"access": access})
    config = world.config.model_copy(update={"service": service})
    runtime = Runtime.open(config, folder, model=str(world.bundle), public_url=PUBLIC)
    told = {"feature": "f", "label": SCRIPT, "value": SCRIPT, "contribution": 0.5, "text": SCRIPT}
    table = score_list(
        score_row(EVIL, band="A", reasons=[told]),
        score_row("of-bob", band="A"),
        score_row("of-ada", band="A"),
        score_row("watched", band="A"),
    )
    facts = {EVIL: LeadFacts(name=SCRIPT, company=SCRIPT, source=SCRIPT, stage=SCRIPT),
             "of-bob": LeadFacts(name="Lead of Bob", owner="bob"),
             "of-ada": LeadFacts(name="Lead of Ada", owner="ada"),
             "watched": LeadFacts(name="Also of Ada", owner="ada")}  # fmt: skip
    runtime.ledger.record_scores(table, origin="batch", facts=facts)
    yield runtime
    runtime.close()


@pytest.fixture(scope="module")
def client(opened):
    app = create_app(opened, loopback=False)
    with TestClient(app, PUBLIC, client=("10.0.0.1", 5000), follow_redirects=False) as client:
        yield client


def as_user(name: str) -> dict[str, str]:
    return {"X-Forwarded-User": name, **PAGE}


def form_of(client, lead: str) -> dict[str, str]:
    """What Ada's page of this lead sends with an answer."""
    shown = client.get(f"/leads/{lead}", headers=as_user("ada")).text
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', shown)[1]
    return {"csrf": csrf, "verdict": "accepted", "key": f"k-{lead}"}


def routes(client) -> list[tuple[str, str]]:
    """Every method and path of the application, with the parts of paths filled in."""
    found, waiting = [], list(client.app.routes)
    while waiting:
        route = waiting.pop()
        if not hasattr(route, "path"):
            waiting += route.original_router.routes
            continue
        path = re.sub(r"{[^}]*}", "x", route.path)
        found += [(method, path) for method in getattr(route, "methods", None) or {"GET"}]
    return found


def test_every_route_but_healthz_is_closed(client):
    assert len(routes(client)) > 20
    answers = {(method, path): client.request(method, path).status_code for method, path in routes(client)}
    opened = {route for route, status in answers.items() if status != 401}
    assert {path for _, path in opened} == {"/healthz"}


def test_every_route_is_closed_to_a_token_that_allows_nothing_of_it(client, opened):
    secret = new_token()
    opened.ledger.add_token("nothing", digest_of(secret), ["nothing"], "test")
    free = {"/healthz", "/language", "/static", "/docs/docs.css", "/readyz", "/metrics"}
    for method, path in routes(client):
        answer = client.request(method, path, headers=bearer(secret))
        assert answer.status_code in {403, 405} or path in free, (method, path, answer.status_code)


@pytest.mark.parametrize("path", ["/", "/grid", f"/leads/{quote(EVIL, safe='')}", "/audit", "/alerts",
                                  f"/leads/{quote(EVIL, safe='')}/handoff"])  # fmt: skip
def test_what_is_stored_is_never_markup(client, path):
    page = client.get(path, headers=as_user("root"))
    assert page.status_code == 200
    text = page.text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert '" onmouseover="' not in text
    assert {name: page.headers.get(name) for name in HEADERS} == HEADERS


def test_pages_hold_no_inline_script_style_or_handler(client):
    for path in ("/", "/grid", "/kpi", "/model", "/alerts", "/audit", f"/leads/{quote(EVIL, safe='')}"):
        text = client.get(path, headers=as_user("root")).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert "<style" not in text, path
        tags = re.sub(r'"[^"]*"', "", text)
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", tags), path
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path


def test_sales_find_their_own_leads_and_no_others(client):
    queue = client.get("/", headers=as_user("ada")).text
    assert "Lead of Ada" in queue
    assert "Lead of Bob" not in queue
    assert client.get("/leads/of-ada", headers=as_user("ada")).status_code == 200
    for path in ("/leads/of-bob", "/leads/of-bob/handoff", "/v1/leads/of-bob", "/v1/leads/of-bob/handoff"):
        assert client.get(path, headers=as_user("ada")).status_code == 404, path
    for path in ("/alerts", "/audit"):
        assert client.get(path, headers=as_user("boss")).status_code == 403, path


def test_sales_change_their_own_leads_only(client, opened):
    form = form_of(client, "of-ada")
    assert client.post("/leads/of-bob/answer", data=form, headers=as_user("ada")).status_code == 404
    assert (
        client.post("/leads/of-ada/answer", data=form | {"csrf": ""}, headers=as_user("ada")).status_code
        == 403
    )
    assert opened.ledger.lead("of-ada").last_answer is None
    assert client.post("/leads/of-ada/answer", data=form, headers=as_user("ada")).status_code == 303
    assert opened.ledger.lead("of-ada").last_answer.actor == "ada"
    assert opened.ledger.lead("of-bob").last_answer is None


@pytest.mark.parametrize("path", [
    "/static/../__init__.py", "/static/%2e%2e/__init__.py", "/static/..%2f__init__.py", "/static//etc/passwd",
    "/static/%2fetc/passwd", "/static/app.css%00.txt", "/static/..\\__init__.py", "/static/templates/",
    "/leads/../../etc/passwd", "/leads/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/%2e%2e/", "/static/%c0%ae%c0%ae/x",
])  # fmt: skip
def test_no_path_leads_out(client, path):
    answer = client.get(path, headers=as_user("root"))
    assert answer.status_code in {303, 400, 404}
    assert "root:" not in answer.text
    assert "def install" not in answer.text


@pytest.mark.parametrize("lead_id", ["a\r\nSet-Cookie: x=1", "a\nLocation: //evil.example", "a\x00b"])
def test_an_id_adds_no_header(client, lead_id):
    for path in (f"/leads/{quote(lead_id, safe='')}", f"/v1/leads/{quote(lead_id, safe='')}"):
        answer = client.get(path, headers=as_user("root"))
        assert answer.status_code in {400, 404, 422}
        assert "x" not in answer.cookies
        assert "evil" not in answer.headers.get("location", "")


def test_views_are_noted_with_who_and_which(client, opened):
    client.get("/leads/watched", headers=as_user("boss"))
    client.get("/v1/leads/watched", headers=as_user("root"))
    client.post("/leads/watched/answer", data=form_of(client, "watched"), headers=as_user("ada"))
    trail = next(each.kwargs["rules"].trail for each in client.app.user_middleware if "rules" in each.kwargs)
    trail.flush(5.0)
    noted = {(note.actor, note.action) for note in opened.ledger.audit_log(lead_id="watched")}
    assert {("boss", "view_lead"), ("root", "view_lead"), ("ada", "answer")} <= noted
