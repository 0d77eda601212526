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
    name
        Column of the leads table with the person's name; null: the lead's id is shown.
    company
        Column with the company, shown and searched; null: not shown.
    owner
        Column with who in sales looks after the lead; null: leads are assigned on the desk.
    source
        Column with where the lead came from, as a filter and for figures; null: no filter.
    phone
        Column with the telephone number, to call from the lead's page; the model does not see it. It is kept
        with the lead's document until `qualify forget`; null: not kept by the batch job, and in a document
        sent over HTTP an attribute that is called a telephone and holds a number is taken for it.
    email
        Column with the mail address, to write from the lead's page; null: a column of the type `email`.
    approach_within_hours
        Agreed limit from hand-over to the first approach; what waits longer is marked.
    """

    name: str | None = None
    company: str | None = None
    owner: str | None = None
    source: str | None = None
    phone: str | None = None
    email: str | None = None
    approach_within_hours: float = Field(default=24.0, gt=0)


class Oidc(Strict):
    """Sign-in by an OpenID Connect provider (`issuer`/.well-known/openid-configuration).

    Parameters
    ----------
    issuer
        Address of the provider, as it stands in its tokens.
    client_id
        Under which the service is registered there.
    client_secret_env
        Environment variable with the client's secret.
    user_claim
        The claim that names the user. An address that the provider calls unverified is refused.
    """

    issuer: str = Field(pattern=r"^https?://")
    client_id: str
    client_secret_env: str = "QUALIFY_OIDC_SECRET"
    user_claim: str = "email"


class TrustedProxy(Strict):
    """Sign-in by a proxy in front, which names the user in a header.

    Parameters
    ----------
    header
        Name of the header. The proxy has to drop it from what comes in from outside.
    addresses
        Addresses or networks of the proxy; from anywhere else the header is not believed.
    """

    header: str = "X-Forwarded-User"
    addresses: tuple[str, ...] = Field(min_length=1)


class Access(Strict):
    """Who may come in.

    Parameters
    ----------
    oidc
        See below; null: no sign-in by OpenID Connect.
    proxy
        See below; null: no sign-in by a proxy. Not together with `oidc`.
    roles
        By user name as the provider gives it. `sales` see their own leads, `manager` all leads, `admin` may
        also change settings of the service. Users who are not named are refused.
    session_hours
        After this a person signs in again.
    session_secret_env
        Environment variable with the key that signs sessions. Another key signs everybody out.
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
    """A receiver of alerts.

    Parameters
    ----------
    name
        For pages and logs.
    url
        Where messages are posted; ``${NAME}`` is taken from the environment.
    secret_env
        Environment variable with the secret that signs the body (HMAC-SHA256); null: unsigned.
    template
        The form of the body.
    on
        Which events are told: the lead passes into band A, or into the SQL criteria of the scorecard.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    url: str = Field(pattern=r"^https?://")
    secret_env: str | None = None
    template: Literal["json", "slack", "hubspot", "salesforce", "dynamics365"] = "json"
    on: tuple[Literal["band_a", "sql"], ...] = ("band_a", "sql")


class Alerts(Strict):
    """Who is told when a lead passes into band A or into the SQL criteria.

    Parameters
    ----------
    webhooks
        See below; none: nobody is told.
    attempts
        After so many failures an alert is a dead letter: it can be seen and sent again.
    timeout
        Seconds that a receiver has for its answer.
    again_after_days
        How long a lead must have been out of band A, or of the SQL criteria, before it is told again, so that
        one that wavers about the border is told once. 0: at each passage.
    """

    webhooks: tuple[Webhook, ...] = ()
    attempts: int = Field(default=8, ge=1)
    timeout: Seconds = 5.0
    again_after_days: float = Field(default=7.0, ge=0)

    @model_validator(mode="after")
    def _names_differ(self) -> Alerts:
        names = [webhook.name for webhook in self.webhooks]
        if len(set(names)) != len(names):
            raise ValueError(f"names of webhooks must differ, got {names}")
        return self


class Limits(Strict):
    """What one caller may ask of the service.

    Parameters
    ----------
    body_bytes
        Largest body of a request.
    activities_a_lead
        In one lead document.
    leads_a_batch
        In one call of `POST /v1/score/batch`.
    requests_a_minute
        By caller; what comes beyond is answered with 429.
    """

    body_bytes: int = Field(default=4_000_000, ge=1_000)
    activities_a_lead: int = Field(default=20_000, ge=1)
    leads_a_batch: int = Field(default=1_000, ge=1, le=10_000)
    requests_a_minute: int = Field(default=60_000, ge=1)


class Service(Strict):
    """The sales desk and the API: ledger, pages, access, alerts and limits.

    Parameters
    ----------
    ledger
        SQLAlchemy URL of the database that keeps scores, answers and alerts: SQLite or PostgreSQL.
    public_url
        Address under which people reach the pages, for links in alerts and for sign-in; null: the address
        listened on.
    desk
        See below.
    access
        See below.
    alerts
        See below.
    limits
        See below.
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
