"""Sending alerts: signed, in time, to the configured host and no other."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import urljoin, urlsplit

import httpx

from qualify.config import Webhook
from qualify.ledger import AlertRecord
from serving.alerts.payloads import alert_of, render
from serving.alerts.signature import HEADER, sign

__all__ = ["SIDE_BY_SIDE", "Outcome", "Parcel", "send_all"]

SIDE_BY_SIDE = 4
"""Connections to one receiver at a time."""
_HOPS = 3
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MOVED = frozenset({307, 308})  # with these a POST stays a POST


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message of the outbox, where it goes, and what its text needs: the pages' address and a language."""

    record: AlertRecord
    webhook: Webhook
    public_url: str | None
    language: str

    def body(self) -> bytes:
        """Return the bytes to be sent."""
        alert = alert_of(self.record, self.public_url, self.language)
        return json.dumps(render(self.webhook.template, alert), ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt.

    Parameters
    ----------
    error
        None: delivered. Else a short text without addresses and secrets.
    retry_after
        Seconds that the receiver asked for.
    """

    error: str | None = None
    retry_after: float | None = None


def send_all(parcels: Sequence[Parcel], timeout: float) -> list[Outcome]:
    """Send alerts side by side, so that a slow receiver holds no other up; each gets a few at a time.

    Parameters
    ----------
    timeout
        Seconds for each, from the connection to the answer's last header.

    Returns
    -------
    list of Outcome
        In the order of `parcels`.
    """
    # It logs addresses, and those of some receivers are secrets.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return asyncio.run(_send_all(parcels, timeout))


async def _send_all(parcels: Sequence[Parcel], timeout: float) -> list[Outcome]:
    gates = {parcel.webhook.name: asyncio.Semaphore(SIDE_BY_SIDE) for parcel in parcels}

    async def send(parcel: Parcel) -> Outcome:
        async with gates[parcel.webhook.name]:
            return await _send(client, parcel, timeout)

    async with httpx.AsyncClient(follow_redirects=False, timeout=timeout, verify=_trust()) as client:
        return await asyncio.gather(*map(send, parcels))


@cache
def _trust() -> ssl.SSLContext:
    """Return the authorities that are trusted; to read them takes longer than to send an alert."""
    return httpx.create_ssl_context()


async def _send(client: httpx.AsyncClient, parcel: Parcel, timeout: float) -> Outcome:
    try:
        async with asyncio.timeout(timeout):
            return await _post(client, parcel)
    except TimeoutError:
        return Outcome(f"no answer within {timeout:g} s")
    except KeyError as missing:
        return Outcome(f"{missing} is missing in the environment or in the score")
    except (httpx.HTTPError, httpx.InvalidURL, TypeError, ValueError) as error:
        return Outcome(type(error).__name__)


async def _post(client: httpx.AsyncClient, parcel: Parcel) -> Outcome:
    """Post the body, and follow a redirect within the same host."""
    body = parcel.body()
    url = start = _filled(parcel.webhook.url)
    for _ in range(_HOPS):
        headers = _headers(parcel, body)
        async with client.stream("POST", url, content=body, headers=headers) as answer:
            if answer.is_success:
                return Outcome()
            if answer.status_code not in _MOVED:
                return Outcome(f"HTTP {answer.status_code}", _retry_after(answer.headers))
            url = urljoin(url, answer.headers.get("location", ""))
        if _origin(url) != _origin(start):
            return Outcome("a redirect to another host was refused")
    return Outcome("too many redirects")


def _headers(parcel: Parcel, body: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json", "User-Agent": "qualify", "X-Qualify-Delivery": parcel.record.id,
    }  # fmt: skip
    if parcel.webhook.secret_env:
        headers[HEADER] = sign(body, os.environ[parcel.webhook.secret_env], int(time.time()))
    return headers


def _filled(url: str) -> str:
    """Put environment variables into a URL: that of a chat's receiver is a secret itself."""
    return _VARIABLE.sub(lambda found: os.environ[found[1]], url)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds of Retry-After, given as a number or as a date."""
    told = headers.get("retry-after", "").strip()
    if told.isdecimal():
        return float(told)
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
