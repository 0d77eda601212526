"""From the outbox to a receiver that fails, is slow, and comes back: nothing is lost, once a spell."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import Config
from qualify.errors import LedgerUnavailable
from serving.alerts import HEADER, Delivered, run_once, verify, watch
from serving.alerts.delivery import SIDE_BY_SIDE
from serving.alerts.worker import retry_delay
from tests.ledger.lists import DAY, T0, score_list, score_row, scored
from tests.serving.access.house import config
from tests.serving.alerts.receiver import Receiver, Reply, listening, until

NOW = datetime.now(UTC)
"""Set anew for each test: alerts are stored at the clock's time, and this module may be read long before."""
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def a_minute_from_now(monkeypatch):
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC) + timedelta(minutes=1))


def settings(url: str, *, attempts: int = 8, timeout: float = 5.0, **webhook: object) -> Config:
    hook = {"name": "crm", "url": url, "on": ["band_a"], **webhook}
    alerts = {"webhooks": [hook], "attempts": attempts, "timeout": timeout}
    return config(alerts=alerts, public_url="https://leads.example.com")


def passed(ledger, chosen: Config, *lead_ids: str, at=T0, band: str = "A") -> None:
    """Store scores of leads in a band, with the configured receivers."""
    table = score_list(*(score_row(lead_id, as_of=at, band=band, score=97) for lead_id in lead_ids))
    ledger.record_scores(table, origin="batch", alert_rules=chosen.service.alerts.webhooks)


def test_a_receiver_is_told_of_each_lead_once(ledger, receiver):
    chosen = settings(receiver.url)
    passed(ledger, chosen, "L-1", "L-2")
    assert run_once(ledger, chosen, NOW) == Delivered(sent=2)
    assert run_once(ledger, chosen, NOW + DAY) == Delivered()
    assert sorted(got.json["lead_id"] for got in receiver.got) == ["L-1", "L-2"]
    assert {alert.status for alert in ledger.alerts()} == {"sent"}


def test_once_a_spell_in_band_a(ledger, receiver):
    chosen = settings(receiver.url)
    for day, band in enumerate("AABAA"):
        passed(ledger, chosen, "L-1", at=T0 + day * DAY, band=band)
        run_once(ledger, chosen, NOW)
    assert [got.json["as_of"][:10] for got in receiver.got] == ["2026-04-01", "2026-04-04"]


def test_a_receiver_that_fails_and_comes_back_misses_nothing(ledger, receiver):
    chosen = settings(receiver.url)
    receiver.replies = [Reply(500), Reply(503), Reply(429), Reply(404)]
    passed(ledger, chosen, "L-1")
    done = [run_once(ledger, chosen, NOW + turn * HOUR) for turn in range(6)]
    assert done == [Delivered(failed=1)] * 4 + [Delivered(sent=1), Delivered()]
    assert [got.json["lead_id"] for got in receiver.taken] == ["L-1"]
    assert len({got.headers["x-qualify-delivery"] for got in receiver.got}) == 1


def test_a_receiver_that_is_down_and_comes_back_misses_nothing(ledger):
    down = Receiver()
    with listening(down):
        chosen = settings(down.url)
    passed(ledger, chosen, "L-1", "L-2")
    assert run_once(ledger, chosen, NOW) == Delivered(failed=2)
    assert {alert.last_error for alert in ledger.alerts()} == {"ConnectError"}
    with listening(down, int(down.url.split(":")[2].split("/")[0])):
        assert run_once(ledger, chosen, NOW + HOUR) == Delivered(sent=2)
    assert len(down.taken) == 2


def test_a_slow_receiver_is_left_and_holds_nobody_up(ledger, receiver):
    with listening(Receiver(always=Reply(seconds=2.0))) as slow:
        hooks = [{"name": "slow", "url": slow.url}, {"name": "fast", "url": receiver.url}]
        chosen = config(alerts={"webhooks": hooks, "timeout": 0.3})
        began = datetime.now(UTC)
        passed(ledger, chosen, *(f"L-{i}" for i in range(10)))
        assert run_once(ledger, chosen, NOW) == Delivered(sent=10, failed=10)
        assert (datetime.now(UTC) - began).total_seconds() < 2.0
    assert len(receiver.taken) == 10
    waiting = ledger.alerts("waiting")
    assert {alert.last_error for alert in waiting} == {"no answer within 0.3 s"}


