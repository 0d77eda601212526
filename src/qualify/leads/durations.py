"""Spans of time as people and programs write them: ``3d 4h``, ``00:35:10``, ``PT35M``, 2時間30分."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.tables import FloatArray

__all__ = ["read_seconds", "seconds_each", "two_largest", "unit_of_time"]

_DAY = 86_400.0
_YEAR = 365.25 * _DAY
_EACH = {"y": _YEAR, "mo": _YEAR / 12, "w": 7 * _DAY, "d": _DAY, "h": 3_600.0, "min": 60.0, "s": 1.0}
_WORDS = {
    "y": r"years?|yrs?|y|jahre?n?|années?|ans?|años?|年間?",
    "mo": r"months?|mons?|mos?|monate?n?|mois|[かヶヵカケ箇]月間?",
    "w": r"weeks?|wks?|w|wochen?|semaines?|週間?",
    "d": r"days?|d|tage?n?|jours?|日間?",
    "h": r"hours?|hrs?|hr|h|stunden?|std|heures?|時間",
    "min": r"minutes?|mins?|minuten?|m|分間?",
    "s": r"seconds?|secs?|sekunden?|sek|secondes?|s|秒間?",
}
_IN_JAPANESE = {"y": "年", "d": "日", "h": "時間", "min": "分", "s": "秒"}
_UNITS = {unit: re.compile(rf"(?i)(?:{words})\.?") for unit, words in _WORDS.items()}

_NUMBER = r"\d+(?:[.,]\d+)?"
_AND = r"(?:\s*(?:,|and|und|et|と)?\s*)"
_CLOCK = r"(?P<ch>\d+):(?P<cm>[0-5]\d)(?::(?P<cs>[0-5]\d(?:[.,]\d+)?))?"
_WRITTEN = (
    r"(?i)^(?P<sign>[-−])?\s*"
    + "".join(rf"(?:(?P<{unit}>{_NUMBER})\s*(?:{words})\.?{_AND})?" for unit, words in _WORDS.items())
    + rf"(?:{_CLOCK})?$"
)
_ISO = (
    r"^(?P<sign>-)?P(?:(?P<y>N)Y)?(?:(?P<mo>N)M)?(?:(?P<w>N)W)?(?:(?P<d>N)D)?"
    r"(?:T(?:(?P<h>N)H)?(?:(?P<min>N)M)?(?:(?P<s>N)S)?)?$"
).replace("N", _NUMBER)
_CLOCK_SECONDS = {"ch": 3_600.0, "cm": 60.0, "cs": 1.0}


def read_seconds(text: pa.Array) -> tuple[FloatArray, FloatArray]:
    """Read strings as spans of time.

    Parameters
    ----------
    text
        The strings. Three numbers with colons are hours, minutes and seconds; two are hours and minutes,
        as ISO 8601 writes them. ``m`` is a minute. A number alone is no span.

    Returns
    -------
    tuple
        Seconds, NaN where a string is no span, shape (strings,); and of how many parts each is made.

    Examples
    --------
    >>> seconds, parts = read_seconds(pa.array(["3d 4h", "00:35:10", "1:30", "PT2M", "2時間30分", "7"]))
    >>> seconds.tolist()
    [273600.0, 2110.0, 5400.0, 120.0, 9000.0, nan]
    >>> parts.tolist()
    [2.0, 3.0, 2.0, 1.0, 2.0, 0.0]
    """
    plain = pc.utf8_trim_whitespace(pc.utf8_normalize(text, form="NFKC"))
    plain = pc.replace_substring_regex(plain, r"(?i)^(\d+)\s*h\s*(\d\d)$", r"\1:\2")
    seconds, parts = _sum(plain, _WRITTEN, _EACH | _CLOCK_SECONDS)
    iso = pc.match_substring_regex(plain, "(?i)^-?P").fill_null(False).to_numpy(zero_copy_only=False)
    if iso.any():
        seconds[iso], parts[iso] = _sum(pc.utf8_upper(plain.filter(pa.array(iso))), _ISO, _EACH)
    return seconds, parts


@lru_cache(maxsize=256)
def seconds_each(unit: str) -> float | None:
    """Return the seconds of a unit of time; None for any other unit. A month is a twelfth of 365.25 days.

    Examples
    --------
    >>> seconds_each("Std."), seconds_each("分"), seconds_each("km")
    (3600.0, 60.0, None)
    """
    return next((_EACH[each] for each, words in _UNITS.items() if words.fullmatch(unit)), None)


def two_largest(seconds: float) -> tuple[tuple[str, float], ...]:
    """Return a span of no less than zero in its two largest units, rounded to the smaller one.

    Examples
    --------
    >>> two_largest(205_200.0), two_largest(3_599.9), two_largest(0.25)
    ((('d', 2), ('h', 9)), (('h', 1),), (('s', 0.25),))
    """
    for large, small in pairwise(("d", "h", "min", "s")):
        if round(seconds) >= _EACH[large]:
            whole, rest = divmod(round(seconds / _EACH[small]), round(_EACH[large] / _EACH[small]))
            return tuple((unit, n) for unit, n in ((large, whole), (small, rest)) if n)
    return (("s", seconds),)


def unit_of_time(text: pa.Array) -> str | None:
    """Return the unit in which most spans of a column are a handy number; None where none is read."""
    seconds, _ = read_seconds(text)
    typical = np.abs(seconds[~np.isnan(seconds)])
    if not len(typical):
        return None
    size = float(np.median(typical))
    unit = next((unit for unit in ("y", "d", "h", "min") if size >= 2 * _EACH[unit]), "s")
    japanese = pc.any(pc.match_substring_regex(text, "[年月週日間分秒]")).as_py()
    return _IN_JAPANESE[unit] if japanese else unit


def _sum(text: pa.Array, pattern: str, factors: dict[str, float]) -> tuple[FloatArray, FloatArray]:
    found = pc.extract_regex(text, pattern)
    seconds, parts = np.zeros(len(text)), np.zeros(len(text))
    for name, factor in factors.items():
        part = found.field(name)
        given = pc.greater(pc.binary_length(part), 0).fill_null(False)
        number = pc.if_else(given, pc.replace_substring(part, ",", "."), pa.scalar(None, part.type))
        seconds += number.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False) * factor
        parts += given.to_numpy(zero_copy_only=False)
    minus = pc.greater(pc.binary_length(found.field("sign")), 0).fill_null(False)
    seconds[minus.to_numpy(zero_copy_only=False)] *= -1.0
    seconds[parts == 0] = np.nan
    return seconds, parts
