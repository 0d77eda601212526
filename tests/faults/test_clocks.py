"""Clocks that jump: nobody waits for ever, and no session outlives its hours."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from qualify.ledger import Ledger
from qualify.ledger.outbox import LEASE_SECONDS, LONGEST_WAIT_SECONDS
from qualify.ledger.tables import alerts
from serving.access.people import Sessions

HOURS = 8.0
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = time.time()

    monkeypatch.setattr("serving.access.people.time.time", lambda: Clock.now)
    return Clock


def test_a_session_begun_by_a_clock_that_ran_ahead_does_not_outlive_its_hours(clock):
    sessions, cookie = Sessions(HOURS), {}
    right = clock.now
    clock.now = right + 365 * 86_400
    sessions.begin(cookie, "ada")
    assert sessions.user(cookie) == "ada"
    clock.now = right
    assert sessions.user(cookie) is None
    sessions.begin(cookie, "ada")
    assert sessions.user(cookie) == "ada"


@pytest.mark.parametrize(
    ("hours", "user"), [(0.0, "ada"), (-0.01, "ada"), (HOURS - 0.1, "ada"), (HOURS, None)]
)
def test_a_session_lasts_its_hours(clock, hours, user):
    sessions, cookie = Sessions(HOURS), {}
    sessions.begin(cookie, "ada")
    clock.now += hours * 3600
    assert sessions.user(cookie) == user


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


def micros(moment):
    return round(moment.timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("due", "leased", "sent"),
    [
        (timedelta(0), None, True),
        (timedelta(hours=1), None, False),
        (timedelta(days=1), None, False),
        (timedelta(days=365), None, True),
        (timedelta(0), timedelta(seconds=LEASE_SECONDS - 1), False),
        (timedelta(0), timedelta(days=365), True),
    ],
)
def test_an_alert_put_off_by_a_clock_that_ran_ahead_is_sent(ledger, due, leased, sent):
    row = {
        "id": "a1", "webhook": "w", "kind": "band_a", "lead_id": "L1", "payload": "{}", "status": "waiting",
        "created_at": micros(NOW), "attempts": 1, "due_at": micros(NOW + due),
        "leased_until": None if leased is None else micros(NOW + leased),
    }  # fmt: skip
    with ledger._database.write() as connection:
        connection.execute(alerts.insert(), row)
    assert LONGEST_WAIT_SECONDS > 86_400
    assert [each.id for each in ledger.due_alerts(NOW)] == (["a1"] if sent else [])
