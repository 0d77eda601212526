"""The calls about stored leads, and how the service tells errors and its state."""

from __future__ import annotations

import json
import threading

import pytest

from qualify.errors import LedgerUnavailable
from serving.api.lead_calls import InFlight
from serving.api.logs import masked
from serving.api.problems import MEDIA_TYPE, Problem
from tests.serving.alerts.receiver import until


@pytest.fixture(scope="module")
def stored(client, documents):
    """The ids of leads that were scored, and are in the ledger."""
    answers = client.post("/v1/score/batch", json=documents).json()
    assert client.get(f"/v1/leads/{documents[-1]['lead_id']}").status_code == 200
    return [answer["lead_id"] for answer in answers]


def problem(answer, status, name=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith(MEDIA_TYPE)
    told = answer.json()
    assert told["status"] == status
    assert name is None or told["type"] == f"urn:qualify:problem:{name}"
    return told


def test_a_lead_is_there_right_after_its_score(client, documents):
    document = {**documents[0], "lead_id": "just-now"}
    score = client.post("/v1/score", json=document).json()
    lead = client.get("/v1/leads/just-now").json()
    assert lead["score"]["probability"] == score["probability"]
    assert lead["facts"]["created_at"][:19] == document["created_at"][:19]


def test_a_lead_that_is_stored_just_after_the_look_is_looked_at_again(client, documents, monkeypatch):
    runtime = client.app.state.runtime
    look, looks = runtime.ledger.lead, []

    def stored_in_between(lead_id):
        found = look(lead_id)
        looks.append(found)
        assert runtime.writer.flush(10.0)
        return found

    monkeypatch.setattr(runtime.ledger, "lead", stored_in_between)
    document = {**documents[0], "lead_id": "in-between"}
    score = client.post("/v1/score", json=document).json()
    lead = client.get("/v1/leads/in-between").json()
    assert lead["score"]["probability"] == score["probability"]
    assert looks[-1] is not None


def test_the_queue_by_pages(client, stored):
    seen, cursor = [], None
    while True:
        page = client.get("/v1/leads", params={"limit": 7} | ({"cursor": cursor} if cursor else {})).json()
        seen += page["leads"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == page["total"]
    assert [row["probability"] for row in seen] == sorted((row["probability"] for row in seen), reverse=True)
    assert len({row["lead_id"] for row in seen}) == len(seen)


def test_filters(client, stored):
    bands = {row["band"] for row in client.get("/v1/leads?band=A&band=B&limit=1000").json()["leads"]}
    assert bands <= {"A", "B"}
    (row,) = client.get("/v1/leads", params={"q": stored[0]}).json()["leads"]
    assert row["lead_id"] == stored[0]
    assert client.get("/v1/leads?owner=nobody").json()["total"] == 0


@pytest.mark.parametrize("asked", ["limit=0", "limit=x", "band=E", "cursor=abc"])
def test_bad_filters(client, asked):
    problem(client.get(f"/v1/leads?{asked}"), 422, "invalid")


def test_an_answer_is_kept_once(client, stored):
    where, key = f"/v1/leads/{stored[1]}/feedback", {"Idempotency-Key": "one"}
    body = {"verdict": "rejected", "reason": "no_budget", "comment": "予算なし"}
    first = client.post(where, json=body, headers=key)
    again = client.post(where, json=body, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() | {"repeated": True} == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    problem(client.post(where, json={"verdict": "won"}, headers=key), 422, "key-reused")
    assert client.get(f"/v1/leads/{stored[1]}").json()["last_answer"]["verdict"] == "rejected"


def test_answers_that_are_refused(client, stored):
    where, key = f"/v1/leads/{stored[2]}/feedback", {"Idempotency-Key": "two"}
    problem(client.post(where, json={"verdict": "won"}), 400, "key-missing")
    problem(client.post(where, json={"verdict": "maybe"}, headers=key), 422, "invalid")
    problem(client.post(where, json={"verdict": "lost", "reason": "weather"}, headers=key), 422, "invalid")
    problem(client.post(where, json={"verdict": "won", "note": 1}, headers=key), 422, "invalid")
    problem(
        client.post("/v1/leads/nobody/feedback", json={"verdict": "won"}, headers=key), 404, "unknown-lead"
    )
    assert client.get(f"/v1/leads/{stored[2]}").json()["last_answer"] is None


def test_the_same_key_at_the_same_time():
    keys = InFlight()
    with keys.only("a"):
        with keys.only("b"):
            pass
        with pytest.raises(Problem, match="409"), keys.only("a"):
            pass
    with keys.only("a"):
        pass


def test_many_at_once_are_kept_once(client, stored):
    where, key, codes = f"/v1/leads/{stored[3]}/feedback", {"Idempotency-Key": "many"}, []

    def send():
        codes.append(client.post(where, json={"verdict": "accepted"}, headers=key).status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {200, 409}
    assert 200 in codes


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"), ("*/*", "application/json"), ("text/markdown", "text/markdown"),
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.1", "text/html"),
        ("text/*;q=0.5, application/json;q=0.4", "text/markdown"),
    ],
)  # fmt: skip
def test_the_hand_off_by_accept(client, stored, documents, accept, kind):
    answer = client.get(f"/v1/leads/{stored[0]}/handoff", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(kind)
    assert "Accept" in answer.headers["vary"]
    assert documents[0]["attributes"]["company"].split()[0] in answer.text
    if kind == "application/json":
        assert answer.json()["scores"]["model"]["band"] in "ABCD"


def test_the_hand_off_of_a_decided_lead_has_no_step_left(client, stored):
    where = f"/v1/leads/{stored[4]}"
    assert client.get(f"{where}/handoff").json()["first_steps"]
    key = {"Idempotency-Key": "decided"}
    assert client.post(f"{where}/feedback", json={"verdict": "won"}, headers=key).status_code < 300
    assert client.get(f"{where}/handoff").json()["first_steps"] == []


def test_hand_offs_that_there_are_not(client, stored):
    problem(
        client.get(f"/v1/leads/{stored[0]}/handoff", headers={"Accept": "image/png"}), 406, "not-acceptable"
    )
    problem(client.get("/v1/leads/nobody/handoff"), 404, "unknown-lead")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("DELETE", "/v1/score", 405), ("GET", "/v1/score", 405),
     ("GET", "/v1/leads/nobody", 404)],
)  # fmt: skip
def test_problems_of_paths_and_methods(client, method, path, status):
    answer = client.request(method, path, headers={"Content-Type": "application/json"})
    problem(answer, status)
    assert status != 405 or "POST" in answer.headers["allow"]


def test_a_fault_tells_nothing_of_itself(client, runtime, documents, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("secret of Ms Example")

    monkeypatch.setattr("serving.api.together.score_apart", broken)
    answer = client.post("/v1/score", json=documents[0])
    told = problem(answer, 500, "fault")
    assert "secret" not in answer.text
    assert "Zero" not in answer.text
    assert told["detail"]


def test_request_ids(client):
    assert client.get("/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    odd = client.get("/healthz", headers={"X-Request-Id": "a b\tc"}).headers["x-request-id"]
    assert len(odd) == 32


def test_alive_and_ready(client, runtime):
    assert client.get("/healthz").json() == {"status": "alive"}
    told = client.get("/readyz").json()
    assert told["status"] == "ready"
    assert told["model"]["version"] == runtime.models.version
    assert told["ledger"]["status"] == "there"


def test_without_its_ledger_the_service_scores_and_says_so(client, runtime, documents, stored, monkeypatch):
    def away():
        raise LedgerUnavailable("the database does not answer")

    monkeypatch.setattr(runtime.door, "ledger", away)
    assert client.post("/v1/score", json={**documents[0], "lead_id": "while-away"}).status_code == 200
    refused = client.get("/v1/leads")
    problem(refused, 503, "ledger-away")
    assert refused.headers["retry-after"] == "2"
    where = f"/v1/leads/{stored[0]}/feedback"
    problem(client.post(where, json={"verdict": "won"}, headers={"Idempotency-Key": "x"}), 503, "ledger-away")
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ledger"]) == (503, {"status": "away"})
    until(lambda: "qualify_ledger_lag_rows 1.0" in client.get("/metrics").text)
    monkeypatch.undo()
    assert client.get("/v1/leads/while-away").status_code == 200


def test_figures(client, documents):
    client.post("/v1/score", json=documents[0])
    client.post("/v1/score", json=7)
    text = client.get("/metrics").text
    for line in (
        'qualify_request_seconds_count{method="POST",route="/v1/score",status="200"}',
        'qualify_request_seconds_count{method="POST",route="/v1/score",status="422"}',
        "qualify_scores_total{band=", 'qualify_rejects_total{code="invalid"}', "qualify_model_info{",
        "qualify_ledger_lag_seconds", "qualify_model_swaps", "qualify_model_refused",
    ):  # fmt: skip
        assert line in text, line
    assert not any(document["lead_id"] in text for document in documents)


def test_the_description_and_its_page(client):
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/v1/score", "/v1/score/batch", "/v1/leads", "/v1/leads/{lead_id}", "/v1/leads/{lead_id}/feedback",
        "/v1/leads/{lead_id}/handoff", "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
    page = client.get("/docs")
    assert "<script" not in page.text
    assert "style=" not in page.text
    for path in described["paths"]:
        assert path in page.text
    assert client.get("/docs/docs.css").headers["content-type"].startswith("text/css")
    example = described["paths"]["/v1/score"]["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ]
    answer = client.post("/v1/score", json=example["a lead"]["value"])
    assert answer.status_code == 200, answer.text


def test_logs_name_no_lead(client, documents, caplog):
    with caplog.at_level("INFO", logger="serving"):
        client.get(f"/v1/leads/{documents[0]['lead_id']}")
        client.post("/v1/score", json=documents[0])
    told = json.dumps([vars(record) for record in caplog.records], default=str)
    assert "/v1/leads/{lead_id}" in told
    assert masked(documents[0]["lead_id"]) in told
    assert documents[0]["lead_id"] not in told
