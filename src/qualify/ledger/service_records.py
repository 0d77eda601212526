"""Records about people and programs: the audit log, access tokens, alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from qualify.ledger.records import AlertKind

AlertStatus: TypeAlias = Literal["waiting", "sent", "dead"]


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what; `detail` holds no personal data of the lead."""

    id: int
    at: datetime
    actor: str
    action: str
    lead_id: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """An access token; the secret itself is nowhere, `digest` is its SHA-256."""

    id: str
    name: str
    digest: str
    scopes: frozenset[str]
    created_by: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """A message of the outbox.

    Parameters
    ----------
    webhook
        Name of the receiver in the configuration.
    payload
        `lead_id`, `kind`, `as_of`, `probability`, `score`, `band`, `recommended_stage`, `rule_points`,
        `rule_band`, `reasons` (three), `model_version`, `scorecard_version`, and of the facts `name`,
        `company`, `owner`, `source`, `stage`.
    attempts
        Failures so far.
    due_at
        When it is to be sent next; None once it is sent or dead.
    """

    id: str
    webhook: str
    kind: AlertKind
    lead_id: str
    payload: Mapping[str, Any]
    status: AlertStatus
    created_at: datetime
    attempts: int
    due_at: datetime | None
    last_error: str | None
    sent_at: datetime | None
