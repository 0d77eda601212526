"""How a lead is reached: telephone numbers and mail addresses of its document, as links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from qualify.leads.shapes import is_phone_name

if TYPE_CHECKING:
    from qualify.config import ColumnSpec, Desk
    from serving.pages.words import Words

__all__ = ["Contact", "list_contacts"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,250}")
_NUMBER = re.compile(r"\+?[\d\s().\-/‐-―−ー]{6,40}")
_FEWEST_DIGITS, _MOST_DIGITS = 6, 15
"""The longest number of the world has 15 digits (ITU-T E.164)."""
_MOST = 3


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a lead: what is shown, and where it leads; `link` is empty where that is not clear."""

    kind: Literal["phone", "email"]
    text: str
    link: str


def list_contacts(
    document: Mapping[str, Any] | None, desk: Desk, columns: Mapping[str, ColumnSpec], words: Words
) -> list[Contact]:
    """Return the telephone numbers and mail addresses of a lead, each once.

    Parameters
    ----------
    document
        The lead document; None: it was not kept.
    desk
        Names the columns. Where it names none, columns of the type `email` and attributes whose name says
        that they are telephone numbers are taken.
    columns
        What the model reads.
    """
    if document is None:
        return []
    given = {**document, **(document.get("attributes") or {})}
    phones = [desk.phone] if desk.phone else [name for name in given if is_phone_name(str(name))]
    mails = [desk.email] if desk.email else [name for name, spec in columns.items() if spec.type == "email"]
    found = [*_each("phone", phones, given, words), *_each("email", mails, given, words)]
    return list(dict.fromkeys(found))


def _each(
    kind: Literal["phone", "email"], names: list[str], given: Mapping[str, Any], words: Words
) -> Iterator[Contact]:
    for name in names[:_MOST]:
        value = given.get(name)
        text = words.book.clean(str(value)) if isinstance(value, str | int) and str(value).strip() else ""
        if text:
            yield Contact(kind, text, _call(str(value)) if kind == "phone" else _mail(str(value)))


def _call(value: str) -> str:
    """Return the address that dials a number; what follows its digits (an extension) is left to the caller.

    Examples
    --------
    >>> _call("０３（１２３４）５６７８ 内線9"), _call("+81 3-1234-5678"), _call("ask the desk")
    ('tel:0312345678', 'tel:+81312345678', '')
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    found = _NUMBER.match(plain)
    digits = "" if found is None else re.sub(r"\D", "", found[0])
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return ""
    return f"tel:{'+' if plain.startswith('+') else ''}{digits}"


def _mail(value: str) -> str:
    """Return the address that opens a mail; empty where the value is no single address.

    Examples
    --------
    >>> _mail("naoki@acme.example"), _mail("a@b.example?bcc=c"), _mail("unknown")
    ('mailto:naoki@acme.example', 'mailto:a@b.example%3Fbcc%3Dc', '')
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    return f"mailto:{quote(plain, safe='@+')}" if _ADDRESS.fullmatch(plain) else ""
