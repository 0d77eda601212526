"""Numbers and booleans as people write them."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.leads.numbers import parse_booleans, parse_numbers

finite = st.floats(allow_nan=False, allow_infinity=False)


def one(text: str) -> float:
    return float(parse_numbers(pa.array([text])).numbers[0])


@given(st.lists(finite))
def test_what_python_writes_is_read_back(values: list[float]) -> None:
    read = parse_numbers(pa.array([repr(v) for v in values], pa.string()))
    assert read.numbers.tolist() == values
    assert not read.unread.any()


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
def test_thousands_separators(values: list[int]) -> None:
    for separator in (",", " ", "'", "\u00a0"):
        written = [f"{v:,}".replace(",", separator) for v in values]
        assert parse_numbers(pa.array(written)).numbers.tolist() == [float(v) for v in values]


@given(st.lists(st.decimals(-(10**6), 10**6, places=2).filter(lambda d: d != d.to_integral()), min_size=1))
def test_decimal_commas(values: list[object]) -> None:
    written = [f"{v:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".") for v in values]  # type: ignore[str-format]
    assert parse_numbers(pa.array(written)).numbers.tolist() == pytest.approx([float(v) for v in values])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("１，２３４", 1234.0),
        ("¥1,000", 1000.0),
        ("1000円", 1000.0),
        ("$ 12.50", 12.5),
        ("12,5 €", 12.5),
        ("45%", 45.0),
        ("5億円", 5e8),
        ("3,000万円", 3e7),
        ("2百万", 2e6),
        ("(1,200)", -1200.0),
        ("△300", -300.0),
        ("−5", -5.0),
        ("+7", 7.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("USD 1,234.50", 1234.5),
        ("12,34,567", 1234567.0),
        (" 42 ", 42.0),
    ],
)
def test_worked_examples(text: str, value: float) -> None:
    assert one(text) == value


@pytest.mark.parametrize("text", ["abc", "50-99", "1,23,4", "1.2.3", "--5", "inf", "1e999", "5 items"])
def test_what_is_no_number_is_counted(text: str) -> None:
    read = parse_numbers(pa.array([text, "1", None]))
    assert math.isnan(read.numbers[0])
    assert read.unread.tolist() == [True, False, False]


def test_an_unclear_comma_follows_the_column() -> None:
    assert parse_numbers(pa.array(["1,234", "0,5"])).numbers.tolist() == [1.234, 0.5]
    assert parse_numbers(pa.array(["1,234", "0.5"])).numbers.tolist() == [1234.0, 0.5]
    assert parse_numbers(pa.array(["1.234", "0,5"])).numbers.tolist() == [1234.0, 0.5]
    assert parse_numbers(pa.array(["1.234", "0.5"])).numbers.tolist() == [1.234, 0.5]


def test_placeholders_are_compared_as_numbers() -> None:
    read = parse_numbers(pa.array(["999", "999.0", "3", "none"]), missing=("999", "none"))
    assert [v if v == v else None for v in read.numbers.tolist()] == [None, None, 3.0, None]
    assert not read.unread.any()
    typed = parse_numbers(pa.array([999, 3]), missing=("999",))
    assert math.isnan(typed.numbers[0])


@pytest.mark.parametrize(
    ("array", "values"),
    [
        (pa.array([1, None], pa.int8()), [1.0, None]),
        (pa.array([True, False]), [1.0, 0.0]),
        (pa.array([2**60]), [float(2**60)]),
        (pa.nulls(1), [None]),
        (pa.array(["5", "7"]).dictionary_encode(), [5.0, 7.0]),
        (pa.array([1.5, float("inf")]), [1.5, None]),
    ],
)
def test_typed_columns(array: pa.Array, values: list[float | None]) -> None:
    assert [v if v == v else None for v in parse_numbers(array).numbers.tolist()] == values


def test_times_are_no_numbers() -> None:
    assert parse_numbers(pa.array([0], pa.timestamp("us"))).unread.all()


@pytest.mark.parametrize(
    ("word", "value"),
    [("Yes", 1), ("TRUE", 1), ("1", 1), ("1.0", 1), ("はい", 1), ("有", 1), ("Y", 1), ("ｙｅｓ", 1),
     ("ja", 1),
     ("no", 0), ("False", 0), ("0", 0), ("いいえ", 0), ("無", 0), ("N", 0), ("0.0", 0), ("nein", 0)],
)  # fmt: skip
def test_words_for_yes_and_no(word: str, value: int) -> None:
    assert parse_booleans(pa.array([word])).numbers.tolist() == [value]


def test_neither_yes_nor_no_is_counted() -> None:
    read = parse_booleans(pa.array(["maybe", "unknown", None]), missing=("unknown",))
    assert read.unread.tolist() == [True, False, False]
    assert parse_booleans(pa.array([True, None])).numbers[0] == 1.0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$3.4k", 3_400), ("$1.5M", 1_500_000), ("1.5m€", 1_500_000), ("€ 2,5 Mio", 2_500_000),
        ("USD 12K", 12_000), ("3 k EUR", 3_000), ("£2bn", 2e9), ("-$3k", -3_000), ("＄１．５Ｍ", 1_500_000),
    ],
)  # fmt: skip
def test_letters_beside_a_currency_are_thousands_and_millions(text: str, value: float) -> None:
    assert parse_numbers(pa.array([text])).numbers.tolist() == [value]


@pytest.mark.parametrize("text", ["5M", "1.2k", "30 m", "$5 min", "5mm", "$k"])
def test_letters_alone_may_be_metres_or_minutes(text: str) -> None:
    assert parse_numbers(pa.array([text])).unread.tolist() == [True]


def test_a_point_before_a_million_is_a_point() -> None:
    """1.250 beside 980 is more than a thousand; $1.250M beside $980k is not."""
    assert parse_numbers(pa.array(["$1.250M", "$980k"])).numbers.tolist() == [1_250_000, 980_000]
    assert parse_numbers(pa.array(["1.250", "980"])).numbers.tolist() == [1_250, 980]
