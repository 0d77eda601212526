"""Answers: once a key, taken back, remembered with what was shown, and many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from qualify.errors import KeyReused, UnknownLead, UserError
from qualify.ledger import LeadFacts, Ledger, QueueQuery
from tests.ledger.lists import DAY, HOUR, T0, score_list, score_row, scored


def say(ledger, verdict="accepted", lead="a", key="k", **more):
    words = {"actor": "sato", "reason": None, "comment": None, **more}
    return ledger.answer(lead, verdict, key=key, **words)


@pytest.fixture
def stored(ledger):
    ledger.record_scores(scored("a", band="A", probability=0.75, score=91), origin="batch")
    return ledger


def test_an_answer_remembers_what_was_shown(stored):
    answer = say(stored, "rejected", reason="no_budget", comment=" ask again in May ")
    assert (answer.verdict, answer.reason, answer.comment) == ("rejected", "no_budget", "ask again in May")
    assert answer.shown["as_of"] == T0
    assert (answer.shown["probability"], answer.shown["score"], answer.shown["band"]) == (0.75, 91, "A")
    assert stored.lead("a").last_answer == answer
    assert not stored.lead("a").open


def test_an_answer_given_earlier_and_stored_later_shows_the_score_of_its_time(stored):
    between = datetime.now(T0.tzinfo)
    stored.record_scores(scored("a", as_of=T0 + DAY, score=12), origin="api")
    assert say(stored, at=between).shown["score"] == 91
    assert say(stored, key="2").shown["score"] == 12


def test_the_same_key_gives_the_same_answer(stored):
    first = say(stored, "recycled", reason="too_early")
    again = say(stored, "recycled", reason="too_early")
    assert (again.id, again.repeated, first.repeated) == (first.id, True, False)
    assert stored.answers().num_rows == 1


@pytest.mark.parametrize(
    "different", [{"verdict": "won"}, {"reason": "other"}, {"comment": "x"}, {"actor": "kato"}, {"lead": "b"}]
)
def test_the_same_key_with_another_content_is_refused(stored, different):
    stored.record_scores(scored("b"), origin="batch")
    say(stored, "rejected")
    with pytest.raises(KeyReused, match="the idempotency key was used for another answer"):
        say(stored, **{"verdict": "rejected", **different})


def test_a_lead_that_is_not_stored_is_told(stored):
    for call in (
        lambda: say(stored, lead="nobody"),
        lambda: stored.undo("nobody", "x", actor="a"),
        lambda: stored.assign("nobody", "x", actor="a"),
        lambda: stored.forget("nobody", actor="a"),
    ):
        with pytest.raises(UnknownLead, match="the ledger holds no lead of this id"):
            call()
    assert stored.lead("nobody") is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"verdict": "acepted"}, "the verdict is not known"),
        ({"verdict": "rejected", "reason": "no_bugdet"}, "the reason is not known"),
        ({"verdict": "won", "reason": "no_need"}, "a reason goes only with some verdicts"),
    ],
)
def test_words_that_are_not_known_are_refused(file_ledger, words, message):
    with pytest.raises(UserError, match=message):
        say(file_ledger, **words)


def test_a_time_without_a_zone_is_refused(stored):
    with pytest.raises(UserError, match="a time has no zone"):
        say(stored, at=datetime(2026, 4, 1))  # noqa: DTZ001 - that is the point


def test_undo_brings_the_answer_before_back(stored):
    first = say(stored, "accepted", key="1")
    second = say(stored, "lost", key="2", reason="competitor")
    assert not stored.lead("a").open
    undone = stored.undo("a", second.id, actor="boss")
    assert (undone.undone, undone.undone_by) == (True, "boss")
    assert stored.lead("a").last_answer == first
    assert stored.lead("a").open
    assert stored.undo("a", second.id, actor="other") == undone
    stored.undo("a", first.id, actor="boss")
    lead = stored.lead("a")
    assert (lead.last_answer, lead.waiting_since) == (None, T0)
    assert [event.kind for event in stored.events("a")] == ["answer", "answer", "undo", "undo"]


def test_only_answers_of_the_lead_can_be_undone(stored):
    stored.record_scores(scored("b"), origin="batch")
    answer = say(stored)
    with pytest.raises(UserError, match="the lead has no such answer"):
        stored.undo("b", answer.id, actor="x")


def test_a_recycled_lead_comes_back_and_undo_keeps_that(stored):
    say(stored, "recycled", at=T0 + HOUR)
    stored.record_scores(scored("a", as_of=T0 + DAY, band="B"), origin="api")
    assert not stored.lead("a").open
    active = {"a": LeadFacts(last_activity_at=T0 + 2 * DAY)}
    stored.record_scores(scored("a", as_of=T0 + 3 * DAY, band="A"), origin="api", facts=active)
    lead = stored.lead("a")
    assert (lead.open, lead.returned_at, lead.waiting_since) == (True, T0 + 3 * DAY, T0 + 3 * DAY)
    assert [event.kind for event in stored.events("a")] == ["answer", "return"]
    assert stored.queue(QueueQuery()).rows[0].last_answer == "recycled"
    mistake = say(stored, "won", key="2")
    assert not stored.lead("a").open
    stored.undo("a", mistake.id, actor="x")
    assert stored.lead("a").open


def test_assignments_are_events(stored):
    stored.assign("a", "kato", actor="boss")
    stored.assign("a", "kato", actor="boss")
    stored.assign("a", None, actor="boss")
    assert [event.detail for event in stored.events("a")] == [
        {"before": None, "after": "kato"},
        {"before": "kato", "after": None},
    ]
    assert stored.lead("a").facts.owner is None


def test_answers_are_a_table(stored):
    first = say(stored, "rejected", key="1", reason="no_need", at=T0 + HOUR)
    stored.undo("a", first.id, actor="sato")
    say(stored, "accepted", key="2", at=T0 + DAY)
    rows = stored.answers().to_pylist()
    assert rows[0] == {
        "lead_id": "a", "verdict": "rejected", "reason": "no_need", "actor": "sato", "at": T0 + HOUR,
        "undone": True, "as_of": T0, "probability": 0.75, "score": 91, "band": "A", "model_version": "1",
    }  # fmt: skip
    assert [row["undone"] for row in rows] == [True, False]
    later = stored.answers(since=T0 + 2 * HOUR)
    assert later["verdict"].to_pylist() == ["accepted"]
    assert later.schema == stored.answers(since=T0 + 9 * DAY).schema
    before = stored.answers(until=T0 + 2 * HOUR)
    assert (before["verdict"].to_pylist(), before["undone"].to_pylist()) == (["rejected"], [False])


def test_a_hundred_at_once_are_all_kept(ledger, url):
    ledger.record_scores(score_list(*(score_row(f"L{n}") for n in range(10))), origin="batch")
    other = Ledger.open(url)

    def one(n):
        who = (ledger, other)[n % 2]
        answer = say(who, lead=f"L{n % 10}", key=f"k{n // 2}-{n % 10}")
        who.audit(f"user{n}", "view", f"L{n % 10}")
        return answer

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(one, range(100)))
    other.close()
    assert len({answer.id for answer in answers}) == ledger.answers().num_rows == 100
    assert len(ledger.audit_log()) == 100


def test_one_key_at_once_is_one_answer(ledger, url):
    ledger.record_scores(scored("a"), origin="batch")
    other = Ledger.open(url)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: say((ledger, other)[n % 2]), range(20)))
    other.close()
    assert len({answer.id for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1
