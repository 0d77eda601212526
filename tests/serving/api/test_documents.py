"""Whatever comes in: a score or a clear refusal, never a fault."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PLAIN = {"lead_id": "d1", "as_of": "2026-04-01T00:00:00Z", "created_at": "2026-01-01T00:00:00Z"}


def post(client, body):
    return client.post("/v1/score", content=body, headers={"Content-Type": "application/json"})


def scored(client, **more):
    answer = client.post("/v1/score", json=PLAIN | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "more",
    [
        {"activities": [{"type": "sent_a_pigeon", "occurred_at": "2026-03-01T00:00:00Z"}]},
        {"activities": [{"type": "site_visit", "occurred_at": "2026-03-01T00:00:00Z"}] * 10_000},
        {"activities": [{"type": "site_visit", "occurred_at": "2031-01-01T00:00:00Z"}]},
        {"activities": [{"type": "site_visit", "occurred_at": "2026-03-01T00:00:00"}]},
        {"activities": [{"type": "site_visit", "occurred_at": 1_772_323_200}]},
        {"activities": [{"type": None, "occurred_at": None}, {"type": "a", "occurred_at": "2026-03-01"}]},
        {"activities": None, "stages": None, "attributes": None},
        {"attributes": {"employees": 10**17, "revenue_jpy": 1e308, "company": "🏭" * 500, "country": ""}},
        {"attributes": {"employees": "1,234", "job_title": "\u0000", "email": "@", "nobody_asked": True}},
        {"stages": [{"stage": "Limbo", "entered_at": "2026-02-01T00:00:00Z"}]},
        {"employees": 12},
    ],
    ids=str,
)  # fmt: skip
def test_odd_documents_get_a_score(client, more):
    assert 0 < scored(client, **more)["probability"] < 1


def test_what_comes_later_is_not_looked_at(client):
    later = {"activities": [{"type": "demo_request", "occurred_at": "2026-05-01T00:00:00Z"}]}
    assert scored(client, **later)["probability"] == scored(client)["probability"]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 400, "not-json"),
        (b"{", 400, "not-json"),
        (b"\xff\xfe{}", 400, "not-json"),
        (b'{"lead_id": "a", "attributes": {"employees": NaN}}', 400, "not-json"),
        (b"[" * 5_000 + b"]" * 5_000, 400, "not-json"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"{}", 422, "invalid"),
        (b'{"lead_id": ""}', 422, "invalid"),
        (b'{"lead_id": "a\\u0000b"}', 422, "invalid"),
        (b'{"lead_id": true}', 422, "invalid"),
        (b'{"lead_id": "a", "activities": {}}', 422, "invalid"),
        (b'{"lead_id": "a", "activities": [1]}', 422, "invalid"),
        (b'{"lead_id": "a", "attributes": {"x": {"y": 1}}}', 422, "invalid"),
        (b'{"lead_id": "a", "x": {"y": 1}}', 422, "invalid"),
        (b'{"lead_id": "a", "as_of": "soon"}', 422, "invalid"),
        (b'{"lead_id": "a", "as_of": "2026-01-01T00:00:00Z", "created_at": "2026-02-01T00:00:00Z"}', 422,
         "not_yet_created"),
        (b'{"lead_id": "a", "created_at": "2026-13-45"}', 422, None),
    ],
)  # fmt: skip
def test_bad_documents_are_refused_clearly(client, body, status, kind):
    answer = post(client, body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert kind is None or told["type"] == f"urn:qualify:problem:{kind}"


def test_too_many_activities(client, runtime):
    most = runtime.limits.activities_a_lead
    body = json.dumps(PLAIN | {"activities": [{"type": "a"}] * (most + 1)}).encode()
    assert post(client, body).status_code == 413


def test_a_body_that_is_too_large(client, runtime):
    answer = post(client, b'{"lead_id": "' + b"a" * runtime.limits.body_bytes + b'"}')
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("application/problem+json")


times = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes().map(lambda moment: moment.isoformat()),
)  # fmt: skip
words = st.one_of(
    st.none(), st.text(max_size=20), st.sampled_from(["site_visit", "demo_request", "email_open"])
)
values = st.one_of(words, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
event = dict.fromkeys(("occurred_at", "entered_at", "recorded_at"), times)
event |= {"type": words, "stage": words, "topic": values, "value": values}
events = st.fixed_dictionaries({}, optional=event)
columns = st.sampled_from(["employees", "country", "email", "job_title", "industry", "x"])
leads = st.fixed_dictionaries(
    {"lead_id": st.one_of(st.text(max_size=20), st.integers())},
    optional={
        "as_of": times, "created_at": times, "activities": st.none() | st.lists(events, max_size=5),
        "stages": st.none() | st.lists(events, max_size=3),
        "attributes": st.none() | st.dictionaries(columns, values, max_size=6),
    },
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(leads)
def test_no_document_is_a_fault(client, document):
    answer = client.post("/v1/score", json=document)
    assert answer.status_code in {200, 400, 422}, (document, answer.text)
    if answer.status_code == 200:
        told = answer.json()
        assert 0 <= told["probability_low"] <= told["probability"] <= told["probability_high"] <= 1
    else:
        assert answer.json()["detail"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(leads, max_size=6))
def test_one_answer_each(client, documents):
    answer = client.post("/v1/score/batch", json=documents)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) == len(documents)
    assert all(each.get("status", 200) in {200, 422} for each in answer.json())
