"""Numbers as people write them: thousands, decimal commas, currencies and the units of Japan, in Arrow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.manner import NumberManner
from qualify.leads.tables import FloatArray

__all__ = ["grouped_by_points", "look_at_plain", "look_at_written", "read_written_numbers"]

_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?$"
_GROUPED_SURE = r"^[+-]?\d{1,3}(,\d{2,3})*,\d{3}\.\d+$|^[+-]?\d{1,3}(,\d{2,3})+,\d{3}$"
_COMMA = r"^[+-]?\d+,\d+$"
_DOTTED = r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$"
_DOTTED_SURE = r"^[+-]?\d{1,3}(\.\d{3})+,\d+$|^[+-]?\d{1,3}(\.\d{3}){2,}$"
_MAYBE_DOTTED = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_SHORT, _LONG = r"^[+-]?\d{1,3}$", r"^[+-]?[1-9]\d{3,}$"
_CURRENCY = r"(?i)^(JPY|USD|EUR|GBP|[¥$€£₩₹\\])\s*|\s*(JPY|USD|EUR|GBP|[¥$€£₩₹円%])$"
_EASTERN = "[万億円]"
_UNITS = {"百万": 1e6, "千": 1e3, "万": 1e4, "億": 1e8}
_MONEY_UNITS = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9}
_MONEY = (
    r"(?i)^([+-]?(JPY|USD|EUR|GBP|[¥$€£₩₹])\s*[\d.,]+\s*(k|mn?|mio|bn?)|"
    r"[+-]?[\d.,]+\s*(k|mn?|mio|bn?)\s*(JPY|USD|EUR|GBP|[¥$€£₩₹]))$"
)  # without a currency, 5m may be metres or minutes
_MONEY_UNIT = r"(?i)(\d)\s*(k|mn?|mio|bn?)(\W|\s|JPY|USD|EUR|GBP|$)"
_TWO_UNITS = r"^-?[\d.,]+[億万]\s*[\d.,]+[万千]?$"
_PARTS = (
    r"^(?P<sign>-?)(?:(?P<o>[\d.,]+)億)?\s*(?:(?P<m>[\d.,]+)万)?\s*(?:(?P<s>[\d.,]+)千)?\s*(?P<r>[\d.,]+)?$"
)
_PART_FACTORS = {"o": 1e8, "m": 1e4, "s": 1e3, "r": 1.0}


def look_at_written(text: pa.Array) -> NumberManner:
    """Return how the distinct numbers of a column are written.

    Examples
    --------
    >>> look_at_written(pa.array(["1.250", "980"])).comma, look_at_written(pa.array(["1.250", "0.5"])).comma
    (True, False)
    >>> look_at_written(pa.array(["1,250万円"])).unclear
    ''
    """
    _, plain = _with_units(text)
    return _manner(text, pc.utf8_trim_whitespace(plain))


def read_written_numbers(text: pa.Array, manner: NumberManner | None) -> FloatArray:
    """Read distinct strings; NaN where a string is no number.

    Parameters
    ----------
    text
        The strings.
    manner
        How the whole column is written; None: these strings are all of it.
    """
    factor, plain = _with_units(text)
    plain = pc.utf8_trim_whitespace(plain)
    manner = manner or _manner(text, plain)
    read = _as_floats(_with_points(plain, manner.comma)) * factor
    mixed = pc.match_substring_regex(_tidied(text), _TWO_UNITS).to_numpy(zero_copy_only=False)
    if mixed.any():
        read[mixed] = _two_units(_tidied(text.filter(pa.array(mixed))), manner.comma)
    return read


def grouped_by_points(text: pa.Array) -> bool:
    """Say whether the points in a column that programs could read stand between thousands, as in 1.250."""
    pointed = pc.match_substring(text, ".")
    if not _any(pointed) or surely_decimal(text):
        return False
    return look_at_written(text.dictionary_encode().dictionary).comma


def surely_decimal(text: pa.Array) -> bool:
    """Say whether some point of a column that programs could read can only be a decimal sign.

    Most often one of the first values tells.
    """
    return any(
        _any(pc.and_not(pc.match_substring(part, "."), pc.match_substring_regex(part, _MAYBE_DOTTED)))
        for part in (text.slice(0, 1_000), text)
    )


def look_at_plain(text: pa.Array, numbers: FloatArray) -> NumberManner:
    """Return the same as :func:`look_at_written` of a column that programs could read, but faster.

    `numbers` are the column as these read it.
    """
    if not _any(pc.match_substring(text, ".")):
        size = np.abs(numbers)
        return NumberManner(short=bool(np.any(size < 1_000)), long=bool(np.any(size >= 1_000)))
    if surely_decimal(text):
        return NumberManner(english=True)
    return replace(look_at_written(text.dictionary_encode().dictionary), plain=True)


def _as_floats(text: pa.Array) -> FloatArray:
    plain = pc.match_substring_regex(text, _PLAIN)
    numbers = pc.if_else(plain, text, pa.scalar(None, text.type)).cast(pa.float64())
    return np.array(numbers.fill_null(np.nan).to_numpy(zero_copy_only=False), dtype=np.float64)


def _two_units(text: pa.Array, comma: bool) -> FloatArray:
    """Read 3億5000万 part by part."""
    parts = pc.extract_regex(text, _PARTS)
    total = np.zeros(len(text))
    for name, factor in _PART_FACTORS.items():
        part = parts.field(name)
        given = pc.if_else(pc.equal(pc.binary_length(part), 0), "0", part)
        total += _as_floats(_with_points(given, comma)) * factor
    minus = pc.equal(parts.field("sign"), "-").to_numpy(zero_copy_only=False)
    return np.where(minus, -total, total)


def _with_units(text: pa.Array) -> tuple[FloatArray, pa.Array]:
    """Tidy strings, and take units off them (億, the k of $3k): what each number is to be multiplied by."""
    factor, text = _without_money_units(text)
    text = _tidied(text)
    for unit, times in _UNITS.items():
        hit = pc.ends_with(text, unit)
        factor[hit.to_numpy(zero_copy_only=False)] = times
        text = pc.if_else(hit, pc.replace_substring_regex(text, f"{unit}$", ""), text)
    return factor, text


def _without_money_units(text: pa.Array) -> tuple[FloatArray, pa.Array]:
    """Take the letter off $3.4k and 1.5M€, where the currency says that it is no metre and no minute."""
    factor = np.ones(len(text))
    plain = pc.utf8_trim_whitespace(pc.utf8_normalize(text, form="NFKC"))
    money = pc.match_substring_regex(plain, _MONEY)
    if not _any(money):
        return factor, text
    bare = pc.replace_substring_regex(plain, _MONEY_UNIT, r"\1\3")
    # A further digit keeps 1.250 of $1.250M from being taken for more than a thousand.
    bare = pc.replace_substring_regex(bare, r"^(\D*\d{1,3}\.\d{3})(\D*)$", r"\10\2")
    units = pc.extract_regex(pc.utf8_lower(plain), r"\d\s*(?P<unit>k|mn|mio|m|bn|b)").field("unit")
    rows = money.to_numpy(zero_copy_only=False)
    for unit, times in _MONEY_UNITS.items():
        factor[rows & pc.equal(units, unit).fill_null(False).to_numpy(zero_copy_only=False)] = times
    return factor, pc.if_else(money, bare, text)


def _tidied(text: pa.Array) -> pa.Array:
    """Full-width to plain, signs and currencies off, spaces and apostrophes between thousands off."""
    text = pc.utf8_trim_whitespace(pc.utf8_normalize(text, form="NFKC"))
    for pattern, put in (
        (r"^\((.+)\)$", r"-\1"),
        (r"^[−–△▲]\s*", "-"),
        (r"^([¥\\].*\d)\s*[-−ー]$", r"\1"),  # a dash after yen closes the number
        (r"^(\d[\d.,' ]*)-$", r"-\1"),
        (_CURRENCY, ""),
        (_CURRENCY, ""),
        (r"^-\s*[¥$€£₩₹]\s*", "-"),
        (r"(\d)[ \x{00a0}\x{202f}'’](\d{3})", r"\1\2"),
        (r"(\d)[ \x{00a0}\x{202f}'’](\d{3})", r"\1\2"),
    ):
        text = pc.replace_substring_regex(text, pattern, put)
    return text


def _with_points(text: pa.Array, comma: bool) -> pa.Array:
    """Take thousands separators out and write the decimal sign, a comma or a point, as a point."""
    grouped = pc.match_substring_regex(text, _GROUPED)
    paired = pc.match_substring_regex(text, _COMMA)
    dotted = pc.match_substring_regex(text, _DOTTED)
    if comma:
        text = pc.if_else(dotted, pc.replace_substring(text, ".", ""), text)
        return pc.if_else(pc.or_(paired, dotted), pc.replace_substring(text, ",", "."), text)
    text = pc.if_else(grouped, pc.replace_substring(text, ",", ""), text)
    sure = pc.match_substring_regex(text, _DOTTED_SURE)
    text = pc.if_else(sure, pc.replace_substring(text, ".", ""), text)
    return pc.if_else(pc.and_not(paired, grouped), pc.replace_substring(text, ",", "."), text)


def _manner(whole: pa.Array, text: pa.Array) -> NumberManner:
    """Look for values that can be meant in one way only, given whole and without their units."""
    # Who counts in 万 and 億, or writes 円, has no decimal comma.
    eastern = _any(pc.match_substring_regex(whole, _EASTERN))
    grouped = pc.match_substring_regex(text, _GROUPED)
    paired = pc.match_substring_regex(text, _COMMA)
    maybe = pc.match_substring_regex(text, _MAYBE_DOTTED)
    european = pc.or_(pc.and_not(paired, grouped), pc.match_substring_regex(text, _DOTTED_SURE))
    pointed = pc.and_(pc.match_substring_regex(text, _PLAIN), pc.match_substring(text, "."))
    english = pc.or_(pc.match_substring_regex(text, _GROUPED_SURE), pc.and_not(pointed, maybe))
    return NumberManner(
        plain=False,
        european=_any(european),
        english=eastern or _any(english),
        dotted=_any(maybe),
        paired=_any(pc.and_(paired, grouped)),
        rounded=_any(pc.and_(maybe, pc.ends_with(text, "0"))),
        short=_any(pc.match_substring_regex(text, _SHORT)),
        long=_any(pc.match_substring_regex(text, _LONG)),
    )


def _any(hit: pa.Array) -> bool:
    return bool(pc.any(hit).as_py())
