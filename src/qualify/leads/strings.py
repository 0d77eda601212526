"""Arrow columns as text: cast, stripped, and encoded with a sorted vocabulary.

A vocabulary is sorted by code point, so that codes do not depend on the order in which rows came in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import repeat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.errors import DataError
from qualify.leads.few import FEW, Few, Values
from qualify.leads.plain import is_plain
from qualify.leads.tables import CodeArray

_WHOLE_FLOAT = r"^(-?[0-9]+)\.0+$"
_WHOLE = re.compile(_WHOLE_FLOAT)
_INVISIBLE = "\u200b\u2060\ufeff"
_EDGES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + _INVISIBLE
"""What is taken off both ends of a text: white space, and the marks without width that web forms and
spreadsheets leave. Joiners (U+200C, U+200D) belong to words of some languages, and stay."""


def flat(values: Values) -> pa.Array:
    """Return one contiguous array; a dictionary column is decoded."""
    if isinstance(values, Few):
        return values.arrow()
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if isinstance(values, pa.ChunkedArray):
        # Offsets of `string` are 32 bits: two gigabytes of text in one column need the large type.
        if pa.types.is_string(values.type) and values.nbytes > 2_000_000_000:
            values = values.cast(pa.large_string())
        values = values.combine_chunks()
        if isinstance(values, pa.ChunkedArray):
            values = values.chunk(0) if values.num_chunks else pa.array([], type=values.type)
    return values


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column of this type holds strings."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def as_text(values: Values, name: str = "column") -> pa.Array:
    """Return any column as stripped strings; empty and missing values are null.

    Parameters
    ----------
    values
        The column. Whole floats are written without a fraction: most are integers that had to become
        floats because some value is missing.
    name
        The column's name, for messages.

    Raises
    ------
    DataError
        The column is nested, or is binary and not UTF-8.

    Examples
    --------
    >>> as_text(pa.array([5.0, None, 2.5])).to_pylist()
    ['5', None, '2.5']
    >>> as_text(pa.array([" a ", "", "007"])).to_pylist()
    ['a', None, '007']
    """
    values = flat(values)
    kind = values.type
    if pa.types.is_nested(kind):
        raise DataError(
            f"Column {name!r} holds lists or structures.", got=str(kind), expected="plain values",
            mend="flatten it, or leave the column out",
        )  # fmt: skip
    if pa.types.is_string_view(kind):
        values = values.cast(pa.string())
    elif not is_text(kind):
        values = _cast_to_text(values, name)
    if is_plain(values):
        return values
    values = _trimmed(values)
    return pc.if_else(pc.equal(pc.binary_length(values), 0), pa.scalar(None, values.type), values)


def trimmed(text: str) -> str:
    """Return a text without white space and marks of no width around it.

    Examples
    --------
    >>> trimmed(" Pharma\u200b "), trimmed("\ufeff\u3000")
    ('Pharma', '')
    """
    return text.strip() if text.isascii() else text.strip(_EDGES)


def _trimmed(text: pa.Array) -> pa.Array:
    """Do the same with a column; marks of no width are looked for where a text is not plain ASCII alone."""
    text = pc.utf8_trim_whitespace(text)
    if pc.all(pc.string_is_ascii(text)).as_py() is not False:
        return text
    return pc.utf8_trim(text, characters=_EDGES)


def _cast_to_text(values: pa.Array, name: str) -> pa.Array:
    if pa.types.is_duration(values.type):
        return _spans_as_text(values)
    try:
        text = values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"Column {name!r} cannot be read as text.", got=str(values.type),
            expected="text, numbers or times", mend="convert the column, or leave it out",
        ) from error  # fmt: skip
    if pa.types.is_floating(values.type):
        return pc.replace_substring_regex(text, _WHOLE_FLOAT, r"\1")
    return text


def _spans_as_text(spans: pa.Array) -> pa.Array:
    """Write spans of time as ISO 8601 does, in seconds: numbers alone would not tell their unit."""
    micros = spans.cast(pa.duration("us"), safe=False).cast(pa.int64())
    seconds = pc.divide(micros.cast(pa.float64()), 1e6).cast(pa.string())
    span = pc.binary_join_element_wise("PT", seconds, "S", "")
    return pc.replace_substring(span, "PT-", "-PT")


def whole_numbers(text: pa.Array) -> pa.Array:
    """Drop the fraction of whole floats, so that ``5.0`` and ``5`` are one value.

    Examples
    --------
    >>> whole_numbers(pa.array(["5.00", "5", "5.5", "v1.0"])).to_pylist()
    ['5', '5', '5.5', 'v1.0']
    """
    if is_plain(text) or not pc.any(pc.match_substring(text, ".0")).as_py():
        return text
    return pc.replace_substring_regex(text, _WHOLE_FLOAT, r"\1")


def without(text: pa.Array, missing: Collection[str]) -> pa.Array:
    """Return `text` with the placeholders `missing` made null (compared exactly, after stripping)."""
    placeholders = [trimmed(m) for m in missing if trimmed(m)]
    if not placeholders:
        return text
    hit = pc.is_in(text, value_set=pa.array(placeholders, type=text.type))
    return pc.if_else(hit, pa.scalar(None, text.type), text)


def encode(text: pa.Array) -> tuple[CodeArray, tuple[str, ...]]:
    """Return int32 codes (-1 for null) into the sorted distinct values.

    Examples
    --------
    >>> codes, vocabulary = encode(pa.array(["b", None, "a", "b"]))
    >>> codes.tolist(), vocabulary
    ([1, -1, 0, 1], ('a', 'b'))
    """
    encoded = text.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    rank = np.empty(len(order) + 1, dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    rank[-1] = -1
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return rank[codes], tuple(encoded.dictionary.take(order).to_pylist())


def encode_clean(
    values: Values, missing: Collection[str] = (), name: str = "column"
) -> tuple[CodeArray, tuple[str, ...]]:
    """Strip, drop placeholders, unify whole numbers and encode, working on distinct values only.

    Examples
    --------
    >>> codes, vocabulary = encode_clean(pa.array([" b", "?", "5.0", "5"]), missing=("?",))
    >>> codes.tolist(), vocabulary
    ([1, -1, 0, 0], ('5', 'b'))
    """
    whole = placeholders(missing)
    if isinstance(values, Few) and values.kind == "text":
        return encode_texts(values.values, whole)
    if not isinstance(values, Few) and len(values) > FEW and _is_coded_text(values.type):
        return _encode_dictionary(one_dictionary(values), whole, name)
    raw = flat(values)
    if len(raw) <= FEW and is_text(raw.type):
        return encode_texts(raw.to_pylist(), whole)
    if not is_text(raw.type):
        raw = as_text(raw, name)
    elif pa.types.is_string_view(raw.type):
        raw = raw.cast(pa.string())
    encoded = raw.dictionary_encode()
    distinct = without(whole_numbers(as_text(encoded.dictionary, name)), whole)
    codes, vocabulary = encode(distinct)
    lookup = np.append(codes, np.int32(-1))
    return lookup[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)], vocabulary


def _is_coded_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind)) and is_text(kind)


def one_dictionary(values: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a dictionary column as one array with one dictionary, some values of which may be in no row."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _encode_dictionary(
    encoded: pa.DictionaryArray, missing: Collection[str], name: str
) -> tuple[CodeArray, tuple[str, ...]]:
    """Encode a column that is encoded already, leaving out words that no row holds."""
    distinct = without(whole_numbers(as_text(encoded.dictionary, name)), missing)
    codes, vocabulary = encode(distinct)
    codes = np.append(codes, np.int32(-1))[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    used = np.bincount(codes + 1, minlength=len(vocabulary) + 1)[1:] > 0
    if used.all():
        return codes, vocabulary
    renumbered = np.append(np.cumsum(used) - 1, -1).astype(np.int32)
    return renumbered[codes], tuple(
        word for word, kept in zip(vocabulary, used.tolist(), strict=True) if kept
    )


def placeholders(missing: Collection[str]) -> frozenset[str]:
    """Return the placeholders as cleaned values are compared with them."""
    return frozenset(without_fraction(trimmed(text)) for text in missing)


def encode_texts(texts: Sequence[str | None], missing: Collection[str]) -> tuple[CodeArray, tuple[str, ...]]:
    """Clean and encode a few texts as :func:`encode_clean` does, without Arrow.

    Parameters
    ----------
    texts
        None where there is none.
    missing
        As :func:`placeholders` returns them.
    """
    if len(texts) == 1:
        word = trimmed(texts[0] or "")
        if ".0" in word:
            word = without_fraction(word)
        there = word and word not in missing
        return (np.zeros(1, np.int32), (word,)) if there else (np.array([-1], np.int32), ())
    different = [text for text in set(texts) if text is not None]
    words = list(map(trimmed, different))
    if ".0" in "\n".join(words):
        words = list(map(without_fraction, words))
    vocabulary = tuple(sorted({*words}.difference(missing, ("",))))
    code = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
    codes: dict[str | None, int] = {None: -1}
    codes.update(zip(different, map(code.get, words, repeat(-1)), strict=True))
    return np.array(list(map(codes.__getitem__, texts)), dtype=np.int32), vocabulary


def without_fraction(text: str) -> str:
    """Return ``5`` for ``5.0``, and any other text as it is."""
    return _WHOLE.sub(r"\1", text) if ".0" in text else text
