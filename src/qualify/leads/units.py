"""Numbers with a unit in their cells: ``25.5坪``, ``12 km``, 徒歩5分; and which unit a column is in."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.durations import read_seconds, seconds_each, unit_of_time
from qualify.leads.tables import BoolArray, IntArray

__all__ = ["PLACE", "find_unit", "with_unit", "without_unit"]

PLACE = "#"
"""Where the number stands in a unit that has something before it, as in ``徒歩#分``."""

MOST_CHARACTERS = 20

_SHORT = 2
_MOST_CELLS = 0.5
"""So large a share of the given cells has to show the unit itself."""

_NUMBER = r"[+\-−]?\d[\d.,' \x{00a0}\x{202f}’]*(?:(?:百万|[千万億])[\d.,]*)*"
_MEASURED = rf"^(?P<before>(?:[^\d+\-−.,]|\.\s)*)(?:{_NUMBER})(?P<after>[^\d\s\-–—~〜].*)?$"
_ALONE = rf"^{_NUMBER}$"
_ISO = r"(?i)^-?PT?\d"
_NAMED = re.compile(r"[^\W\d_]|[°′″‰]")
_PLACES = re.compile(r"(?i)(st|nd|rd|th|号室?|号車|番地?|番目|丁目|課|部|室|位|回目|期生?|版|am|pm)")
"""What makes a number the name or the place of a thing and no amount."""


def without_unit(text: pa.Array, unit: str) -> pa.Array:
    """Take the unit off the values of a column, so that their numbers are left.

    Parameters
    ----------
    text
        The strings.
    unit
        What stands behind each number, or around it (see `PLACE`); compared without case, width and blanks,
        and without a plural's ``s`` or a point at its end. In a unit of time (see
        `qualify.leads.durations.SECONDS`) spans of any kind are brought.

    Returns
    -------
    Array
        Numbers are as they were written, spans are written with nine decimals. A value of another unit
        stays as it was, and is none that can be read.

    Examples
    --------
    >>> without_unit(pa.array(["25.5坪", "約30 坪", "31", "80㎡"]), "坪").to_pylist()
    ['25.5', '約30 坪', '31', '80㎡']
    >>> without_unit(pa.array(["90 min", "3d 4h", "2.5"]), "h").to_pylist()
    ['1.500000000', '76.000000000', '2.5']
    """
    encoded = text.dictionary_encode()
    values = encoded.dictionary
    bare = pc.replace_substring_regex(_plain(values), _pattern(unit), r"\1")
    stripped = pc.match_substring_regex(bare, _ALONE)
    values = pc.if_else(stripped, pc.utf8_trim_whitespace(bare), values)
    seconds = seconds_each(unit)
    if seconds is not None:
        values = _as_spans(values, stripped, seconds)
    return values.take(encoded.indices)


def with_unit(number: str, unit: str) -> str:
    """Put a unit to a number that is written out.

    Examples
    --------
    >>> with_unit("25.5", "坪"), with_unit("12", "km"), with_unit("5", "徒歩#分")
    ('25.5坪', '12 km', '徒歩5分')
    """
    before, _, after = unit.rpartition(PLACE)
    between = " " if after[:1].isascii() and after[:1].isalpha() else ""
    return f"{before}{number}{between}{after}"


def _as_spans(values: pa.Array, done: pa.Array, seconds_each: float) -> pa.Array:
    seconds, _ = read_seconds(values)
    spans = ~np.isnan(seconds) & ~done.fill_null(True).to_numpy(zero_copy_only=False)
    if not spans.any():
        return values
    # Nine decimals are never taken for thousands.
    written = [f"{amount:.9f}" for amount in (seconds[spans] / seconds_each).tolist()]
    return pc.replace_with_mask(values, pa.array(spans), pa.array(written, values.type))


def _plain(text: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.utf8_normalize(text, form="NFKC"))


@lru_cache(maxsize=256)
def _pattern(unit: str) -> str:
    """Return the regular expression of a number beside a unit, or of a part of a unit at its place."""
    before, _, after = _normal(unit).rpartition(PLACE)
    stem = after.removesuffix(".")
    if len(stem) > _SHORT:  # "ms" is no plural of "m"
        end = rf"{_quoted(stem.removesuffix('s'))}s?\.?"
    else:
        end = rf"{_quoted(stem)}\.?" if stem else ""
    return rf"(?i)^{_quoted(before)}\s*({_NUMBER})\s*{end}$"


def _quoted(text: str) -> str:
    """Quote a text for RE2, blanks between its words being optional."""
    return r"\s*".join("".join(rf"\x{{{ord(each):x}}}" for each in word) for word in text.split())


def _normal(unit: str) -> str:
    plain = pc.utf8_normalize(pa.array([unit]), form="NFKC")[0].as_py()
    return str(plain).strip()


def find_unit(texts: pa.Array, counts: IntArray) -> str | None:
    """Return the unit that the values of a column carry, or None: they are no amounts, or of several units.

    Parameters
    ----------
    texts
        Its distinct given values.
    counts
        How often each occurs.

    Returns
    -------
    str or None
        As `without_unit` takes it. A column of spans that are written in several units, or in several parts,
        is in the unit of time in which most of them are handy.

    Examples
    --------
    >>> find_unit(pa.array(["徒歩5分", "徒歩12分"]), np.array([3, 2]))
    '徒歩#分'
    >>> find_unit(pa.array(["3d 4h", "45 min"]), np.array([1, 1]))
    'h'
    >>> find_unit(pa.array(["1st", "12th"]), np.array([1, 1])) is None
    True
    """
    seconds, parts = read_seconds(texts)
    spans = ~np.isnan(seconds)
    timed = _share(spans, counts) >= _MOST_CELLS
    if timed and (np.any(parts > 1) or pc.any(pc.match_substring_regex(texts, _ISO)).as_py()):
        return unit_of_time(texts)
    found = pc.extract_regex(_plain(texts), _MEASURED)
    between = pa.scalar(PLACE, texts.type)
    around = pc.binary_join_element_wise(found.field("before"), found.field("after"), between)
    best = _most_frequent(pc.replace_substring_regex(around, r"\s+", " "), counts)
    if best is None:
        return unit_of_time(texts) if timed else None
    before, _, after = best.partition(PLACE)
    place = before.endswith("第") or PLACE in before + after or _PLACES.fullmatch(after) is not None
    if place or _NAMED.search(after) is None or len(best) > MOST_CHARACTERS:
        return None
    return f"{before.strip()}{PLACE}{after.strip()}" if before.strip() else after.strip()


def _share(hit: BoolArray, counts: IntArray) -> float:
    return float(counts[hit].sum() / counts.sum())


def _most_frequent(around: pa.Array, counts: IntArray) -> str | None:
    """Return what stands around the numbers of most cells."""
    encoded = around.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    rows = np.bincount(codes + 1, weights=counts, minlength=len(encoded.dictionary) + 1)[1:]
    if not len(rows) or rows.max() < _MOST_CELLS * counts.sum():
        return None
    return str(encoded.dictionary[int(np.argmax(rows))].as_py())
