"""Strings as numbers and as yes or no, in the ways people write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.leads.few import Few, Values
from qualify.leads.manner import NumberManner
from qualify.leads.strings import as_text, flat, is_text, without
from qualify.leads.tables import BoolArray, FloatArray
from qualify.leads.units import without_unit
from qualify.leads.written_numbers import (
    grouped_by_points,
    look_at_plain,
    look_at_written,
    read_written_numbers,
)

TRUE_WORDS = frozenset(
    {"1", "yes", "y", "true", "t", "on", "はい", "有", "有り", "あり", "○", "済", "真"}
    | {"◯", "〇", "✓", "✔", "☑"}
    | {"ja", "j", "oui", "si", "sí", "sim", "да", "是"}
)
FALSE_WORDS = frozenset(
    {"0", "no", "n", "false", "f", "off", "いいえ", "無", "無し", "なし", "×", "未", "偽"}
    | {"✕", "✗", "✘", "☐"}
    | {"nein", "non", "não", "nao", "нет", "否"}
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Parsed numbers: float64 with NaN where missing, and which rows held something that is no number."""

    numbers: FloatArray
    unread: BoolArray


def parse_numbers(
    values: Values,
    missing: Collection[str] = (),
    manner: NumberManner | None = None,
    unit: str | None = None,
) -> Numbers:
    """Read a column as numbers; what cannot be read becomes missing and is counted.

    Parameters
    ----------
    values
        Any Arrow column. Strings may carry thousands separators, a decimal comma (when the column as a
        whole is written so), full-width digits, currency and percent signs, and the Japanese units
        千, 万, 百万, 億. A percentage keeps its number: ``45%`` is 45.
    missing
        Placeholders that stand for a missing value, compared as text and as numbers.
    manner
        How the column is written of which these values are a part; None: they are all of it.
    unit
        What may stand beside a number in its cell (see `qualify.leads.units.without_unit`).

    Examples
    --------
    >>> parse_numbers(pa.array(["90 min", "3d 4h"]), unit="h").numbers.tolist()
    [1.5, 76.0]
    >>> parse_numbers(pa.array(["1,234", "１２", "¥5億", "soon", ""])).numbers.tolist()
    [1234.0, 12.0, 500000000.0, nan, nan]
    >>> parse_numbers(pa.array(["2,5", "1.234,5"])).numbers.tolist()
    [2.5, 1234.5]
    """
    if isinstance(values, Few) and values.null_count == len(values):
        return Numbers(np.full(len(values), np.nan), np.zeros(len(values), dtype=np.bool_))
    if isinstance(values, Few) and values.kind == "number" and not missing:
        plain = [np.nan if value is None else value for value in values.values]
        return _finite(np.array(plain, dtype=np.float64))
    array = flat(values)
    if is_text(array.type) or _is_span(array.type):
        parsed = _from_text(_bare(array, missing, unit), manner)
    else:
        parsed = _from_typed(array)
    numbers = numeric_placeholders(missing)
    if numbers:
        parsed.numbers[np.isin(parsed.numbers, list(numbers))] = np.nan
    return parsed


def numeric_placeholders(missing: Collection[str]) -> frozenset[float]:
    """Return the placeholders that are numbers."""
    return frozenset(float(text) for text in missing if _is_float(text))


def parse_booleans(values: Values, missing: Collection[str] = ()) -> Numbers:
    """Read a column of yes and no as 1, 0 and NaN.

    Examples
    --------
    >>> parse_booleans(pa.array(["Yes", "いいえ", "perhaps", None])).numbers.tolist()
    [1.0, 0.0, nan, nan]
    """
    array = flat(values)
    if pa.types.is_boolean(array.type):
        return _from_typed(array)
    encoded = as_text(array).dictionary_encode()
    words = without(encoded.dictionary, missing).to_pylist()
    meaning = np.array([read_boolean(word) for word in words] + [np.nan])
    given = np.array([word is not None for word in words] + [False])
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Numbers(meaning[codes], (given & np.isnan(meaning))[codes])


def read_boolean(word: str | None) -> float:
    """Return 1, 0, or NaN for a word that means neither.

    Examples
    --------
    >>> read_boolean("ＹＥＳ"), read_boolean("0.0"), read_boolean("unknown")
    (1.0, 0.0, nan)
    """
    if word is None:
        return np.nan
    folded = unicodedata.normalize("NFKC", word).strip().casefold()
    if folded in TRUE_WORDS or folded == "1.0":
        return 1.0
    if folded in FALSE_WORDS or folded == "0.0":
        return 0.0
    return np.nan


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _from_typed(array: pa.Array) -> Numbers:
    kind = array.type
    if not (pa.types.is_boolean(kind) or pa.types.is_null(kind) or _is_number(kind)):
        given = array.is_valid().to_numpy(zero_copy_only=False)
        return Numbers(np.full(len(array), np.nan), given)
    numbers = array.cast(pa.float64(), safe=False)
    return _finite(numbers.fill_null(np.nan).to_numpy(zero_copy_only=False).copy())


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _finite(values: FloatArray) -> Numbers:
    infinite = np.isinf(values)
    values[infinite] = np.nan
    return Numbers(values, infinite)


def _is_span(kind: pa.DataType) -> bool:
    return bool(pa.types.is_duration(kind) or pa.types.is_time(kind))


def _bare(array: pa.Array, missing: Collection[str], unit: str | None) -> pa.Array:
    """Return the values as text, without placeholders and without their unit."""
    text = without(as_text(array), missing)
    return text if unit is None else without_unit(text, unit)


def look_at_numbers(values: Values, missing: Collection[str] = (), unit: str | None = None) -> NumberManner:
    """Return how the numbers of a column are written; of numbers proper, nothing is to be told.

    Examples
    --------
    >>> look_at_numbers(pa.array(["2,5", "1.234,5"])).comma
    True
    """
    array = flat(values)
    if not is_text(array.type):
        return NumberManner()
    text = _bare(array, missing, unit)
    plain = _plain(text)
    if plain is None:
        return look_at_written(text.dictionary_encode().dictionary)
    return look_at_plain(text, plain)


def _plain(text: pa.Array) -> FloatArray | None:
    """Read text as programs write numbers; None where some value is written in another way."""
    try:
        numbers = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    read: FloatArray = numbers.fill_null(np.nan).to_numpy(zero_copy_only=False).copy()
    return read


def _from_text(text: pa.Array, manner: NumberManner | None) -> Numbers:
    # What programs write is read at once, unless the points of the column stand between thousands.
    if manner is None or (manner.plain and not manner.comma):
        plain = _plain(text)
        if plain is not None and (manner is not None or not grouped_by_points(text)):
            return _finite(plain)
    encoded = text.dictionary_encode()
    distinct = np.append(read_written_numbers(encoded.dictionary, manner), np.nan)
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    parsed = _finite(distinct[codes])
    unread = np.isnan(parsed.numbers) & text.is_valid().to_numpy(zero_copy_only=False)
    return Numbers(parsed.numbers, unread)
