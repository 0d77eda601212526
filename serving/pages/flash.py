"""A short message that is shown once, on the page after a form: what was done, and how to undo it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["FLASH_COOKIE", "FLASH_SECONDS", "Flash", "read_flash"]

FLASH_COOKIE = "qualify_done"
FLASH_SECONDS = 120
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

    def packed(self) -> str:
        """Return the message as the value of a cookie; empty where no cookie could hold it."""
        text = base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        return text if len(text) <= _LONGEST else ""


def read_flash(request: Request) -> Flash | None:
    """Return the message that waits to be shown; one that is not whole is none.

    The cookie is only the reader's own: pages escape it, and its undo asks for the same rights as any other.
    """
    packed = request.cookies.get(FLASH_COOKIE, "")[:_LONGEST]
    if not packed:
        return None
    try:
        # This reader refuses lone surrogates and endless nesting.
        found = orjson.loads(base64.urlsafe_b64decode(packed.encode()))
    except (binascii.Error, ValueError):
        return None
    names = set(Flash.__dataclass_fields__)
    whole = isinstance(found, dict) and set(found) == names
    if not whole or not all(isinstance(part, str) for part in found.values()):
        return None
    return Flash(**found)
