"""The worker: takes what is due from the outbox, sends it, and notes what became of it."""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from qualify.config import Alerts, Config
from qualify.errors import LedgerUnavailable, UserError
from qualify.ledger import AlertRecord, Ledger
from serving.alerts.delivery import Outcome, Parcel, send_all

if TYPE_CHECKING:
    from serving.runtime import Runtime

__all__ = ["Delivered", "retry_delay", "run_once", "watch"]

log = logging.getLogger(__name__)

_EVERY_SECONDS = 2.0
_AGAIN_SECONDS = 10.0
# So many at most wait for each other that all are done well within the time for which the ledger lends them.
_AT_ONCE = 16
_LONGEST_TIMEOUT = 30.0
_FIRST_DELAY, _GROWTH, _LONGEST_DELAY = 2.0, 4.0, 3600.0
_LONGEST_WISH = 86_400.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many alerts were sent, are to be tried again, and are dead letters now."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def run_once(ledger: Ledger, config: Config, now: datetime, public_url: str | None = None) -> Delivered:
    """Send everything that is due.

    Parameters
    ----------
    ledger
        With the outbox. It lends an alert for some minutes, so that two workers never send the same one.
        Where a worker dies between sending and noting it, the alert is sent again, with the same delivery id.
    config
        Receivers, attempts, time-out, language.
    now
        The moment that counts as now.
    public_url
        Address of the pages, for links; by default the configured one.

    Raises
    ------
    LedgerUnavailable
        The outbox does not answer; what is in it stays in it.
    """
    total = Delivered()
    while due := ledger.due_alerts(now, limit=_AT_ONCE):
        done = _send(ledger, config, due, now, public_url or config.service.public_url)
        total = Delivered(total.sent + done.sent, total.failed + done.failed, total.dead + done.dead)
    return total


def _send(
    ledger: Ledger, config: Config, due: list[AlertRecord], now: datetime, public_url: str | None
) -> Delivered:
    alerts = config.service.alerts
    receivers = {webhook.name: webhook for webhook in alerts.webhooks}
    known = [record for record in due if record.webhook in receivers]
    parcels = [Parcel(record, receivers[record.webhook], public_url, config.language) for record in known]
    outcomes = dict(zip(
        (record.id for record in known), send_all(parcels, min(alerts.timeout, _LONGEST_TIMEOUT)), strict=True
    ))  # fmt: skip
    noted = [_note(ledger, alerts, record, outcomes.get(record.id), now) for record in due]
    return Delivered(noted.count("sent"), noted.count("failed"), noted.count("dead"))


def _note(ledger: Ledger, alerts: Alerts, record: AlertRecord, outcome: Outcome | None, now: datetime) -> str:
    """Write down what became of an alert; one whose receiver is no longer configured is dead at once."""
    failures = record.attempts + 1
    error = "no receiver of this name is configured" if outcome is None else outcome.error
    dead = outcome is None or failures >= alerts.attempts
    try:
        if error is None:
            ledger.alert_sent(record.id, now)
            return "sent"
        told = {"webhook": record.webhook, "error": error, "failures": failures}
        log.warning("an alert is a dead letter" if dead else "an alert was not taken", extra=told)
        wait = retry_delay(failures, outcome.retry_after if outcome else None)
        ledger.alert_failed(record.id, error, None if dead else now + timedelta(seconds=wait))
    except LedgerUnavailable:
        raise
    except UserError:
        log.info("an alert went with its lead, which was forgotten meanwhile")
    return "dead" if dead else "failed"


def retry_delay(failures: int, wish: float | None = None) -> float:
    """Return how long to wait after so many failures.

    Parameters
    ----------
    failures
        1 or more.
    wish
        Seconds of the receiver's Retry-After; it is never asked sooner.

    Returns
    -------
    float
        Seconds: 2, 8, 32, ... up to an hour, less up to half of it by chance, so that alerts which failed
        together do not come back together.
    """
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * _GROWTH ** (failures - 1))
    return max(longest * random.uniform(0.5, 1.0), min(wish or 0.0, _LONGEST_WISH))


def watch(runtime: Runtime, stop: threading.Event) -> list[threading.Thread]:
    """Start the worker of a running service; without receivers there is none.

    Parameters
    ----------
    runtime
        Configuration and ledger.
    stop
        Ends the worker.
    """
    config = runtime.config
    if config is None or not config.service.alerts.webhooks:
        return []
    thread = threading.Thread(target=_run, args=(runtime, config, stop), name="qualify-alerts", daemon=True)
    thread.start()
    return [thread]


def _run(runtime: Runtime, config: Config, stop: threading.Event) -> None:
    wait = _EVERY_SECONDS
    while not stop.wait(wait):
        try:
            run_once(runtime.ledger, config, datetime.now(UTC), runtime.public_url)
            wait = _EVERY_SECONDS
        except LedgerUnavailable:
            log.warning("the ledger is away: alerts wait")
            wait = _AGAIN_SECONDS
        except Exception:  # the thread has to outlive any fault, which is told
            log.exception("alerts could not be sent")
            wait = _AGAIN_SECONDS
