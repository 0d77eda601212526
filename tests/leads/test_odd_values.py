"""Values as exports write them: eras, thousands by points, two units, never-dates, marks, totals."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import ColumnSpec, Data
from qualify.leads.build import build_tables
from qualify.leads.columns import only_leads
from qualify.leads.few import Few
from qualify.leads.numbers import look_at_numbers, parse_booleans, parse_numbers
from qualify.leads.profile import profile_column
from qualify.leads.tables import NO_TIME
from qualify.leads.times import parse_times

TOTAL = "totals_row"


def moments(*texts: str) -> list[str]:
    times = parse_times(pa.array(texts))
    return [str(np.datetime64(int(each), "us").astype("datetime64[m]")) for each in times.micros]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("令和8年4月1日", "2026-04-01T00:00"),
        ("令和元年5月1日", "2019-05-01T00:00"),
        ("平成31年4月30日 9時05分", "2019-04-30T09:05"),
        ("昭和64年1月7日", "1989-01-07T00:00"),
        ("R8.4.1", "2026-04-01T00:00"),
        ("Ｒ０８／０４／０１", "2026-04-01T00:00"),
        ("H31-04-30", "2019-04-30T00:00"),
        ("2026年4月1日(水)", "2026-04-01T00:00"),
        ("2026年4月1日（水曜日）13時5分", "2026-04-01T13:05"),
        ("2026年4月5日 日曜日", "2026-04-05T00:00"),
        ("2026/04/01 午後3:05", "2026-04-01T15:05"),
        ("2026年4月1日 午前 9時05分", "2026-04-01T09:05"),
        ("2026年4月1日午後0時30分", "2026-04-01T12:30"),
        ("2026/4/1 午前0:00", "2026-04-01T00:00"),
    ],
)
def test_times_as_japan_writes_them(text, moment):
    assert moments(text) == [moment]


@pytest.mark.parametrize(
    "text", ["令和8年4月31日", "R8.13.1", "X8.4.1", "令和百年1月1日", "01/02/26", "26.04.01"]
)
def test_what_is_no_time_or_may_be_two_stays_unread(text):
    assert parse_times(pa.array([text])).unread.tolist() == [True]


@pytest.mark.parametrize(
    "text", ["9999-12-31", "0001-01-01", "31.12.9999", "2999-12-31 00:00:00", "1799-12-31"]
)
def test_never_is_no_time(text):
    for values in (pa.array([text]), Few([text], "text")):
        times = parse_times(values)
        assert (times.micros.tolist(), times.unread.tolist()) == ([NO_TIME], [True])


def test_never_in_typed_columns_and_of_documents_is_no_time():
    typed = pa.array(["9999-12-31", "2026-04-01"]).cast(pa.timestamp("us"))
    assert parse_times(typed).unread.tolist() == [True, False]
    assert parse_times(Few(["9999-12-31T00:00:00Z"], "text")).unread.tolist() == [True]


def test_dates_that_mean_never_are_named_as_missing():
    found = profile_column("end", pa.array(["9999-12-31"] * 6 + ["2026-04-01", "2026-05-01"]))
    assert (found.type, found.missing, found.given) == ("date", ("9999-12-31",), 2)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1.250", "980", "12.400"], [1250, 980, 12400]),  # nobody writes 1.250 behind 980 in another sense
        (["1.250", "980", "0.5"], [1.25, 980, 0.5]),
        (["1.251", "980"], [1.251, 980]),  # not sure: read as programs write it
        (["1.250", "98000"], [1.25, 98000]),
        (["1.250", "2.400"], [1.25, 2.4]),
        (["0.250", "3"], [0.25, 3]),
        (["3億5000万円", "2億", "5000万"], [350_000_000, 200_000_000, 50_000_000]),
        (["1億2,000", "-2万5千", "1.5万"], [100_002_000, -25_000, 15_000]),
        (["¥1,200-", "￥３００－", "12.50-"], [1200, 300, -12.5]),
        (["1.200 €", "950 €"], [1200, 950]),
    ],
)
def test_numbers_as_people_write_them(texts, numbers):
    assert parse_numbers(pa.array(texts)).numbers.tolist() == numbers
    manner = look_at_numbers(pa.array(texts))
    alone = [parse_numbers(pa.array([text]), manner=manner).numbers[0] for text in texts]
    assert alone == numbers


@given(st.lists(st.integers(0, 99_999_999), min_size=1, max_size=30))
def test_points_between_thousands_are_never_half_read(numbers):
    """Either all values are read as written with points between thousands, or the column is told."""
    texts = pa.array([f"{number:,}".replace(",", ".") for number in numbers])
    read = parse_numbers(texts).numbers.tolist()
    assert read == numbers or profile_hint(texts) or look_at_numbers(texts).unclear


WRITTEN = st.sampled_from(["1.250", "980", "2.400", "12000", "0.5", "2,5", "1,250", "1.234,5", "7", "¥3"])


@given(st.lists(WRITTEN, min_size=1, max_size=6), st.integers(0, 6))
def test_a_column_in_parts_is_read_as_the_whole(texts, cut):
    parts = [pa.array(part, pa.string()) for part in (texts[:cut], texts[cut:])]
    manner = look_at_numbers(parts[0]) | look_at_numbers(parts[1])
    read = [value for part in parts for value in parse_numbers(part, manner=manner).numbers.tolist()]
    np.testing.assert_array_equal(read, parse_numbers(pa.array(texts)).numbers)


def profile_hint(texts: pa.Array) -> str:
    return profile_column("revenue", texts).hint


@given(st.lists(st.decimals(0, 999, places=3), min_size=1, max_size=30))
def test_numbers_of_programs_are_read_as_they_stand(numbers):
    texts = [f"{float(number):g}" for number in numbers]
    assert parse_numbers(pa.array(texts)).numbers.tolist() == [float(text) for text in texts]


def test_marks_are_yes_and_no():
    marks = pa.array(["○", "◯", "〇", "✓", "×", "✕", "✗", None])
    assert parse_booleans(marks).numbers.tolist()[:-1] == [1, 1, 1, 1, 0, 0, 0]
    words = ["はい", "TRUE", "1", "yes", "○", "いいえ", "FALSE", "0", "no", "×"]
    assert profile_column("opt_in", pa.array(words * 3)).type == "boolean"


@pytest.mark.parametrize(
    ("name", "texts", "hint"),
    [
        ("created", ["31/12/25", "01/12/25", "02/12/25"], "called like a time.*'99/99/99'"),
        ("when", ["12. März 2025", "13. März 2025", "14. Mai 2025"], "looks like times"),
        ("created", ["########"] * 3, "called like a time"),
        ("revenue", ["1.2k", "3.4k", "5.6M"], "looks like numbers.*'9.9x'"),
        ("revenue", ["1.250", "2.400", "3.125"] * 6, "1.250 may be more than a thousand"),
        ("revenue", [f"{k},250" for k in range(1, 20)], "1,250 may be one and a quarter"),
        ("rate", ["45%", "0.4", "12%", *map(str, range(20))], "% sign"),
        ("price", ["$1.50", "€2.25", *map(str, range(20))], r"several currencies \(\$, €\)"),
        ("day", ["01/02/2026", "03/04/2026", "05/06/2026"], "day or the month"),
        ("industry", ["IT", "ＩＴ", "it ", "Retail"], "2 values differ"),
    ],
)
def test_what_may_be_misunderstood_is_told_without_a_value(name, texts, hint):
    found = profile_column(name, pa.array(texts))
    assert re.search(hint, found.hint)
    assert re.search(hint, found.evidence())


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("industry", ["IT", "Retail", "Finance"]),
        ("day", ["01/02/2026", "13/04/2026"]),
        ("day", ["01/01/2026", "02/02/2026"]),
        ("revenue", ["1,250", "980", "12,400", *(f"{k}" for k in range(20))]),
        ("revenue", ["1.25", "2.5", *(f"{k}" for k in range(20))]),
        ("staff", ["1-10", "11-50", "51-200"]),
        ("version", ["R8.4.1", "R8.4.2", "R9.1.1"]),
    ],
)
def test_plain_columns_get_no_hint(name, texts):
    found = profile_column(name, pa.array(texts))
    assert found.hint == ""
    assert name != "version" or found.type == "category"


def test_a_row_of_totals_is_no_lead_and_is_told():
    table = pa.table({"id": ["1", "2", "合計", "TOTAL:", None], "staff": ["5", "7", "12", "12", "12"]})
    data = Data(leads="-", lead_id="id")
    tables, rejects = build_tables(data, {"staff": ColumnSpec(type="number")}, table)
    assert tables.lead_id.tolist() == ["1", "2"]
    assert rejects.frame[["row", "code"]].to_numpy().tolist() == [[2, TOTAL], [3, TOTAL], [4, "missing_id"]]
    assert only_leads(table, "id").column("staff").to_pylist() == ["5", "7"]
    assert only_leads(table, None).num_rows == 5
