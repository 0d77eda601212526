"""Requests that are scored together get what they would get alone."""

from __future__ import annotations

import asyncio

from qualify.config import Desk
from serving.api.problems import Problem
from serving.api.scoring import Answered, score_apart, score_leads
from serving.api.together import Together


def asked_at_once(scorer, documents, reasons=3, language="en"):
    async def ask():
        together = Together(Desk())
        calls = (together.score(scorer, each, reasons, language) for each in documents)
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(ask())


def odd(document):
    """The same lead, written in ways that other documents could change the meaning of."""
    first = {**document["activities"][0], "occurred_at": 1_764_547_200} if document["activities"] else {}
    return [
        {**document, "lead_id": "text", "attributes": {**document["attributes"], "employees": "1,234"}},
        {**document, "lead_id": "comma", "attributes": {**document["attributes"], "employees": "2,5"}},
        {**document, "lead_id": "epoch", "activities": [first, *document["activities"][1:]]},
        {**document, "lead_id": "bad", "created_at": "soon"},
        {**document, "lead_id": 7},
    ]


def test_all_at_once_as_one_by_one(world, documents):
    mixed = [
        each
        for pair in zip(documents, [*odd(documents[0]), *documents[:1] * 35], strict=True)
        for each in pair
    ]
    answers = asked_at_once(world.scorer, mixed)
    assert len(answers) == len(mixed)
    for document, answer in zip(mixed, answers, strict=True):
        alone = score_leads(world.scorer, [document], 3, "en", Desk())[0]
        if isinstance(alone, Problem):
            assert answer.document() == alone.document()
        else:
            assert isinstance(answer, Answered)
            assert answer == alone


def test_a_fault_reaches_every_caller(world, documents, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("broken")

    monkeypatch.setattr("serving.api.together.score_apart", broken)
    assert [type(answer) for answer in asked_at_once(world.scorer, documents[:3])] == [ZeroDivisionError] * 3


def test_requests_that_come_turn_by_turn_share_a_pass(world, documents, monkeypatch):
    passes: list[int] = []

    def counted(scorer, leads, *rest):
        passes.append(len(leads))
        return score_apart(scorer, leads, *rest)

    monkeypatch.setattr("serving.api.together.score_apart", counted)

    async def ask():
        together, tasks = Together(Desk()), []
        for document in documents[:20]:
            tasks.append(asyncio.create_task(together.score(world.scorer, document, 3, "en")))
            await asyncio.sleep(0)  # one turn of the loop
        return await asyncio.gather(*tasks)

    answers = asyncio.run(ask())
    assert passes == [16, 4]
    assert [answer.score["lead_id"] for answer in answers] == [each["lead_id"] for each in documents[:20]]
