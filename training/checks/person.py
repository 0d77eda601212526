"""Keys by which one person is recognised in several leads: address, phone number, name with company."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np

from qualify.leads.tables import Column, IntArray

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")
_PHONE = re.compile(r"\+?[0-9(][0-9()\-\s./]{6,}[0-9]")
_NAMED_PHONE = re.compile(r"(?i)phone|mobile|\btel\b|\bfax\b|電話|携帯")
_NAMED_PERSON = re.compile(
    r"(?i)^(first|last|full|given|family|middle|contact|customer|lead|person)?[ _.-]?name$|surname|"
    r"^(氏名|名前|姓|名|お名前|担当者名|姓名)$"
)
_NAMED_COMPANY = re.compile(
    r"(?i)company|organi[sz]ation|employer|\bfirm\b|account.?name|会社|企業名|社名|法人"
)
_LEGAL = re.compile(
    r"(?i)\b(inc|ltd|llc|plc|corp|corporation|limited|gmbh|ag|kk|co|company|sa|bv|pty)\b\.?|株式会社|有限会社|合同会社|[(（]株[)）]"
)
_NOT_LETTERS = re.compile(r"[\W_]+")
_DIGITS = 7
_LOCAL_DIGITS = 9
"""Trailing digits that are the same with and without the country's code."""

_LOOKED_AT = 200
_MOST = 0.5


def plain(text: str) -> str:
    """Return a text without case, width and outer or double spaces.

    Examples
    --------
    >>> plain("  ＡＢＣ  Trading ")
    'abc trading'
    """
    if text.isascii():  # nothing to normalize, and most addresses are
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def plain_address(text: str) -> str:
    """Return the address that a mail goes to: no case, no ``mailto:``, no ``+tag``.

    Examples
    --------
    >>> plain_address(" Mailto:Jo.Doe+News@Example.com "), plain_address("n/a")
    ('jo.doe@example.com', '')
    """
    address = plain(text).removeprefix("mailto:").strip("<>").replace(" ", "")
    if not _ADDRESS.fullmatch(address):
        return ""
    local, _, domain = address.rpartition("@")
    return f"{local.split('+')[0] or local}@{domain}"


def plain_phone(text: str) -> str:
    """Return the last digits of a phone number; empty where there are too few.

    Examples
    --------
    >>> plain_phone("+81 (0)3-1234-5678") == plain_phone("03 1234 5678")
    True
    """
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return digits[-_LOCAL_DIGITS:] if len(digits) >= _DIGITS else ""


def plain_name(text: str) -> str:
    """Return a name's letters alone, without a company's legal form.

    Examples
    --------
    >>> plain_name("Acme, Inc."), plain_name("株式会社 山田")
    ('acme', '山田')
    """
    return _NOT_LETTERS.sub("", _LEGAL.sub(" ", plain(text)))


def recode(column: Column, form: Callable[[str], str]) -> IntArray:
    """Return codes of the values in another form, shape (leads,): -1 where nothing is left.

    Each word of the vocabulary is written anew once, not each row.
    """
    number: dict[str, int] = {"": -1}
    codes = [number.setdefault(form(word), len(number) - 1) for word in column.vocabulary]
    return np.array([*codes, -1], dtype=np.int64)[column.codes]


def person_keys(columns: Mapping[str, Column]) -> dict[str, IntArray]:
    """Return the keys that the columns allow, by the names of the columns they are made of.

    An address or a phone number is a key by itself, a name only together with a company.
    """
    words = {name: column for name, column in columns.items() if column.kind in ("category", "text")}
    keys: dict[str, IntArray] = {}
    names, companies = [], []
    for name, column in words.items():
        if _holds(column, _ADDRESS):
            keys[name] = recode(column, plain_address)
        elif _NAMED_PHONE.search(name) and _holds(column, _PHONE):
            keys[name] = recode(column, plain_phone)
        elif _NAMED_PERSON.search(name):
            names.append(name)
        elif _NAMED_COMPANY.search(name):
            companies.append(name)
    for company in companies if names else []:
        parts = [recode(words[each], plain_name) for each in (*names, company)]
        keys[" + ".join((*names, company))] = _joined(parts)
    return keys


def _holds(column: Column, pattern: re.Pattern[str]) -> bool:
    step = max(1, len(column.vocabulary) // _LOOKED_AT)
    seen = column.vocabulary[::step]
    return bool(seen) and sum(pattern.fullmatch(plain(word)) is not None for word in seen) >= _MOST * len(
        seen
    )


def _joined(parts: list[IntArray]) -> IntArray:
    """Number the combinations; -1 where a part is missing."""
    joined = parts[0]
    for part in parts[1:]:
        missing = (joined < 0) | (part < 0)
        _, joined = np.unique(joined * (part.max(initial=0) + 1) + part, return_inverse=True)
        joined = np.where(missing, -1, joined)
    return joined
