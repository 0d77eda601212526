"""Alerts: who is told of what, once a spell, and never by two workers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from qualify.config import Webhook
from qualify.errors import UserError
from qualify.ledger import LeadFacts, Ledger
from tests.ledger.lists import DAY, HOUR, REASON, T0, score_list, score_row, scored

CRM = Webhook(name="crm", url="https://crm.example/hook", on=("sql",))
CHAT = Webhook(name="chat", url="https://chat.example/hook")
LATER = T0 + 40_000 * DAY


def put(ledger, table, **more):
    return ledger.record_scores(table, origin="batch", alert_rules=(CRM, CHAT), **more).alerts


def due(ledger, now=LATER, **more):
    return ledger.due_alerts(now, **more)


def told(ledger):
    return sorted((each.webhook, each.kind, each.lead_id) for each in ledger.alerts())


def test_each_receiver_is_told_what_it_asked_for(ledger):
    assert put(ledger, scored("a", band="A", recommended_stage="SQL")) == 3
    assert told(ledger) == [("chat", "band_a", "a"), ("chat", "sql", "a"), ("crm", "sql", "a")]
    (payload,) = [each.payload for each in ledger.alerts() if each.kind == "band_a"]
    assert (payload["lead_id"], payload["band"], payload["probability"], payload["kind"]) == (
        "a",
        "A",
        0.5,
        "band_a",
    )
    assert payload["as_of"] == "2026-04-01T09:00:00+00:00"
    assert payload["reasons"] == [REASON]


def test_once_a_spell(ledger):
    for day, band in enumerate("AABAA"):
        put(ledger, scored("a", as_of=T0 + day * DAY, band=band))
        put(ledger, scored("a", as_of=T0 + day * DAY, band=band))
    assert told(ledger) == [("chat", "band_a", "a")] * 2


@pytest.mark.parametrize(("out", "times"), [(1, 1), (6, 1), (7, 2), (30, 2)])
def test_a_lead_about_the_border_is_told_again_only_after_days_out(ledger, out, times):
    """Points of 101, 99 and 101: the scorecard says SQL, MQL and SQL, and the CRM knows of no stage."""
    for day, stage in ((0, "SQL"), (1, "MQL"), (1 + out, "SQL"), (2 + out, "SQL")):
        at = T0 + day * DAY
        put(ledger, scored("a", as_of=at, recommended_stage=stage), alert_rest_days=7)
    assert told(ledger) == sorted([("chat", "sql", "a"), ("crm", "sql", "a")] * times)


def test_an_older_score_and_a_closed_lead_are_told_to_nobody(ledger):
    put(ledger, scored("a", as_of=T0 + DAY, band="B"))
    assert put(ledger, scored("a", as_of=T0, band="A")) == 0
    assert put(ledger, scored("b", band="A"), facts={"b": LeadFacts(stage="Lost")}, closed=("Lost",)) == 0


def test_a_lead_is_called_sql_on_a_fresh_score_only(ledger):
    now = datetime.now(UTC)
    old = scored("a", as_of=now - 8 * DAY, recommended_stage="SQL")
    assert put(ledger, old, fresh_days=7) == 0
    assert ledger.lead("a").waiting_since is None
    new = scored("a", as_of=now - 6 * DAY, recommended_stage="SQL")
    assert put(ledger, new, fresh_days=7) == 2
    assert told(ledger) == [("chat", "sql", "a"), ("crm", "sql", "a")]
    assert ledger.lead("a").waiting_since == now - 6 * DAY


def test_the_stage_that_is_called_sql_is_named_by_the_caller(ledger):
    assert put(ledger, scored("a", recommended_stage="商談"), sql_stage="商談") == 2


def test_a_taken_alert_is_not_given_twice_before_its_lease_ends(ledger):
    put(ledger, score_list(*(score_row(f"L{n}", band="A") for n in range(5))))
    first = due(ledger, limit=3)
    second = due(ledger)
    assert (len(first), len(second)) == (3, 2)
    assert due(ledger) == []
    assert len(due(ledger, LATER + HOUR)) == 5


def test_failures_wait_then_become_dead_letters_and_can_be_sent_again(ledger):
    put(ledger, scored("a", band="A"))
    (alert,) = due(ledger)
    ledger.alert_failed(alert.id, "503 Service Unavailable", LATER + HOUR)
    assert due(ledger, LATER + HOUR / 2) == []
    (again,) = due(ledger, LATER + HOUR)
    assert (again.attempts, again.last_error) == (1, "503 Service Unavailable")
    ledger.alert_failed(alert.id, "gone", None)
    assert due(ledger, LATER + DAY) == []
    (dead,) = ledger.alerts("dead")
    assert (dead.status, dead.attempts, dead.due_at) == ("dead", 2, None)
    assert ledger.resend(dead.id).attempts == 0
    (alert,) = due(ledger, LATER + DAY)
    ledger.alert_sent(alert.id, LATER + DAY)
    (sent,) = ledger.alerts("sent")
    assert (sent.sent_at, ledger.alerts("waiting")) == (LATER + DAY, [])
    assert due(ledger, LATER + 9 * DAY) == []


def test_an_alert_that_is_not_there_is_told(file_ledger):
    with pytest.raises(UserError, match="there is no such alert"):
        file_ledger.alert_sent("nothing", T0)


def test_two_workers_never_get_the_same_alert(ledger, url):
    put(ledger, score_list(*(score_row(f"L{n:02}", band="A") for n in range(60))))
    workers = [Ledger.open(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: [each.id for each in due(workers[n % 4], limit=5)], range(16)))
    for worker in workers:
        worker.close()
    found = [each for batch in taken for each in batch] + [each.id for each in due(ledger, limit=100)]
    assert len(found) == len(set(found)) == 60
