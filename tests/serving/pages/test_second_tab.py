"""Two tabs on one lead: the second is told what came in between, and asked."""

from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

import pytest

from qualify.errors import AnsweredMeanwhile
from tests.serving.pages.test_http import fields, first_lead


@pytest.fixture
def lead(live):
    """An unanswered lead, unanswered again afterwards."""
    lead_id = first_lead(live, answered=False).lead_id
    yield lead_id
    while (last := live.runtime.ledger.lead(lead_id).last_answer) is not None:
        live.runtime.ledger.undo(lead_id, last.id, actor="tests")


def answer(live, lead, verdict="accepted", **more):
    given = {"actor": "Suzuki", "reason": None, "comment": None, "key": uuid4().hex, **more}
    return live.runtime.ledger.answer(lead, verdict, **given)


def verdicts(live, lead):
    return [event.detail["verdict"] for event in live.runtime.ledger.events(lead) if event.kind == "answer"]


@pytest.mark.parametrize("path", ["/", "/leads/{lead}"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Suzuki answered just now: rejected (No budget).", "Answer all the same: Accept")),
        ("ja", ("Suzukiさんの回答（たった今）：却下（予算がない）。", "それでも回答する：受け入れ")),
    ],
)
def test_the_second_tab_is_told_who_answered_and_changes_nothing(live, lead, path, language, said):
    action, before = f"/leads/{lead}/answer", len(verdicts(live, lead))
    with live.client(language) as client:
        form = fields(client.get(path.format(lead=lead)).text, action)
        answer(live, lead, "rejected", reason="no_budget", comment="<b>next year</b>")
        told = client.post(action, data=form)
        assert told.status_code == 409
        page = unescape(told.text)
        assert all(each in page for each in said)
        assert "&lt;b&gt;next year" in told.text
        assert verdicts(live, lead)[before:] == ["rejected"]
        again = fields(told.text, action)
        assert again["key"] != form["key"]
        assert client.post(action, data=again).headers["location"] == form["next"]
    assert verdicts(live, lead)[before:] == ["rejected", "accepted"]


def test_the_reason_and_the_comment_that_were_typed_are_kept(live, lead):
    action = f"/leads/{lead}/answer"
    with live.client() as client:
        form = {
            **fields(client.get(f"/leads/{lead}").text, action),
            "verdict": "lost",
            "reason": "competitor",
        }
        answer(live, lead)
        told = client.post(action, data={**form, "comment": 'said "no"'})
        client.post(action, data={name: unescape(value) for name, value in fields(told.text, action).items()})
    last = live.runtime.ledger.lead(lead).last_answer
    assert (last.verdict, last.reason, last.comment) == ("lost", "competitor", 'said "no"')


def test_an_answer_that_was_taken_back_meanwhile_hinders_nobody(live, lead):
    given = answer(live, lead)
    action = f"/leads/{lead}/answer"
    with live.client() as client:
        form = fields(client.get(f"/leads/{lead}").text, action)
        assert form["seen"] == given.id
        live.runtime.ledger.undo(lead, given.id, actor="Suzuki")
        assert client.post(action, data=form).status_code == 303


def test_whoever_saw_the_last_answer_is_not_asked(live, lead):
    answer(live, lead)
    action = f"/leads/{lead}/answer"
    with live.client() as client:
        for path in ("/?answered=answered", f"/leads/{lead}"):
            form = fields(client.get(path).text, action)
            assert client.post(action, data=form).status_code == 303


def test_the_api_asks_nothing_of_the_kind(live, lead):
    answer(live, lead)
    with live.client() as client:
        told = client.post(
            f"/v1/leads/{lead}/feedback",
            json={"verdict": "rejected"},
            headers={"Idempotency-Key": f"{lead}-api"},
        )
    assert told.status_code == 200
    assert live.runtime.ledger.lead(lead).last_answer.verdict == "rejected"


def test_the_ledger_refuses_and_changes_nothing(live, lead):
    given = answer(live, lead, key="k-seen")
    for seen in ("", "another"):
        with pytest.raises(AnsweredMeanwhile, match=r"(?s)answered since this page was made.*look at that"):
            answer(live, lead, "won", key="k-meanwhile", seen=seen)
    assert live.runtime.ledger.lead(lead).last_answer.id == given.id
    assert answer(live, lead, key="k-seen", seen="").repeated, "the same form again is the same answer"


def test_every_answer_form_says_which_answer_was_seen(live):
    with live.client() as client:
        for path in ("/", "/?answered=answered", f"/leads/{first_lead(live).lead_id}"):
            page = client.get(path).text
            forms = re.findall(r'<form method="post" action="[^"]*/answer".*?</form>', page, re.S)
            assert all('name="seen"' in form for form in forms)
