"""What is stored of a score list, and what a second one changes."""

from __future__ import annotations

import pytest

from qualify.errors import DataError
from qualify.ledger import LeadFacts, QueueQuery, Recorded
from tests.ledger.lists import DAY, HOUR, REASON, T0, score_list, score_row, scored


def record(ledger, table, **more):
    return ledger.record_scores(table, origin="batch", **more)


def test_a_score_comes_back_as_it_went_in(ledger):
    table = scored("L1", rank=7, p_win=0.0625)
    assert record(ledger, table) == Recorded(stored=1)
    (kept,) = ledger.history("L1")
    assert kept.score == table.to_pylist()[0]
    assert kept.as_of == T0
    assert ledger.lead("L1").score == kept.score
    assert ledger.lead("L1").previous is None


def test_the_same_list_twice_is_stored_once(ledger):
    table = score_list(score_row("a"), score_row("b"))
    assert record(ledger, table) == Recorded(stored=2)
    assert record(ledger, table) == Recorded(repeated=2)
    assert len(ledger.history("a")) == 1


def test_a_key_is_lead_moment_model_and_scorecard(ledger):
    for different in ({}, {"as_of": T0 + HOUR}, {"model_version": "2"}, {"scorecard_version": "x"}):
        assert record(ledger, scored("a", **different)).stored == 1
    assert len(ledger.history("a")) == 4
    assert record(ledger, scored("a")).repeated == 1


def test_an_older_score_never_replaces_the_latest(ledger):
    record(ledger, scored("a", as_of=T0, probability=0.9, band="A"), facts={"a": LeadFacts(name="new")})
    record(ledger, scored("a", as_of=T0 - DAY, probability=0.1, band="D"), facts={"a": LeadFacts(name="old")})
    lead = ledger.lead("a")
    assert (lead.score["probability"], lead.facts.name) == (0.9, "new")
    assert lead.previous["probability"] == 0.1
    assert [each.score["probability"] for each in ledger.history("a")] == [0.1, 0.9]


def test_a_replayed_score_of_an_earlier_model_does_not_come_back(ledger):
    record(ledger, scored("a", model_version="1", probability=0.1))
    record(ledger, scored("a", model_version="2", probability=0.2))
    record(ledger, scored("a", model_version="1", probability=0.1))
    assert ledger.lead("a").score["model_version"] == "2"


def test_a_list_may_hold_a_lead_several_times(ledger):
    rows = [score_row("a", as_of=T0 + n * HOUR, score=n + 1) for n in (2, 0, 1)]
    assert record(ledger, score_list(*rows)) == Recorded(stored=3)
    assert ledger.lead("a").score["score"] == 3
    assert ledger.lead("a").previous["score"] == 2


def test_many_leads_go_through_several_chunks(file_ledger, monkeypatch):
    monkeypatch.setattr("qualify.ledger.score_rows.ROWS_A_CHUNK", 2)
    rows = [score_row(f"L{n}", probability=n / 10) for n in range(7)]
    assert record(file_ledger, score_list(*rows)) == Recorded(stored=7)
    assert [row.lead_id for row in file_ledger.queue(QueueQuery()).rows] == [
        f"L{n}" for n in range(6, -1, -1)
    ]


def test_facts_that_are_not_known_now_stay(ledger):
    told = LeadFacts("田中", "商事", "sato", "seminar", "MQL", T0, T0 - DAY, T0 - HOUR)
    record(ledger, scored("a"), facts={"a": told})
    record(ledger, scored("a", as_of=T0 + HOUR))
    assert ledger.lead("a").facts == told
    record(ledger, scored("a", as_of=T0 + DAY), facts={"a": LeadFacts(stage="SAL", stage_since=T0)})
    assert ledger.lead("a").facts.stage == "SAL"
    assert ledger.lead("a").facts.name == "田中"


def test_an_assignment_holds_until_the_table_names_another_owner(ledger):
    record(ledger, scored("a"), facts={"a": LeadFacts(owner="sato")})
    ledger.assign("a", "suzuki", actor="boss")
    record(ledger, scored("a", as_of=T0 + HOUR), facts={"a": LeadFacts(owner="sato")})
    assert ledger.lead("a").facts.owner == "suzuki"
    record(ledger, scored("a", as_of=T0 + DAY), facts={"a": LeadFacts(owner="kato")})
    assert ledger.lead("a").facts.owner == "kato"


def test_a_change_of_stage_is_an_event(ledger):
    record(ledger, scored("a"), facts={"a": LeadFacts(stage="MQL")})
    record(ledger, scored("a", as_of=T0 + DAY), facts={"a": LeadFacts(stage="SQL", stage_since=T0 + HOUR)})
    (event,) = ledger.events("a")
    assert (event.kind, event.at, event.actor) == ("stage", T0 + HOUR, "qualify")
    assert event.detail == {"before": "MQL", "after": "SQL"}


def test_leads_in_closed_stages_are_not_on_the_desk(ledger):
    facts = {"a": LeadFacts(stage="Won"), "b": LeadFacts(stage="MQL")}
    record(ledger, score_list(score_row("a"), score_row("b")), facts=facts, closed=("Won", "Lost"))
    assert [row.lead_id for row in ledger.queue(QueueQuery()).rows] == ["b"]
    assert not ledger.lead("a").open
    record(ledger, scored("a", as_of=T0 + DAY), facts={"a": LeadFacts(stage="MQL")}, closed=("Won", "Lost"))
    assert ledger.lead("a").open


def test_the_document_is_that_of_the_latest_score(ledger):
    document = {"lead_id": "a", "attributes": {"業種": "製造", "n": 2**70}, "activities": [{"type": "x"}]}
    record(ledger, scored("a"), documents={"a": document})
    record(ledger, scored("a", as_of=T0 - DAY), documents={"a": {"lead_id": "a", "attributes": {}}})
    assert ledger.document("a") == document
    record(ledger, scored("a", as_of=T0 + DAY), documents={"a": {"lead_id": "a"}})
    assert ledger.document("a") == {"lead_id": "a"}
    assert ledger.document("nobody") is None


def test_text_that_a_database_does_not_take_is_mended(ledger):
    odd = "a\x00b"
    record(ledger, scored(odd), facts={odd: LeadFacts(name="x\x00y\ud800", company="  ")})
    lead = ledger.lead(odd)
    assert lead.lead_id == "a\ufffdb"
    assert lead.facts == LeadFacts(name="x\ufffdy?")


def test_reasons_may_be_empty_and_a_stage_unknown(ledger):
    record(ledger, scored("a", reasons=[], recommended_stage=None))
    assert ledger.lead("a").score["reasons"] == []
    assert ledger.lead("a").score["recommended_stage"] is None
    (row,) = ledger.queue(QueueQuery()).rows
    assert row.reasons == ()


def test_the_queue_shows_three_reasons(ledger):
    record(ledger, scored("a", reasons=[{**REASON, "feature": f"f{n}"} for n in range(5)]))
    (row,) = ledger.queue(QueueQuery()).rows
    assert [reason["feature"] for reason in row.reasons] == ["f0", "f1", "f2"]
    assert len(ledger.lead("a").score["reasons"]) == 5


def test_a_list_without_its_columns_is_refused(file_ledger):
    with pytest.raises(DataError, match="The score list lacks columns"):
        record(file_ledger, scored("a").drop_columns(["band", "reasons"]))
