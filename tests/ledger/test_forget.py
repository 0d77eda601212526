"""Erasing a lead: from every table and from the bytes of the file, and for good."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, select

from qualify.config import Webhook
from qualify.ledger import LeadFacts, Ledger, QueueQuery, Recorded
from qualify.ledger.tables import metadata
from tests.ledger.lists import HOUR, REASON, T0, score_list, score_row, scored

NAME, COMMENT, ID = "Ottilie Vandersloot", "speaks of a merger", "LEAD-0815-XY"
SEARCHED = "vandersloot商事"
"""The end of the company as a search looks into it."""
RULES = (Webhook(name="crm", url="https://crm.example"),)


def fill(ledger):
    """A lead in every table, and another one that stays."""
    rows = score_list(
        score_row(ID, band="A", reasons=[{**REASON, "text": f"{NAME} asked for a demo"}]),
        score_row("b", band="A"),
    )
    facts = {ID: LeadFacts(name=NAME, company=f"{NAME} 商事")}
    documents = {ID: {"lead_id": ID, "attributes": {"name": NAME}}, "b": {"lead_id": "b"}}
    ledger.record_scores(rows, origin="batch", facts=facts, documents=documents, alert_rules=RULES)
    for hour in range(1, 4):
        ledger.record_scores(
            scored(ID, as_of=T0 + hour * HOUR), origin="api", facts=facts, documents=documents
        )
    answer = ledger.answer(ID, "rejected", actor="sato", reason="other", comment=COMMENT, key="k1")
    ledger.undo(ID, answer.id, actor="sato")
    ledger.answer("b", "accepted", actor="sato", reason=None, comment=None, key="k2")
    ledger.assign(ID, "kato", actor="boss")
    ledger.audit("sato", "view", ID, f"page of {NAME}")
    ledger.audit("sato", "view", "b", "page of b")


def everything(url):
    """All rows of all tables as text."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [str(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    engine.dispose()
    return "\n".join(found)


def test_nothing_of_the_lead_stays_in_any_table(ledger, url):
    fill(ledger)
    assert all(part in everything(url) for part in (NAME, COMMENT, ID))
    done = ledger.forget(ID, actor="officer")
    assert done.erased == {
        "scores": 4, "documents": 1, "answers": 1, "events": 3, "alerts": 1, "leads": 1, "audit": 1,
    }  # fmt: skip
    assert not [part for part in (NAME, COMMENT, ID) if part in everything(url)]
    assert ledger.lead(ID) is None
    assert ledger.document(ID) is None
    assert (ledger.history(ID), ledger.events(ID)) == ([], [])
    assert [row.lead_id for row in ledger.queue(QueueQuery(answered=None)).rows] == ["b"]
    assert ledger.document("b") == {"lead_id": "b"}
    assert [alert.lead_id for alert in ledger.alerts()] == ["b"]
    notes = [(note.actor, note.action, note.lead_id) for note in ledger.audit_log()]
    assert notes == [("officer", "forget", None), ("sato", "view", "b"), ("sato", "view", None)]


def test_the_lead_is_refused_when_it_comes_again(ledger):
    fill(ledger)
    assert not ledger.is_forgotten(ID)
    ledger.forget(ID, actor="officer")
    assert ledger.is_forgotten(ID)
    assert not ledger.is_forgotten("b")
    again = ledger.record_scores(score_list(score_row(ID), score_row("c")), origin="batch")
    assert again == Recorded(stored=1, forgotten=1)
    assert ledger.lead(ID) is None


def test_tombstones_of_two_ledgers_cannot_be_compared(tmp_path):
    stones = []
    for name in "ab":
        url = f"sqlite:///{tmp_path / name}"
        ledger = Ledger.open(url)
        ledger.record_scores(score_list(score_row(ID), score_row("b")), origin="batch")
        for lead_id in (ID, "b"):
            ledger.forget(lead_id, actor="officer")
        ledger.close()
        engine = create_engine(url)
        with engine.connect() as connection:
            stones += connection.scalars(select(metadata.tables["ledger_forgotten"].c.digest)).all()
        engine.dispose()
    assert len(set(stones)) == 4


def test_the_bytes_are_gone_from_the_files(file_ledger):
    fill(file_ledger)
    path = Path(file_ledger.url.removeprefix("sqlite:///"))

    def on_disk():
        files = [each.read_bytes() for each in path.parent.iterdir()]
        words = (NAME, NAME.casefold(), SEARCHED, COMMENT, ID)
        return [word for word in words if any(word.encode() in content for content in files)]

    assert on_disk() == [NAME, NAME.casefold(), SEARCHED, COMMENT, ID]
    file_ledger.forget(ID, actor="officer")
    assert on_disk() == []
