"""Who asks, and what that one may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qualify.config.service import Role

__all__ = ["LOCAL", "ROLE_SCOPES", "SCOPES", "Actor", "may_see"]

Kind = Literal["local", "token", "person"]

SCOPES = ("read", "score", "feedback", "admin")

ROLE_SCOPES: dict[Role, frozenset[str]] = {
    "sales": frozenset({"read", "feedback"}),
    "manager": frozenset({"read", "feedback"}),
    "admin": frozenset(SCOPES),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a program that was let in.

    Parameters
    ----------
    name
        Name as the provider of the sign-in gives it, or the token's name.
    role
        What the pages show: `sales` their own leads, `manager` all leads, `admin` the service too.
    scopes
        What the calls allow, of `SCOPES`.
    kind
        `local`: whoever sits at the machine of a service that listens on the loopback address only.
    """

    name: str
    role: Role
    scopes: frozenset[str]
    kind: Kind


LOCAL = Actor("local", "admin", frozenset(SCOPES), "local")


def may_see(actor: Actor, owner: str | None) -> bool:
    """Tell whether a lead is shown to the actor.

    Parameters
    ----------
    actor
        Who asks.
    owner
        Whose lead it is; None or empty: nobody's yet.

    Returns
    -------
    bool
        Sales see their own leads and those without an owner; managers and admins see all.

    Examples
    --------
    >>> sales = Actor("Ada@example.com", "sales", ROLE_SCOPES["sales"], "person")
    >>> may_see(sales, "ada@example.com"), may_see(sales, None), may_see(sales, "bob@example.com")
    (True, True, False)
    """
    return actor.role != "sales" or not owner or owner.casefold() == actor.name.casefold()
