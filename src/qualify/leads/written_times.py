"""Times as people write them: read by a few regular expressions in Arrow, put together in NumPy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.tables import NO_TIME, BoolArray, IntArray

_CLOCK = (
    r"(?:[T\s]\s*(?P<H>\d{1,2})(?:[:時](?P<M>\d{1,2}))?(?:[:分](?P<S>\d{1,2})(?:[.,](?P<f>\d+))?)?[分秒時]?"
    r"\s*(?P<p>[AaPp]\.?[Mm]\.?)?\s*(?P<z>[Zz]|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?)?$"
)
_YEAR_FIRST = r"^(?P<y>\d{4})[-/.年]\s*(?P<m>\d{1,2})[-/.月]\s*(?P<d>\d{1,2})日?" + _CLOCK
_MONTH_FIRST = r"^(?P<m>\d{1,2})[-/](?P<d>\d{1,2})[-/](?P<y>\d{4})" + _CLOCK
_DAY_FIRST = r"^(?P<d>\d{1,2})[-/](?P<m>\d{1,2})[-/](?P<y>\d{4})" + _CLOCK
_DOTTED = r"^(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})" + _CLOCK
_DAY_MONTH = r"^(?:[A-Za-z]{3,9},?\s+)?(?P<d>\d{1,2})[-\s](?P<b>[A-Za-z]{3,9})\.?,?[-\s](?P<y>\d{4})" + _CLOCK
_MONTH_DAY = r"^(?:[A-Za-z]{3,9},?\s+)?(?P<b>[A-Za-z]{3,9})\.?\s(?P<d>\d{1,2}),?\s(?P<y>\d{4}),?" + _CLOCK
_ERA = (
    r"^(?P<e>令和|平成|昭和|大正|明治|[RHSTM])\.?\s*(?P<y>\d{1,2})[-/.年]\s*(?P<m>\d{1,2})[-/.月]\s*(?P<d>\d{1,2})日?"
    + _CLOCK
)
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925, "大正": 1911, "T": 1911,
         "明治": 1867, "M": 1867}  # fmt: skip
"""The year before the first one of each era of Japan."""
_JAPANESE = (
    (r"元年", "1年"),
    (r"[(]?[月火水木金土日](曜日?[)]?|[)])", " "),
    (r"日(\d|午)", r"日 \1"),
    (r"午前\s*(\d[\d:時分秒]*)", r" \1 AM"),
    (r"午後\s*(\d[\d:時分秒]*)", r" \1 PM"),
)
_DENSE = r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + _CLOCK
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SECOND = 1_000_000


class Written(NamedTuple):
    """int64 microseconds (`NO_TIME` where not understood); where `naive`, in local time, elsewhere in UTC."""

    micros: IntArray
    naive: BoolArray


def read_written(text: pa.Array, day_first: bool) -> Written:
    """Read each string by the first layout that fits; impossible dates (31 April) are not understood.

    Examples
    --------
    >>> texts = pa.array(["3 Jan 1970", "01/02/1970 1:30 PM", "昭和45年1月2日(金) 午後1:30", "30.2.1970"])
    >>> read_written(texts, day_first=False).micros.tolist()
    [172800000000, 135000000000, 135000000000, -9223372036854775808]
    """
    micros = np.full(len(text), NO_TIME, dtype=np.int64)
    naive = np.ones(len(text), dtype=bool)
    text = pc.utf8_normalize(text, form="NFKC")
    for pattern, put in _JAPANESE:
        text = pc.replace_substring_regex(text, pattern, put)
    text = pc.utf8_rtrim_whitespace(text)
    slashed = _DAY_FIRST if day_first else _MONTH_FIRST
    for layout in (_YEAR_FIRST, slashed, _DOTTED, _DAY_MONTH, _MONTH_DAY, _ERA, _DENSE):
        left = np.flatnonzero((micros == NO_TIME) & text.is_valid().to_numpy(zero_copy_only=False))
        if not len(left):
            break
        parts = pc.extract_regex(text.take(pa.array(left)), layout)
        hit = parts.is_valid().to_numpy(zero_copy_only=False)
        if hit.any():
            micros[left[hit]], naive[left[hit]] = _assemble(parts.filter(pa.array(hit)))
    return Written(micros, naive)


def _assemble(parts: pa.StructArray) -> tuple[IntArray, BoolArray]:
    """Turn matched groups into microseconds; `NO_TIME` where the parts name no day or hour."""
    names = {parts.type.field(i).name for i in range(parts.type.num_fields)}
    year, day = _number(parts, "y"), _number(parts, "d")
    if "e" in names:
        year = year + _era(parts.field("e"))
    month = _named_month(parts.field("b")) if "b" in names else _number(parts, "m")
    hour, good_hour = _hour(_number(parts, "H"), parts.field("p"))
    minute, second = _number(parts, "M"), _number(parts, "S")
    days, good_day = _civil(year, month, day)
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    zone = parts.field("z")
    offset = _offset(zone)
    micros = (seconds - offset) * _SECOND + _fraction(parts.field("f"))
    good = good_day & good_hour & (minute < 60) & (second < 61)
    naive = pc.equal(pc.binary_length(zone), 0).to_numpy(zero_copy_only=False)
    return np.where(good, micros, NO_TIME), naive


def _number(parts: pa.StructArray, name: str) -> IntArray:
    return _as_int(parts.field(name))


def _as_int(text: pa.Array) -> IntArray:
    filled = pc.if_else(pc.equal(pc.binary_length(text), 0), "0", text)
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False))


def _era(names: pa.Array) -> IntArray:
    """Return the year before the first one of each era."""
    found = pc.index_in(names, value_set=pa.array(list(_ERAS)))
    years: IntArray = np.array(list(_ERAS.values()), dtype=np.int64)
    which: IntArray = np.asarray(found.to_numpy(zero_copy_only=False))
    before: IntArray = years[which]
    return before


def _named_month(names: pa.Array) -> IntArray:
    short = pc.utf8_slice_codeunits(pc.utf8_lower(names), 0, 3)
    found = pc.index_in(short, value_set=pa.array(_MONTHS)).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False)).astype(np.int64) + 1


def _hour(hour: IntArray, half: pa.Array) -> tuple[IntArray, BoolArray]:
    letter = pc.utf8_slice_codeunits(pc.utf8_lower(half), 0, 1)
    late = pc.equal(letter, "p").to_numpy(zero_copy_only=False)
    halved = late | pc.equal(letter, "a").to_numpy(zero_copy_only=False)
    good = np.where(halved, hour <= 12, hour <= 24)  # 午後0時 is noon
    return np.where(halved, hour % 12 + 12 * late, hour), good


def _civil(year: IntArray, month: IntArray, day: IntArray) -> tuple[IntArray, BoolArray]:
    """Return days since 1970-01-01, and which dates exist."""
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return first + day - 1, good & (day <= length)


def _offset(zone: pa.Array) -> IntArray:
    """Return seconds east of UTC."""
    digits = pc.replace_substring_regex(zone, r"[^0-9]", "")
    hours = _as_int(pc.utf8_slice_codeunits(digits, 0, 2))
    minutes = _as_int(pc.utf8_slice_codeunits(digits, 2, 4))
    west: Any = pc.starts_with(zone, "-").to_numpy(zero_copy_only=False)
    seconds: IntArray = hours * 3_600 + minutes * 60
    return np.where(west, -seconds, seconds)


def _fraction(digits: pa.Array) -> IntArray:
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 6, "0"), 0, 6)
    return _as_int(padded)