def test_after_so_many_attempts_it_is_a_dead_letter_that_can_be_sent_again(ledger, receiver):
    chosen = settings(receiver.url, attempts=3)
    receiver.always = Reply(500)
    passed(ledger, chosen, "L-1")
    done = [run_once(ledger, chosen, NOW + turn * HOUR) for turn in range(4)]
    assert done == [Delivered(failed=1), Delivered(failed=1), Delivered(dead=1), Delivered()]
    (dead,) = ledger.alerts("dead")
    assert (dead.attempts, dead.last_error) == (3, "HTTP 500")
    receiver.always = Reply()
    ledger.resend(dead.id)
    assert run_once(ledger, chosen, NOW + 9 * HOUR) == Delivered(sent=1)


def test_retry_after_is_honoured(ledger, receiver):
    chosen = settings(receiver.url)
    receiver.replies = [Reply(503, {"Retry-After": "1800"})]
    passed(ledger, chosen, "L-1")
    run_once(ledger, chosen, NOW)
    assert run_once(ledger, chosen, NOW + timedelta(seconds=1790)) == Delivered()
    assert run_once(ledger, chosen, NOW + timedelta(seconds=1801)) == Delivered(sent=1)


def test_retry_after_may_be_a_date(ledger, receiver):
    chosen = settings(receiver.url)
    later = datetime.now(UTC) + timedelta(minutes=40)
    receiver.replies = [Reply(429, {"Retry-After": f"{later:%a, %d %b %Y %H:%M:%S} GMT"})]
    passed(ledger, chosen, "L-1")
    run_once(ledger, chosen, NOW)
    (waiting,) = ledger.alerts("waiting")
    assert timedelta(minutes=39) < waiting.due_at - NOW <= timedelta(minutes=40)


@given(failures=st.integers(1, 40), wish=st.none() | st.floats(0, 1e7))
def test_waits_grow_to_an_hour_and_are_never_shorter_than_wished(failures, wish):
    longest = min(3600.0, 2.0 * 4.0 ** (failures - 1))
    wished = min(wish or 0.0, 86_400.0)
    assert max(longest / 2, wished) <= retry_delay(failures, wish) <= max(longest, wished)


def test_failures_spread_out():
    assert len({retry_delay(5) for _ in range(20)}) > 10


def test_the_body_is_signed_with_the_secret(ledger, receiver, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", "shared")
    chosen = settings(receiver.url, secret_env="HOOK_SECRET")
    passed(ledger, chosen, "L-1")
    run_once(ledger, chosen, NOW)
    (got,) = receiver.got
    now = int(datetime.now(UTC).timestamp())
    told = got.headers[HEADER.lower()]
    assert verify(got.body, told, "shared", now)
    assert not verify(got.body + b" ", told, "shared", now)
    assert not verify(got.body, told, "other", now)
    assert not verify(got.body, told.replace("t=", "t=1"), "shared", now)


@pytest.mark.parametrize(
    "header", ["", "t=,v1=", "v1=x", "t=1.5,v1=x", "t=٣,v1=x", "é", "t=1,v1=" + "0" * 64]
)
def test_what_is_no_signature_is_none(header):
    assert not verify(b"{}", header, "secret", 1)


def test_without_its_secret_nothing_is_sent(ledger, receiver, monkeypatch):
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    chosen = settings(receiver.url, secret_env="HOOK_SECRET")
    passed(ledger, chosen, "L-1")
    assert run_once(ledger, chosen, NOW) == Delivered(failed=1)
    assert receiver.got == []
    monkeypatch.setenv("HOOK_SECRET", "shared")
    assert run_once(ledger, chosen, NOW + HOUR) == Delivered(sent=1)


def test_an_address_that_is_a_secret_comes_from_the_environment(ledger, receiver, monkeypatch, caplog):
    monkeypatch.setenv("CHAT_PATH", "T123/secret-part")
    chosen = settings(receiver.url + "/${CHAT_PATH}", template="slack")
    receiver.replies = [Reply(500)]
    passed(ledger, chosen, "L-1")
    with caplog.at_level("DEBUG"):
        run_once(ledger, chosen, NOW)
        run_once(ledger, chosen, NOW + HOUR)
    assert [got.path for got in receiver.got] == ["/hook/T123/secret-part"] * 2
    told = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("httpcore")
    )
    assert "secret-part" not in told + str(ledger.alerts())


