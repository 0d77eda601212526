"""A column of few values means what the same column means to Arrow."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qualify.leads.columns import id_keys, id_text
from qualify.leads.few import DocumentTable, Few, missing
from qualify.leads.numbers import parse_numbers
from qualify.leads.strings import encode_clean
from qualify.leads.times import parse_times

moments = st.datetimes().map(lambda moment: moment.isoformat(sep="T"))
zones = st.sampled_from(["", "Z", "+09:00", "-03:30", "+0900", "+09", "+23:59", "+09:75"])
texts = st.one_of(
    st.none(),
    st.tuples(moments, zones).map("".join),
    st.from_regex(
        r"\A[12]\d{3}-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d(:[0-6]\d(\.\d{1,6})?)?(Z|\+0[0-9]:[0-9]0)?\Z"
    ),
    st.sampled_from(
        ["", " 2026-04-01T09:00Z", "2026-04-01", "20260401", "4/1/2026", "2026-W14-1", "soon", "7"]
    ),
)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
@given(st.lists(texts, min_size=1, max_size=6))
@example(["2026-04-01T24:00Z"])
@example(["2026-04-01T09:00:60Z", None])
@example(["2026-04-01T09:00:00.1Z", "2026-04-01 09:00+09:00"])
@example(["2026-04-01T09:00Z", "2026-04-01T09:00"])
@example(["2026-04-01T09:00Z,2026-04-01T09:00Z", "2026-04-01T09:00"])
@example(["2026-04-01T09:00+09:00", "2026-04-01T09:00Z"])
def test_times(zone, column):
    few = parse_times(Few(column, "text"), timezone=zone)
    many = parse_times(pa.array(column, pa.string()), timezone=zone)
    assert few.micros.tolist() == many.micros.tolist()
    assert few.unread.tolist() == many.unread.tolist()


words = st.one_of(
    st.none(), st.text(alphabet="ab .0Ａ5", max_size=6), st.sampled_from(["5.0", "5", "?", " x "])
)


@given(st.lists(words, min_size=1, max_size=8), st.sampled_from([(), ("?",), ("5.0",)]))
def test_vocabularies(column, placeholders):
    few, many = (
        encode_clean(values, placeholders)
        for values in (Few(column, "text"), pa.array(column * 100, pa.string()))
    )
    assert few[1] == many[1]
    assert few[0].tolist() == many[0].tolist()[: len(column)]


@given(st.lists(words, min_size=1, max_size=8))
def test_ids(column):
    few, many = (
        id_keys(id_text(values, "id")) for values in (Few(column, "text"), pa.array(column, pa.string()))
    )
    assert few.values == many.to_pylist()
    assert missing(few).tolist() == missing(many).tolist()


numbers = st.one_of(st.none(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False))


@given(st.lists(numbers, min_size=1, max_size=8))
def test_numbers(column):
    few, many = parse_numbers(Few(column, "number")), parse_numbers(pa.array(column))
    np.testing.assert_array_equal(few.numbers, many.numbers)
    assert few.unread.tolist() == many.unread.tolist()


def test_parts_of_a_column():
    column = Few(["a", None, "c"], "text")
    assert column.take(np.array([2, 0])).values == ["c", "a"]
    assert column.filter(np.array([True, True, False])).values == ["a", None]
    assert column.null_count == 1
    table = DocumentTable({"x": column}, "here")
    assert (table.num_rows, table.column_names, table.column("x")) == (3, ["x"], column)
