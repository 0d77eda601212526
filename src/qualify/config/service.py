"""The section `service` of `qualify.yaml`: the ledger, the sales desk, who may come in, where alerts go.

A secret never stands in the file: a setting that ends in `_env` names the environment variable that holds it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qualify.config.base import Strict

Seconds = Annotated[float, Field(gt=0)]
Role = Literal["sales", "manager", "admin"]


class Desk(Strict):
    """What the pages show of a lead, and what sales promised.

    Parameters
    ----------
    name, company, owner, source
        Columns of the leads table; None: the lead's id, and no filter.
    approach_within_hours
        Agreed limit from hand-over to the first approach.
    """

    name: str | None = None
    company: str | None = None
    owner: str | None = None
    source: str | None = None
    approach_within_hours: float = Field(default=24.0, gt=0)


class Oidc(Strict):
    """Sign-in by an OpenID Connect provider (`issuer`/.well-known/openid-configuration)."""

    issuer: str = Field(pattern=r"^https?://")
    client_id: str
    client_secret_env: str = "QUALIFY_OIDC_SECRET"
    user_claim: str = "email"


class TrustedProxy(Strict):
    """Sign-in by a proxy in front: whom it names in `header`, believed only from these addresses."""

    header: str = "X-Forwarded-User"
    addresses: tuple[str, ...] = Field(min_length=1)


class Access(Strict):
    """Who may come in.

    Parameters
    ----------
    roles
        By user name as the provider gives it. `sales` see their own leads, `manager` all leads, `admin` may
        also change settings of the service. Users who are not named are refused.
    session_hours
        After this a person signs in again.
    session_secret_env
        Environment variable with the key that signs sessions.
    """

    oidc: Oidc | None = None
    proxy: TrustedProxy | None = None
    roles: dict[str, Role] = Field(default_factory=dict)
    session_hours: float = Field(default=12.0, gt=0)
    session_secret_env: str = "QUALIFY_SESSION_SECRET"

    @model_validator(mode="after")
    def _one_way(self) -> Access:
        if self.oidc is not None and self.proxy is not None:
            raise ValueError("sign-in is either by `oidc` or by `proxy`, not both")
        return self


class Webhook(Strict):
    """A receiver of alerts; the body is signed with the secret (HMAC-SHA256)."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    url: str = Field(pattern=r"^https?://")
    secret_env: str | None = None
    template: Literal["json", "slack", "hubspot", "salesforce", "dynamics365"] = "json"
    on: tuple[Literal["band_a", "sql"], ...] = ("band_a", "sql")


class Alerts(Strict):
    """Who is told when a lead passes into band A or into the SQL criteria.

    Parameters
    ----------
    attempts
        After so many failures an alert is a dead letter: it can be seen and sent again.
    """

    webhooks: tuple[Webhook, ...] = ()
    attempts: int = Field(default=8, ge=1)
    timeout: Seconds = 5.0

    @model_validator(mode="after")
    def _names_differ(self) -> Alerts:
        names = [webhook.name for webhook in self.webhooks]
        if len(set(names)) != len(names):
            raise ValueError(f"names of webhooks must differ, got {names}")
        return self


class Limits(Strict):
    """What one caller may ask of the service."""

    body_bytes: int = Field(default=4_000_000, ge=1_000)
    activities_a_lead: int = Field(default=20_000, ge=1)
    leads_a_batch: int = Field(default=1_000, ge=1, le=10_000)
    requests_a_minute: int = Field(default=60_000, ge=1)


class Service(Strict):
    """The whole section.

    Parameters
    ----------
    ledger
        SQLAlchemy URL of the database that keeps scores, answers and alerts.
    public_url
        Address under which people reach the pages, for links in alerts; None: the address listened on.
    """

    ledger: str = "sqlite:///ledger.db"
    public_url: str | None = None
    desk: Desk = Desk()
    access: Access = Access()
    alerts: Alerts = Alerts()
    limits: Limits = Limits()

    def ledger_url(self, folder: Path) -> str:
        """Return the URL of the ledger; a relative SQLite file is meant from `folder`."""
        return anchored(self.ledger, folder)


def anchored(url: str, folder: Path) -> str:
    """Return a database URL with a relative SQLite file made absolute from `folder`."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return prefix + str((folder / url.removeprefix(prefix)).resolve())
    return url
