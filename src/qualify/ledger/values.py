"""How values are kept: times as microseconds, text that every database takes, documents compressed."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

from qualify.errors import UserError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LEVEL = 1  # level 6 saves a tenth of the space and takes twice the time
_CJK = "[々-〇぀-ヿㇰ-ㇿ㐀-䶿一-鿿가-힣豈-﫿\U00020000-\U0003ffff]"
_BESIDE_CJK = re.compile(f"(?<={_CJK}) | (?={_CJK})")
SEARCHED_CHARACTERS = 500
AHEAD = 86_400_000_000
"""Microseconds by which a time may lie ahead of our clock, as clocks and time zones differ."""


def to_micros(moment: datetime) -> int:
    """Return microseconds since 1970-01-01 UTC.

    Raises
    ------
    UserError
        The time has no zone.

    Examples
    --------
    >>> to_micros(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    if moment.tzinfo is None:
        raise UserError("a time has no zone", got=moment.isoformat(), expected="an aware time, best in UTC")
    return (moment - _EPOCH) // _MICROSECOND


def now_micros() -> int:
    """Return the present moment."""
    return to_micros(datetime.now(UTC))


def to_time(micros: int) -> datetime:
    """Return the time of `to_micros`, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as int64 microseconds: the same, exact and in order in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Dialect) -> int | None:
        """Take a time, or microseconds as they are."""
        return to_micros(value) if isinstance(value, datetime) else value

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return a time in UTC."""
        return None if value is None else to_time(value)


def clean(text: str) -> str:
    r"""Return text that every database takes: NUL and lone surrogates become U+FFFD.

    Examples
    --------
    >>> clean("a\x00b")
    'a�b'
    """
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")


def clean_or_none(text: str | None) -> str | None:
    """Return clean text; nothing but space is None."""
    return (clean(text).strip() or None) if text is not None else None


def folded(text: str) -> str:
    r"""Return text as it is searched: neither case, width nor spacing matters.

    Examples
    --------
    >>> folded("ＡＢＣ  商事\n")
    'abc 商事'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    lower = text.casefold()
    if not lower.isascii():
        lower = unicodedata.normalize("NFKC", lower)
    return " ".join(lower.split())


def searched(*parts: str | None) -> str:
    r"""Return what a search looks into: each part folded, without blanks beside Chinese, Japanese or Korean.

    A Japanese name is written with a blank or without. Between other words blanks stay, so that no word is
    found across two of them. The words of a query hold none, and are looked for one by one.

    Examples
    --------
    >>> searched("L-7", "山本　直樹", "John  Anderson")
    'l-7\n山本直樹\njohn anderson'
    """
    return "\n".join(_BESIDE_CJK.sub("", folded(part)) for part in parts if part)[:SEARCHED_CHARACTERS]


def pack(document: Mapping[str, Any]) -> bytes:
    """Return a document as compressed JSON."""
    try:
        text = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)
    except (orjson.JSONEncodeError, TypeError):
        # Integers beyond 64 bits and lone surrogates, which the standard library writes.
        text = json.dumps(document, default=str).encode("ascii")
    return zlib.compress(text, _LEVEL)


def unpack(body: bytes) -> dict[str, Any]:
    """Return the document of `pack`."""
    found: dict[str, Any] = json.loads(zlib.decompress(body))
    return found
