"""Scores reach the ledger once, in order, whether it is there or away."""

from __future__ import annotations

import time
from contextlib import contextmanager

import orjson
import pytest

from qualify.config import Desk
from qualify.errors import LedgerUnavailable
from qualify.ledger import Ledger
from serving.api.metrics import Metrics
from serving.api.records import pack
from serving.api.scoring import score_leads
from serving.api.spool import REFUSED, Spool
from serving.api.storing import Funnel, Here
from serving.api.writer import Writer


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


@pytest.fixture
def records(world, documents):
    desk = Desk(company="company")
    answers = score_leads(world.scorer, documents[:10], 3, "en", desk)
    return [
        pack(orjson.dumps(answer.score), document, answer.facts)
        for answer, document in zip(answers, documents[:10], strict=True)
    ]


class Door:
    """A way to the ledger that can be shut."""

    def __init__(self, ledger):
        self._ledger, self.shut, self.asked = ledger, False, 0

    def __call__(self):
        self.asked += 1
        if self.shut:
            raise LedgerUnavailable("the database does not answer")
        return self._ledger


@contextmanager
def running(folder, door):
    writer = Writer(Spool(folder), Here(door, (), Funnel), Metrics())
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def test_scores_facts_and_documents_are_stored(ledger, records, documents, tmp_path):
    with running(tmp_path / "s", Door(ledger)) as writer:
        for record in records:
            writer.put(record)
        assert writer.flush(20)
        assert writer.lag_rows == 0
        assert writer.lag_seconds(time.time()) == 0.0
    lead = ledger.lead(documents[0]["lead_id"])
    assert lead.score["as_of"].isoformat() == "2026-04-01T00:00:00+00:00"
    assert lead.facts.company == documents[0]["attributes"]["company"]
    known = [s for s in documents[0]["stages"] if s["recorded_at"] <= documents[0]["as_of"]]
    assert lead.facts.stage == known[-1]["stage"]
    assert ledger.document(documents[0]["lead_id"])["activities"] == documents[0]["activities"]


def test_nothing_is_lost_while_the_ledger_is_away(ledger, records, tmp_path):
    door = Door(ledger)
    door.shut = True
    with running(tmp_path / "s", door) as writer:
        for record in records:
            writer.put(record)
        assert not writer.flush(0.5)
        assert writer.lag_rows == 10
        assert writer.lag_seconds(time.time()) > 0.3
        door.shut = False
        assert writer.flush(20)
    assert sum(len(ledger.history(orjson.loads(r)["score"]["lead_id"])) for r in records) == 10
    assert list((tmp_path / "s").iterdir()) == []


def test_what_a_process_left_is_stored_by_the_next_one_and_once(ledger, records, tmp_path):
    door = Door(ledger)
    door.shut = True
    with running(tmp_path / "s", door) as writer:
        for record in records:
            writer.put(record)
    assert len(list((tmp_path / "s").iterdir())) >= 1
    door.shut = False
    with running(tmp_path / "s", door) as writer:
        for record in records:
            writer.put(record)
        assert writer.flush(20)
    assert [len(ledger.history(orjson.loads(r)["score"]["lead_id"])) for r in records] == [1] * 10


def test_a_record_that_is_refused_does_not_stop_the_others(ledger, records, tmp_path):
    with running(tmp_path / "s", Door(ledger)) as writer:
        writer.put(records[0])
        writer.put(b'{"score":{}}')
        writer.put(records[1])
        assert writer.flush(20)
    assert (tmp_path / "s" / REFUSED).read_bytes() == b'{"score":{}}\n'
    assert all(ledger.lead(orjson.loads(r)["score"]["lead_id"]) for r in records[:2])


def test_a_forgotten_lead_stays_forgotten(ledger, records, documents, tmp_path):
    with running(tmp_path / "s", Door(ledger)) as writer:
        writer.put(records[0])
        assert writer.flush(20)
        ledger.forget(documents[0]["lead_id"], actor="test")
        writer.put(records[0])
        assert writer.flush(20)
    assert ledger.lead(documents[0]["lead_id"]) is None
