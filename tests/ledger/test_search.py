"""The search of the queue: case, width and blanks."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from qualify.ledger import LeadFacts, QueueQuery
from qualify.ledger.desk import QueuePage
from qualify.ledger.queue import queue_page
from tests.ledger.lists import ids, many, put, score_row


@pytest.mark.parametrize("q", ["田中", "ＡＣＭＥ", "acme tana", "tanaka", "ｶﾌﾞｼｷ", "100%", "l-7", "  ", None])
def test_search_finds_whatever_case_and_width(ledger, q):
    put(ledger, score_row("L-7"), **{"L-7": LeadFacts(name="田中 Tanaka", company="ＡＣＭＥ カブシキ 100%")})
    assert ids(ledger, q=q) == ["L-7"]


@pytest.mark.parametrize("q", ["suzuki", "100_", "tanaka suzuki", "'; DROP TABLE ledger_leads"])
def test_search_finds_nothing_else(ledger, q):
    put(ledger, score_row("L-7"), **{"L-7": LeadFacts(name="田中 Tanaka", company="ACME 100%")})
    assert ids(ledger, q=q) == []


@pytest.mark.parametrize("stored", ["山本 直樹", "山本直樹", "山本　直樹", "  山本   直樹 "])
@pytest.mark.parametrize("q", ["山本直樹", "山本 直樹", "山本　直樹", "直樹", "本直"])
def test_search_finds_a_name_with_and_without_its_blank(ledger, stored, q):
    put(ledger, score_row("L-7"), score_row("L-8"), **{"L-7": LeadFacts(name=stored)})
    assert ids(ledger, q=q) == ["L-7"]


@pytest.mark.parametrize("stored", ["ヤマモト ナオキ", "ﾔﾏﾓﾄ ﾅｵｷ", "ﾔﾏﾓﾄﾅｵｷ"])
@pytest.mark.parametrize("q", ["ヤマモトナオキ", "ﾔﾏﾓﾄﾅｵｷ", "ﾔﾏﾓﾄ　ﾅｵｷ"])
def test_search_finds_half_width_by_full_width_and_back(ledger, stored, q):
    put(ledger, score_row("L-7"), **{"L-7": LeadFacts(name=stored, company="ＡＢＣ 商事")})
    assert ids(ledger, q=q) == ids(ledger, q="abc商事") == ids(ledger, q="ＡＢＣ商事") == ["L-7"]


def test_search_does_not_run_from_one_fact_into_the_next(ledger):
    put(ledger, score_row("L-7"), **{"L-7": LeadFacts(name="山本 直樹", company="商事")})
    assert ids(ledger, q="直樹商事") == ids(ledger, q="直樹山本") == []


@pytest.mark.parametrize("stored", ["John Anderson", "Yamamoto  Naoki Nan", "José Ángel", "Иван Нанов"])
def test_no_word_is_found_across_two_others(ledger, stored):
    put(ledger, score_row("L-7"), **{"L-7": LeadFacts(name=stored, company="Sun Antarctic")})
    across = "".join(stored.split()[:2])
    assert ids(ledger, q=across) == ids(ledger, q="nant") == []
    assert ids(ledger, q=" ".join(reversed(stored.split()))) == ["L-7"]


def test_the_letters_where_two_names_meet_find_neither(ledger):
    put(ledger, score_row("L-7"), score_row("L-8"),
        **{"L-7": LeadFacts(name="John Anderson"), "L-8": LeadFacts(name="Nan Ito")})  # fmt: skip
    assert ids(ledger, q="nan") == ["L-8"]


@pytest.mark.parametrize(
    "q", ["yamamoto naoki", "naoki yamamoto", "moto 株式", "abc株式会社", "ABC 株式 会社"]
)
def test_words_are_looked_for_one_by_one(ledger, q):
    put(ledger, score_row("L-7"), **{"L-7": LeadFacts(name="Yamamoto Naoki", company="ABC 株式会社")})
    assert ids(ledger, q=q) == ["L-7"]


def test_a_search_in_vain_looks_once(file_ledger):
    file_ledger.record_scores(many(3), origin="batch")
    asked = []
    with file_ledger._database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert queue_page(connection, QueueQuery(q="zzzz")) == QueuePage((), None, 0)
    assert len([each for each in asked if each.startswith("SELECT")]) == 1
