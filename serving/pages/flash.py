"""A short message that is shown once, on the page after a form: what was done, and how to undo it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["Flash", "forget_flash", "read_flash"]

_COOKIE = "qualify_done"
_SECONDS = 120
_LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Flash:
    """What was done to which lead.

    Parameters
    ----------
    done
        Code of the text ``done.<code>``.
    lead_id, name
        The lead, and what the page calls it.
    answer_id
        The answer that can be undone; empty where nothing can be.
    """

    done: str
    lead_id: str = ""
    name: str = ""
    answer_id: str = ""

    def keep(self, answer: Response) -> None:
        """Put the message into an answer; the next page shows it."""
        packed = base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        if len(packed) <= _LONGEST:
            answer.set_cookie(_COOKIE, packed, max_age=_SECONDS, httponly=True, samesite="lax")


def read_flash(request: Request) -> Flash | None:
    """Return the message that waits to be shown; one that is not whole is none.

    The cookie is only the reader's own: pages escape it, and its undo asks for the same rights as any other.
    """
    packed = request.cookies.get(_COOKIE, "")[:_LONGEST]
    if not packed:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(packed.encode()))
    except (binascii.Error, ValueError):
        return None
    names = set(Flash.__dataclass_fields__)
    whole = isinstance(found, dict) and set(found) == names
    if not whole or not all(isinstance(part, str) for part in found.values()):
        return None
    return Flash(**found)


def forget_flash(answer: Response) -> None:
    """Take the message out of the browser once it was shown."""
    answer.delete_cookie(_COOKIE, httponly=True, samesite="lax")
