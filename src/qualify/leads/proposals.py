"""What a column may be, one proposal after the other: yes and no, numbers, dates, addresses, titles, text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Excluded
from qualify.leads import shapes
from qualify.leads.column_profile import ColumnProfile, DistinctValues
from qualify.leads.hints import ORDER_UNKNOWN, number_hint
from qualify.leads.multi_select import find_separators
from qualify.leads.numbers import parse_numbers, read_boolean
from qualify.leads.sentinels import numeric_sentinel, word_placeholders
from qualify.leads.tables import NO_TIME, FloatArray, IntArray
from qualify.leads.times import parse_times
from qualify.leads.units import find_unit

READ_SHARE = 0.98
"""So large a share of the given values has to read as a number or a date for the column to be one."""

LIKELY_SHARE = 0.9
"""The same where more speaks for it: many different numbers, or a name that promises a time."""

MOST_WORDS = 40
"""Yes and no may be written in so many ways in one column."""

FEW_NUMBERS = 12
"""Up to so many distinct whole numbers may be codes."""

_FEW_PERSONS = 50
_SAMPLE = 5_000
_LETTERED = r"^[RHSTM]\d"
_ENDLESS = r"^(9999|2999|0001|0000)[-/.]\d|^\d{1,2}[-/.]\d{1,2}[-/.](9999|2999|0001|0000)\b"


def as_boolean(base: ColumnProfile, values: DistinctValues) -> ColumnProfile | None:
    """Yes and no, true and false, 1 and 0 - both of them."""
    if len(values.texts) > MOST_WORDS:
        return None
    read = [read_boolean(text) for text in values.texts.to_pylist()]
    if not {0.0, 1.0} <= set(read):
        return None
    unread = [text for text, value in zip(values.texts.to_pylist(), read, strict=True) if np.isnan(value)]
    if unread and word_placeholders(unread, also_none=True) != unread:
        return None
    clean = values.without(unread)
    return replace(
        base,
        type="boolean",
        given=clean.given,
        distinct=2,
        missing=base.missing + tuple(unread),
        examples=clean.top(),
    )


def as_personal(base: ColumnProfile, values: DistinctValues) -> ColumnProfile | None:
    """Mail addresses are read for their kind; phone numbers and names of people say nothing of use."""
    if shapes.is_email(base.name, values.texts, values.counts):
        return replace(base, type="email", examples=())
    phone = shapes.is_phone(base.name, values.texts, values.counts)
    # Many leads share first names; a few dozen different values are people all the same.
    persons = len(values.texts) > min(0.5 * values.given, _FEW_PERSONS)
    if phone or (shapes.is_personal(base.name) and persons):
        kind = "phone numbers" if phone else "people's names or addresses"
        return replace(base, type="id", examples=(), exclude=Excluded(code="C004", evidence=f"holds {kind}"))
    return None


def as_number(
    base: ColumnProfile, values: DistinctValues, also_none: bool, unit: str | None = None
) -> ColumnProfile | None:
    """Numbers, unless they are codes; a value at the edge that stands for a missing one is found."""
    more = word_placeholders(values.texts.slice(0, _SAMPLE).to_pylist(), also_none) if also_none else []
    values = values.without(more)
    if not values.given:
        return None
    parsed = parse_numbers(values.texts, unit=unit)
    readable = ~np.isnan(parsed.numbers)
    read_share = float(values.counts[readable].sum() / values.given)
    many = int(readable.sum()) > FEW_NUMBERS
    coded = unit is None and _zero_led(values.texts.filter(pa.array(readable)))
    if coded or read_share < (LIKELY_SHARE if many else READ_SHARE):
        return None
    numbers, counts = parsed.numbers[readable], values.counts[readable]
    sentinel = numeric_sentinel(numbers, counts)
    missing = base.missing + tuple(more)
    if sentinel is not None:
        written = values.texts.filter(pa.array(parsed.numbers == sentinel))
        missing += tuple(written.to_pylist())
        numbers, counts = numbers[numbers != sentinel], counts[numbers != sentinel]
    given = int(counts.sum())
    base = replace(
        base, missing=missing, given=given, distinct=len(np.unique(numbers)), read_share=read_share
    )
    if unit is None and _looks_dated(base.name, numbers):
        return None
    whole = bool(np.all(numbers == np.round(numbers)))
    few = len(numbers) <= FEW_NUMBERS and not shapes.is_scale(base.name, numbers, counts)
    if few or (whole and (shapes.names_an_id(base.name) or shapes.names_a_code(base.name))):
        return replace(base, read_share=1.0)
    hint = number_hint(values.texts, unit)
    return replace(base, type="number", examples=_number_examples(numbers), hint=hint)


def as_quantity(base: ColumnProfile, values: DistinctValues) -> ColumnProfile | None:
    """Numbers with a unit in their cells, and spans of time; ids, codes and a handful of values are none."""
    if shapes.names_a_code(base.name):
        return None
    unit = find_unit(values.texts.slice(0, _SAMPLE), values.counts[:_SAMPLE])
    if unit is None:
        return None
    found = as_number(base, values, also_none=True, unit=unit)
    return None if found is None or found.type != "number" else replace(found, unit=unit)


def _zero_led(texts: pa.Array) -> bool:
    """Say whether some value has a leading zero, as codes have."""
    return bool(pc.any(pc.match_substring_regex(texts, r"^0[0-9]")).as_py())


def _looks_dated(name: str, numbers: FloatArray) -> bool:
    """Say whether numbers are dates in disguise: dense (20260401), or serials in a column called a date."""
    dense = np.all(
        (numbers >= 19_000_101) & (numbers <= 21_001_231) & (numbers % 100 <= 31) & (numbers % 100 > 0)
    )
    return bool(dense) or (shapes.names_a_time(name) and numbers.min() >= 20_000)


def _number_examples(numbers: FloatArray) -> tuple[str, ...]:
    return f"{numbers.min():,.12g}", f"{numbers.max():,.12g}"


def as_date(base: ColumnProfile, values: DistinctValues) -> ColumnProfile | None:
    """Dates, with the order of day and month where some value shows it."""
    unknown = [text for text in _endless(values.texts) if text not in base.missing]
    values = values.without(unknown)
    if not values.given:
        return None
    base = replace(base, missing=base.missing + tuple(unknown), given=values.given,
                   distinct=len(values.texts))  # fmt: skip
    texts, counts = values.texts.slice(0, _SAMPLE), values.counts[:_SAMPLE]
    named = shapes.names_a_time(base.name)
    if not named and bool(pc.any(pc.match_substring_regex(texts, _LETTERED)).as_py()):
        return None  # R8.4.1 may be a version as well
    needed = LIKELY_SHARE if named else READ_SHARE
    best: ColumnProfile | None = None
    for day_first in (False, True):
        times = parse_times(texts, day_first=day_first)
        read = float(counts[~times.unread].sum() / counts.sum())
        if read >= needed and (best is None or read > best.read_share):
            examples = date_examples(times.micros[times.micros != NO_TIME])
            best = replace(base, type="date", examples=examples, read_share=read, day_first=day_first)
    if best is None or not _slashed(texts):
        return None if best is None else replace(best, day_first=None)
    other = parse_times(texts, day_first=not best.day_first)
    if other.unread.any():
        return best
    same = bool(np.all(other.micros == parse_times(texts, day_first=bool(best.day_first)).micros))
    return replace(best, day_first=None, hint="" if same else ORDER_UNKNOWN)


def _endless(texts: pa.Array) -> list[str]:
    """Return dates that mean "never", "for ever" or "not known", such as 9999-12-31."""
    return list(texts.filter(pc.match_substring_regex(texts, _ENDLESS)).to_pylist())


def _slashed(texts: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, r"^\d{1,2}[/-]\d{1,2}[/-]\d{4}")).as_py())


def as_words(base: ColumnProfile, values: DistinctValues) -> ColumnProfile | None:
    """Job titles, several values in a cell, and free text; what is left are categories."""
    if shapes.is_job_title(base.name, values.texts, values.counts):
        return replace(base, type="job_title")
    several = find_separators(values)
    if several is not None:
        separators, parts = several
        hint = f"a cell may hold several of {parts:,} values, each of which counts by itself"
        return replace(base, type="multi_select", separators=separators, hint=hint)
    if shapes.is_free_text(values.texts, values.counts):
        return replace(base, type="text", examples=())
    return None


def date_examples(micros: IntArray) -> tuple[str, ...]:
    """Return the first and the last day."""
    if not len(micros):
        return ()
    return tuple(
        str(np.datetime64(int(edge), "us").astype("datetime64[D]")) for edge in (micros.min(), micros.max())
    )
