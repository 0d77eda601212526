"""What a person should know about how a column is written: said in one line, without any value of it."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads import shapes
from qualify.leads.numbers import look_at_numbers
from qualify.leads.tables import IntArray

__all__ = ["ORDER_UNKNOWN", "number_hint", "words_hint"]

ORDER_UNKNOWN = "no value shows whether the day or the month comes first: `day_first` decides"

_MOST = 0.9
_TIME_LIKE = r"^\D{0,4}(\d{1,2}\D{1,12}(19|20)\d\d|(19|20)\d\d[^0-9A-Za-z]{1,3}\d{1,2})(\D.*)?$"
_NUMBER_LIKE = r"^\D{0,4}\d[\d,' ]*(\.\d+)?\s?\D{0,4}$"
_CURRENCIES = ("¥", "$", "€", "£", "₩", "₹")
_FEW_WORDS = 1_000
_TWO_CLOCK_PARTS = r"^\D*\d+:\d\d$"


def number_hint(texts: pa.Array, unit: str | None = None) -> str:
    """Return what may be misunderstood in a column of numbers, which may have a unit in their cells.

    Examples
    --------
    >>> number_hint(pa.array(["1.250", "2.400"]))
    '1.250 may be more than a thousand: it is read as 1.25'
    >>> number_hint(pa.array(["0:45", "12:05"]), "h")
    '1:30 is read as an hour and a half, not as minutes and seconds'
    >>> number_hint(pa.array(["45%", "0.4"]))
    'some values have a % sign and some have none: 45% is read as 45'
    """
    manner = look_at_numbers(texts, unit=unit)
    if manner.unclear:
        read = "1.25" if manner.unclear == "1.250" else "1250"
        other = "more than a thousand" if read == "1.25" else "one and a quarter"
        return f"{manner.unclear} may be {other}: it is read as {read}"
    plain = pc.utf8_normalize(texts, form="NFKC")
    if unit is not None and pc.any(pc.match_substring_regex(plain, _TWO_CLOCK_PARTS)).as_py():
        return "1:30 is read as an hour and a half, not as minutes and seconds"
    signed = pc.match_substring(plain, "%")
    if pc.any(signed).as_py() and not pc.all(signed).as_py():
        return "some values have a % sign and some have none: 45% is read as 45"
    held = [sign for sign in _CURRENCIES if pc.any(pc.match_substring(plain, sign)).as_py()]
    if len(held) > 1:
        return f"several currencies ({', '.join(held)}): the numbers are read as they stand"
    return ""


def words_hint(name: str, texts: pa.Array, counts: IntArray) -> str:
    """Return what the words of a column may have been meant as.

    Examples
    --------
    >>> import numpy as np
    >>> words_hint("created", pa.array(["31/12/25", "01/12/25"]), np.array([1, 1]))
    "called like a time, but not read as one: written like '99/99/99'"
    >>> words_hint("campaign", pa.array(["2026q1_search", "2026q2_search", "2025q4_fair"]), np.ones(3))
    ''
    >>> words_hint("industry", pa.array(["IT", "ＩＴ", "it"]), np.array([5, 5, 1]))
    '2 values differ from others only in width, case or blanks'
    """
    shape = _shape(texts)
    dated = shapes.share(texts, counts, _TIME_LIKE) >= _MOST
    if shapes.names_a_time(name) and shapes.share(texts, counts, r"\d|#{3}") >= _MOST:
        return f"called like a time, but not read as one: written like {shape!r}"
    if len(texts) > 2 and dated and not shapes.names_an_id(name):
        return f"looks like times, but not read as such: written like {shape!r}"
    numbered = len(texts) > 2 and shapes.share(texts, counts, _NUMBER_LIKE) >= _MOST
    if numbered and not shapes.names_a_code(name) and not _all_digits(texts):
        return f"looks like numbers, but not read as such: written like {shape!r}"
    return _twins(texts.slice(0, _FEW_WORDS).to_pylist())


def _all_digits(texts: pa.Array) -> bool:
    """Say whether the values are codes of digits alone."""
    return bool(pc.all(pc.match_substring_regex(texts, r"^\d+$")).as_py())


def _shape(texts: pa.Array) -> str:
    """Return how the most frequent value is written: digits as 9, letters as x, so that it tells nobody."""
    text = unicodedata.normalize("NFKC", texts[0].as_py())[:24]
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", text))


def _twins(words: list[str]) -> str:
    folded = {" ".join(unicodedata.normalize("NFKC", word).casefold().split()) for word in words}
    twins = len(words) - len(folded)
    if not twins:
        return ""
    verb = "values differ" if twins > 1 else "value differs"
    return f"{twins:,} {verb} from others only in width, case or blanks"
