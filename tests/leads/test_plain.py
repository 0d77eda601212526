"""What is told to be plain is the same after cleaning."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qualify.leads.plain import is_plain
from qualify.leads.strings import as_text, whole_numbers

MANY = ["L1"] * 1_024
pieces = st.sampled_from(["a", "5", ".", "0", " ", "\t", "é", "\x1c", "\u3000", "\x7f", "~", "!"])
texts = st.none() | st.lists(pieces, max_size=4).map("".join)


@given(st.lists(texts, max_size=6), st.sampled_from([pa.string(), pa.large_string()]), st.integers(0, 3))
@example(["a.", "0b"], pa.string(), 0)
@example(["5.0"], pa.string(), 0)
def test_a_plain_column_is_clean(odd, kind, cut):
    column = pa.array([*MANY, *odd], kind)
    sliced = column.slice(cut, len(column) - 2 * cut)
    trimmed = pc.utf8_trim_whitespace(sliced)
    told = is_plain(sliced)
    if told:
        assert sliced.null_count == 0
        assert trimmed.equals(sliced)
        assert "" not in sliced.to_pylist()
        assert pc.replace_substring_regex(sliced, r"^(-?[0-9]+)\.0+$", r"\1").equals(sliced)
    assert as_text(sliced).to_pylist() == [None if t in ("", None) else t for t in trimmed.to_pylist()]
    # What is not plain is cleaned as it is among few.
    few = [whole_numbers(as_text(pa.array([t], kind))).to_pylist()[0] for t in sliced.to_pylist()[-8:]]
    assert whole_numbers(as_text(sliced)).to_pylist()[-8:] == few


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_ids_are_plain(kind):
    assert is_plain(pa.array([f"00Q5g-{n}@x.com" for n in range(2_000)], kind))


@pytest.mark.parametrize("odd", ["", None, " a", "a\n", "é", "5.0", "\x7f"])
def test_one_that_may_need_cleaning_is_enough(odd):
    assert not is_plain(pa.array([*MANY, odd]))
    assert not is_plain(pa.array([odd, *MANY]))
    assert is_plain(pa.array([odd, *MANY, odd]).slice(1, 1_024)), (
        "what lies outside of a slice is not looked at"
    )


def test_other_types_and_few_are_not_looked_at():
    assert not is_plain(pa.array([1] * 2_000))
    assert not is_plain(pa.array(MANY[:-1]))
