"""Text columns and their vocabularies."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qualify.errors import DataError
from qualify.leads import strings
from qualify.leads.strings import as_text, encode, encode_clean

texts = st.lists(
    st.one_of(st.none(), st.text(max_size=5), st.sampled_from([" a", "a ", "5.0", "5", "Select"]))
)


@given(texts)
def test_codes_give_the_values_back(values: list[str | None]) -> None:
    codes, vocabulary = encode(pa.array(values, pa.string()))
    assert [vocabulary[c] if c >= 0 else None for c in codes] == values
    assert list(vocabulary) == sorted(set(vocabulary))


@given(texts, st.randoms())
def test_vocabulary_does_not_depend_on_order(values: list[str | None], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert encode_clean(pa.array(values, pa.string()))[1] == encode_clean(pa.array(shuffled, pa.string()))[1]


@given(texts)
@example(["0.00"])
@example(["5.000", "x"])
def test_few_and_many_values_are_read_alike(values: list[str | None]) -> None:
    few = encode_clean(pa.array(values, pa.string()), ("Select",))
    many = encode_clean(pa.array(values * 70 + [None], pa.string()), ("Select",))
    assert few[1] == many[1]
    assert np.tile(few[0], 70).tolist() == many[0][:-1].tolist() or len(values) * 70 < strings.FEW


def test_blanks_of_all_sorts_are_stripped_alike() -> None:
    blanks = [chr(c) for c in range(0x3001) if chr(c).isspace()]
    values = [f"{b}x{b}" for b in blanks]
    few = [encode_clean(pa.array([v]))[1] for v in values]
    many = [encode_clean(pa.array([v] * (strings.FEW + 1)))[1] for v in values]
    assert few == many == [("x",)] * len(blanks)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (pa.array([5, None]), ["5", None]),
        (pa.array([5.0, 2.5]), ["5", "2.5"]),
        (pa.array([True, None]), ["true", None]),
        (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
        (pa.array(["x"], pa.large_string()), ["x"]),
        (pa.array(["x"], pa.string_view()), ["x"]),
        (pa.array([b"x"]), ["x"]),
        (pa.nulls(2), [None, None]),
        (pa.chunked_array([["x"], [" "]]), ["x", None]),
        (pa.chunked_array([], type=pa.string()), []),
    ],
)
def test_typed_columns_as_text(array: pa.Array, text: list[str | None]) -> None:
    assert as_text(array).to_pylist() == text


def test_nested_and_binary_columns_are_refused() -> None:
    with pytest.raises(DataError, match="'tags' holds lists"):
        as_text(pa.array([[1, 2]]), "tags")
    with pytest.raises(DataError, match="'blob' cannot be read as text"):
        as_text(pa.array([b"\xff\xfe"]), "blob")


@given(
    st.lists(st.sampled_from([None, "", " a", "a", "5.0", "5", "?", "é", "zz"]), min_size=600, max_size=700),
    st.data(),
)
def test_codes_of_a_dictionary_column_are_those_of_its_texts(
    texts: list[str | None], data: st.DataObject
) -> None:
    """Chunks with dictionaries of their own, and words that no row holds any more."""
    cut = data.draw(st.integers(0, len(texts)))
    chunks = [pa.array(part, pa.string()).dictionary_encode() for part in (texts[:cut], texts[cut:])]
    kept = pa.array([text != "zz" for text in texts])
    coded = pa.chunked_array(chunks).filter(kept)
    codes, vocabulary = encode_clean(coded, missing=("?",))
    expected = encode_clean(pa.array([text for text in texts if text != "zz"], pa.string()), missing=("?",))
    assert (codes.tolist(), vocabulary) == (expected[0].tolist(), expected[1])


EDGED = [
    "Pharma\u200b",
    "\ufeffPharma ",
    "\u200b \u2060Pharma\u3000",
    "Pharma",
    "\u200b",
    "a\u200bb",
    "क्\u200d",
]


def test_marks_without_width_are_taken_off_the_ends_alone() -> None:
    cleaned = ["Pharma"] * 4 + [None, "a\u200bb", "क्\u200d"]
    assert as_text(pa.array(EDGED)).to_pylist() == cleaned
    for values in (pa.array(EDGED), pa.array(EDGED * 1_000), pa.array(EDGED * 1_000).dictionary_encode()):
        codes, vocabulary = encode_clean(values, missing=("\u200b",))
        assert [vocabulary[c] if c >= 0 else None for c in codes[: len(EDGED)]] == cleaned


@pytest.mark.parametrize("text", EDGED)
def test_a_text_alone_is_cleaned_as_in_a_column(text: str) -> None:
    codes, vocabulary = encode_clean(pa.array([text]))
    alone = vocabulary[codes[0]] if codes[0] >= 0 else None
    assert alone == as_text(pa.array([text])).to_pylist()[0]