def test_a_redirect_within_the_host_is_followed_and_signed(ledger, receiver, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", "shared")
    receiver.replies = [Reply(308, {"Location": "/new"})]
    chosen = settings(receiver.url, secret_env="HOOK_SECRET")
    passed(ledger, chosen, "L-1")
    assert run_once(ledger, chosen, NOW) == Delivered(sent=1)
    assert [got.path for got in receiver.got] == ["/hook", "/new"]
    assert receiver.got[0].body == receiver.got[1].body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(ledger, receiver, status):
    with listening(Receiver()) as elsewhere:
        receiver.always = Reply(status, {"Location": elsewhere.url})
        chosen = settings(receiver.url)
        passed(ledger, chosen, "L-1")
        assert run_once(ledger, chosen, NOW) == Delivered(failed=1)
        assert elsewhere.got == []


def test_redirects_in_a_circle_end(ledger, receiver):
    receiver.always = Reply(307, {"Location": "/hook"})
    chosen = settings(receiver.url)
    passed(ledger, chosen, "L-1")
    assert run_once(ledger, chosen, NOW) == Delivered(failed=1)
    assert len(receiver.got) == 3


def test_two_workers_send_each_alert_once(ledger, receiver):
    chosen = settings(receiver.url)
    passed(ledger, chosen, *(f"L-{i}" for i in range(120)))
    with ThreadPoolExecutor(2) as workers:
        done = list(workers.map(lambda _: run_once(ledger, chosen, NOW), range(2)))
    assert sum(each.sent for each in done) == 120
    assert len({got.json["lead_id"] for got in receiver.got}) == len(receiver.got) == 120


def test_an_alert_whose_receiver_is_gone_is_a_dead_letter(ledger, receiver):
    passed(ledger, settings(receiver.url), "L-1")
    assert run_once(ledger, config(), NOW) == Delivered(dead=1)
    assert ledger.alerts("dead")[0].last_error == "no receiver of this name is configured"


def test_a_receiver_gets_a_few_at_a_time(ledger):
    with listening(Receiver(always=Reply(seconds=0.1))) as busy:
        chosen = settings(busy.url)
        passed(ledger, chosen, *(f"L-{i}" for i in range(12)))
        assert run_once(ledger, chosen, NOW) == Delivered(sent=12)
        assert busy.most == SIDE_BY_SIDE


class Forgetful:
    """A ledger in which a lead is forgotten while its alert is on its way."""

    def __init__(self, ledger) -> None:
        self._ledger = ledger

    def __getattr__(self, name):
        return getattr(self._ledger, name)

    def alert_sent(self, alert_id, at):
        self._ledger.forget("L-1", actor="test")
        self._ledger.alert_sent(alert_id, at)


def test_a_lead_that_is_forgotten_on_the_way_stops_nobody(ledger, receiver):
    chosen = settings(receiver.url)
    passed(ledger, chosen, "L-1")
    run_once(Forgetful(ledger), chosen, NOW)
    assert ledger.alerts() == []
    passed(ledger, chosen, "L-2", at=T0 + DAY)
    assert run_once(ledger, chosen, NOW) == Delivered(sent=1)


class Runtime:
    """What the worker needs of a running service; the ledger can be away."""

    public_url = "https://leads.example.com"

    def __init__(self, ledger, chosen: Config, failures: int) -> None:
        self._ledger, self.config, self.failures = ledger, chosen, failures

    @property
    def ledger(self):
        if self.failures:
            self.failures -= 1
            raise LedgerUnavailable("the ledger is away")
        return self._ledger


@pytest.mark.parametrize("failures", [0, 2])
def test_the_worker_goes_on_after_the_ledger_was_away(ledger, receiver, monkeypatch, failures):
    monkeypatch.setattr("serving.alerts.worker._EVERY_SECONDS", 0.02)
    monkeypatch.setattr("serving.alerts.worker._AGAIN_SECONDS", 0.02)
    chosen, stop = settings(receiver.url), threading.Event()
    threads = watch(Runtime(ledger, chosen, failures), stop)
    passed(ledger, chosen, "L-1")
    until(lambda: bool(receiver.taken))
    stop.set()
    for thread in threads:
        thread.join(5.0)
        assert not thread.is_alive()
    assert receiver.taken[0].json["link"] == "https://leads.example.com/leads/L-1"


def test_without_receivers_there_is_no_worker(ledger):
    assert watch(Runtime(ledger, config(), 0), threading.Event()) == []


def test_stage_alerts_go_to_those_who_asked(ledger, receiver):
    chosen = settings(receiver.url, on=["sql"])
    ledger.record_scores(
        scored("L-1", band="A", recommended_stage="SQL"), origin="api",
        alert_rules=chosen.service.alerts.webhooks,
    )  # fmt: skip
    assert run_once(ledger, chosen, NOW) == Delivered(sent=1)
    assert receiver.got[0].json["type"] == "lead.sql"
