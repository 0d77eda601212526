"""Scores of a time that has not come: nothing is held up by a clock that ran ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qualify.ledger import Ledger
from tests.ledger.lists import DAY, HOUR, scored

NOW = datetime.now(UTC).replace(microsecond=0)
AHEAD = NOW + timedelta(days=365)


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


def record(ledger, as_of, probability, band="A"):
    ledger.record_scores(scored("L", as_of=as_of, probability=probability, band=band), origin="api")
    return ledger.lead("L")


def test_a_score_of_the_future_gives_way_to_one_of_now(ledger):
    assert record(ledger, AHEAD, 0.9).score["probability"] == 0.9
    lead = record(ledger, NOW, 0.8)
    assert (lead.score["probability"], lead.waiting_since) == (0.8, NOW)
    assert [each.score["probability"] for each in ledger.history("L")] == [0.8, 0.9]
    # From here on time goes its way: an older one does not replace the latest.
    assert record(ledger, NOW - HOUR, 0.1).score["probability"] == 0.8


def test_an_answer_is_kept_with_the_score_that_was_shown(ledger):
    record(ledger, AHEAD, 0.9)
    record(ledger, NOW, 0.8)
    given = ledger.answer("L", "accepted", actor="ada", reason=None, comment=None, key="k")
    assert given.shown["probability"] == 0.8


@pytest.mark.parametrize("ahead", [HOUR, DAY - HOUR])
def test_clocks_and_zones_may_differ_by_a_day(ledger, ahead):
    record(ledger, NOW + ahead, 0.9)
    assert record(ledger, NOW, 0.1).score["probability"] == 0.9


def test_while_all_of_it_lies_ahead_the_latest_is_the_latest(ledger):
    record(ledger, AHEAD, 0.9)
    assert record(ledger, AHEAD - 2 * DAY, 0.1).score["probability"] == 0.9
    assert record(ledger, AHEAD + DAY, 0.7).score["probability"] == 0.7


def test_the_last_answer_holds_though_the_clock_was_set_back(ledger):
    record(ledger, NOW, 0.8)
    for verdict, at in (("rejected", AHEAD), ("meeting_booked", NOW)):
        ledger.answer("L", verdict, actor="ada", reason=None, comment=None, key=verdict, at=at)
    assert ledger.lead("L").last_answer.verdict == "meeting_booked"
