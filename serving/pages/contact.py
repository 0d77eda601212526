"""How a lead is reached: telephone numbers and mail addresses of its document, as links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from qualify.leads.shapes import names_a_phone

if TYPE_CHECKING:
    from qualify.config import ColumnSpec, Desk
    from serving.pages.words import Words

__all__ = ["Contact", "list_contacts"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,250}")
_NUMBER = re.compile(r"\+?[\d \t().\-‐-―−ー]{6,}")
_TRUNK = re.compile(r"\(\s*0\s*\)")
"""The zero that is dialled within a country only: in "+44 (0)20 …" it is not part of the number."""
_DATE = re.compile(r"(19|20)\d\d([-.])(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
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
        Names the columns. Where it names none, columns of the type `email` are taken, and attributes that are
        called like a telephone and hold a number that can be dialled.
    columns
        What the model reads.
    """
    if document is None:
        return []
    given = {**document, **(document.get("attributes") or {})}
    phones = [desk.phone] if desk.phone else [name for name in given if names_a_phone(str(name))]
    mails = [desk.email] if desk.email else [name for name, spec in columns.items() if spec.type == "email"]
    called: Iterable[Contact] = _each("phone", phones, given, words)
    if not desk.phone:
        called = (each for each in called if each.link)
    found = [*islice(called, _MOST), *islice(_each("email", mails, given, words), _MOST)]
    return list(dict.fromkeys(found))


def _each(
    kind: Literal["phone", "email"], names: list[str], given: Mapping[str, Any], words: Words
) -> Iterator[Contact]:
    for name in names:
        value = given.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
            continue
        link = _call(str(value)) if kind == "phone" else _mail(str(value))
        yield Contact(kind, words.book.clean(str(value)), link)


def _call(value: str) -> str:
    """Return the address that dials the first number of a text; empty where it begins with none.

    What follows the number (an extension, a second number) is left to the caller.

    Examples
    --------
    >>> _call("０３（１２３４）５６７８ 内線9"), _call("+44 (0)20 7946 0958"), _call("2026-04-02")
    ('tel:0312345678', 'tel:+442079460958', '')
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    found = None if _DATE.match(plain) else _NUMBER.match(plain)
    number = "" if found is None else found[0]
    abroad = "+" if number.startswith("+") else ""
    digits = re.sub(r"\D", "", _TRUNK.sub("", number) if abroad else number)
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return ""
    return f"tel:{abroad}{''.join(str(unicodedata.decimal(each)) for each in digits)}"


def _mail(value: str) -> str:
    """Return the address that opens a mail; empty where the value is no single address.

    Examples
    --------
    >>> _mail("naoki@acme.example"), _mail("a@b.example?bcc=c"), _mail("unknown")
    ('mailto:naoki@acme.example', 'mailto:a@b.example%3Fbcc%3Dc', '')
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    return f"mailto:{quote(plain, safe='@+')}" if _ADDRESS.fullmatch(plain) else ""
