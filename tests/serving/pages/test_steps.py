"""What is left to do after each answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qualify.explain.advice import first_steps
from qualify.ledger import LeadFacts, LeadRecord
from qualify.ledger.records import CLOSING, Answer
from serving.pages.steps import steps_left
from serving.pages.words import words_for
from tests.explain.leads import make_lead

EN, JA = words_for("en"), words_for("ja")
AT = datetime(2026, 3, 3, tzinfo=UTC)
STORY = make_lead()
STEPS = first_steps(STORY, EN.book)


def record(verdict, returned_at=None):
    answer = verdict and Answer("a", "L1", verdict, None, None, "x", AT, {})
    return LeadRecord("L1", LeadFacts(), {}, None, True, None, answer, returned_at)


def test_without_an_answer_all_steps_are_left():
    assert len(STEPS) > 1
    assert steps_left(STEPS, STORY, record(None), EN) == STEPS


@pytest.mark.parametrize(("verdict", "said"), [
    ("accepted", "Accepted: call, then note the result."), ("meeting_booked", "Prepare the meeting."),
])  # fmt: skip
def test_an_open_lead_that_was_answered_is_not_to_be_called_for_the_first_time(verdict, said):
    assert steps_left(STEPS, STORY, record(verdict), EN) == (said, *STEPS[1:])


def test_the_call_is_found_wherever_it_stands():
    left = steps_left(("By stage.", STEPS[0]), STORY, record("meeting_booked"), EN)
    assert left == ("By stage.", "Prepare the meeting.")


def test_a_japanese_reader_is_told_in_japanese():
    steps = first_steps(STORY, JA.book)
    assert steps_left(steps, STORY, record("meeting_booked"), JA)[0] == "商談の準備をしましょう。"


@pytest.mark.parametrize("verdict", CLOSING)
def test_a_closing_answer_leaves_nothing_to_do_until_the_lead_comes_back(verdict):
    assert steps_left(STEPS, STORY, record(verdict), EN) == ()
    assert steps_left(STEPS, STORY, record(verdict, returned_at=AT), EN) == STEPS


def test_a_lead_closed_by_its_stage_is_still_said_to_be_closed():
    closed = replace(STORY, closed=True, stage="Won")
    steps = first_steps(closed, EN.book)
    assert steps_left(steps, closed, record("accepted"), EN) == steps
