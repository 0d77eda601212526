"""Who a person is: by the session of a sign-in, by a trusted proxy, or by sitting at the machine."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, MutableMapping
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.requests import Request

from qualify.config import Access, TrustedProxy
from qualify.config.service import Role
from qualify.errors import ConfigError
from serving.access.actor import LOCAL, ROLE_SCOPES, Actor
from serving.access.hosts import through_a_proxy
from serving.access.refusal import Refusal

__all__ = ["People", "Sessions"]

_CLOCK_SECONDS = 60.0
"""By so much the clocks of two machines behind one address may differ."""


class Sessions:
    """Sessions of people: what a signed cookie holds, and which of them ended before their time.

    Parameters
    ----------
    hours
        After this a person signs in again, however busy the session was.
    """

    def __init__(self, hours: float) -> None:
        self.seconds = hours * 3600
        self._ended: dict[str, float] = {}

    def begin(self, session: MutableMapping[str, Any], user: str) -> None:
        """Start a session at sign-in: nothing of what was before is kept, the id least of all."""
        self.end(session)
        session.update(sid=secrets.token_urlsafe(18), user=user, until=time.time() + self.seconds)

    def user(self, session: Mapping[str, Any]) -> str | None:
        """Return who is signed in, or None."""
        user, until, sid = session.get("user"), session.get("until", 0.0), session.get("sid")
        if not isinstance(user, str) or sid in self._ended:
            return None
        # One that would last longer than any was begun by a clock that ran ahead.
        return user if 0 < until - time.time() <= self.seconds + _CLOCK_SECONDS else None

    def end(self, session: MutableMapping[str, Any]) -> None:
        """End a session: a copy of its cookie is worth nothing from now on."""
        now = time.time()
        self._ended = {sid: until for sid, until in self._ended.items() if until > now}
        if isinstance(session.get("sid"), str) and session.get("until", 0.0) > now:
            self._ended[session["sid"]] = session["until"]
        session.clear()


class People:
    """Finds the actor of a request without a token.

    Parameters
    ----------
    access
        The configuration.
    sessions
        Of signed-in people.
    loopback
        Whether the service listens on the loopback address only.

    Raises
    ------
    ConfigError
        An address of the proxy is not one.
    """

    def __init__(self, access: Access, sessions: Sessions, *, loopback: bool) -> None:
        self._proxy = access.proxy
        self._trusted = _networks(access.proxy)
        self._sessions = sessions
        self._roles = {name.casefold(): role for name, role in access.roles.items()}
        self._local = loopback and access.oidc is None and access.proxy is None

    def actor(self, request: Request) -> Actor | None:
        """Return who asks, or None where nobody is signed in.

        Raises
        ------
        Refusal
            403: the person is known, but has no role here.
        """
        if self._local:
            if through_a_proxy(request):
                raise Refusal(
                    403, "A proxy passes requests on, but no sign-in is configured (`service.access`)."
                )
            return LOCAL
        proxy = self._proxy
        user = self._named_by(proxy, request) if proxy else self._sessions.user(request.session)
        return None if user is None else self.known(user)

    def known(self, user: str) -> Actor:
        """Return the actor of a user name.

        Raises
        ------
        Refusal
            403: no role is given to that name.
        """
        role: Role | None = self._roles.get(user.casefold())
        if role is None:
            raise Refusal(403, f"{user} has no access here: ask for a role in `service.access.roles`.")
        return Actor(user, role, ROLE_SCOPES[role], "person")

    def _named_by(self, proxy: TrustedProxy, request: Request) -> str | None:
        """Return whom the proxy names; anybody else's header is as if it were not there."""
        named = [name.strip() for name in request.headers.getlist(proxy.header)]
        if request.client is None or not _within(request.client.host, self._trusted):
            return None
        if len(named) > 1:
            raise Refusal(400, f"The header {proxy.header} stands there {len(named)} times.")
        return named[0] if named and named[0] else None


def _networks(proxy: TrustedProxy | None) -> list[Any]:
    try:
        return [ip_network(address, strict=False) for address in proxy.addresses] if proxy else []
    except ValueError as error:
        raise ConfigError(
            "an address of the trusted proxy is not one", where="service.access.proxy.addresses",
            got=str(error), expected="IP addresses or networks such as 10.0.0.7 or 10.1.0.0/16",
        ) from error  # fmt: skip


def _within(address: str, networks: Iterable[Any]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in network for network in networks)
