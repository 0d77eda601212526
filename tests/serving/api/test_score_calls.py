"""Scores over HTTP are the scores of the batch job."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.serving.api.documents import LEADS
from tests.world import AS_OF


@pytest.fixture(scope="module")
def batch(world, documents):
    """The rows of `qualify score` for the leads of the documents, by lead."""
    moment = int(pd.Timestamp(AS_OF).value // 1000)
    tables = world.tables
    wanted = {document["lead_id"] for document in documents}
    rows = np.array([i for i, lead in enumerate(tables.lead_id) if lead in wanted])
    table, rejects = world.scorer.score_rows(
        tables, rows, np.full(len(rows), moment), reasons=3, language="en"
    )
    assert len(rejects) == 0
    return {row["lead_id"]: row for row in table.to_pylist()}


def same(answer, row):
    assert answer.keys() == row.keys()
    for name, value in row.items():
        if name == "rank":
            continue
        if name == "as_of":
            assert pd.Timestamp(answer[name]) == value
        elif isinstance(value, float):
            assert answer[name] == pytest.approx(value, rel=0, abs=1e-9), name
        elif name == "reasons":
            assert [r["text"] for r in answer[name]] == [r["text"] for r in value]
            sizes = [r["contribution"] for r in value]
            assert [r["contribution"] for r in answer[name]] == pytest.approx(sizes, rel=0, abs=1e-9)
        else:
            assert answer[name] == value, name


def test_one_by_one_as_the_batch_job(client, documents, batch):
    assert len(documents) == LEADS
    for document in documents:
        answer = client.post("/v1/score", json=document)
        assert answer.status_code == 200, answer.text
        same(answer.json(), batch[document["lead_id"]])
        assert answer.json()["rank"] == 1


def test_together_as_the_batch_job(client, documents, batch):
    answers = client.post("/v1/score/batch", json=documents).json()
    assert [answer["lead_id"] for answer in answers] == [document["lead_id"] for document in documents]
    for answer in answers:
        same(answer, batch[answer["lead_id"]])
    ranked = sorted(answers, key=lambda answer: answer["rank"])
    assert [answer["rank"] for answer in ranked] == list(range(1, LEADS + 1))
    assert [a["probability"] for a in ranked] == sorted((a["probability"] for a in answers), reverse=True)


def test_a_call_with_a_query_is_answered_as_one_without(client, documents):
    plain, asked = (client.post(f"/v1/score{query}", json=documents[0]) for query in ("", "?reasons=3"))
    assert plain.json() == asked.json()
    assert len(client.post("/v1/score?reasons=1", json=documents[0]).json()["reasons"]) == 1
    assert client.post("/v1/score?reasons=many", json=documents[0]).status_code == 422
    assert client.post("/v1/score?language=ja", json=documents[0]).json() != plain.json()


def test_contributions_add_up(client, documents):
    answer = client.post("/v1/score?reasons=50", json=documents[0]).json()
    few = client.post("/v1/score?reasons=1", json=documents[0]).json()
    total = (
        answer["base_value"]
        + answer["other_contribution"]
        + sum(r["contribution"] for r in answer["reasons"])
    )
    assert total == pytest.approx(
        few["base_value"] + few["other_contribution"] + sum(r["contribution"] for r in few["reasons"]),
        abs=1e-9,
    )
    assert len(few["reasons"]) <= 1


def test_a_bad_document_is_answered_in_its_place(client, documents):
    bad = {**documents[1], "created_at": "soon"}
    answers = client.post("/v1/score/batch", json=[documents[0], bad, 7, documents[2]]).json()
    assert [answer.get("status", 200) for answer in answers] == [200, 422, 422, 200]
    assert [answer["position"] for answer in answers[1:3]] == [1, 2]
    assert answers[1]["type"] == "urn:qualify:problem:bad_created_at"
    assert sorted(answers[i]["rank"] for i in (0, 3)) == [1, 2]


def test_the_same_lead_twice_in_a_batch(client, documents):
    first, second = client.post("/v1/score/batch", json=[documents[0], documents[0]]).json()
    assert first["lead_id"] == documents[0]["lead_id"]
    assert second["type"] == "urn:qualify:problem:duplicate_id"


def test_a_batch_of_none_and_one_of_too_many(client):
    assert client.post("/v1/score/batch", json=[]).json() == []
    refused = client.post("/v1/score/batch", json=[{"lead_id": "a"}] * 1001)
    assert refused.status_code == 413
    assert refused.json()["detail"] == "got 1001, at most 1000 a call"


def test_reasons_in_japanese(client, documents):
    texts = [r["text"] for r in client.post("/v1/score?language=ja", json=documents[0]).json()["reasons"]]
    assert texts
    assert all(any("\u3040" <= c <= "\u30ff" for c in text) for text in texts)
