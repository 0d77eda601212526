"""Numbers with a unit in their cells, and spans of time: read where they are amounts, and nowhere else."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import ColumnSpec
from qualify.leads.durations import read_seconds, seconds_each
from qualify.leads.manner import NumberManner
from qualify.leads.numbers import look_at_numbers, parse_numbers
from qualify.leads.parse import look_at_column, parse_column
from qualify.leads.profile import profile_column
from qualify.leads.units import without_unit

ROWS = 400
DAY = 86_400


def amounts(low=1, high=400, seed=3):
    return np.random.default_rng(seed).integers(low, high, ROWS).tolist()


def proposed(cells, name="amount"):
    large = profile_column(name, pa.array(cells, pa.large_string()))  # as very large tables have it
    found = profile_column(name, pa.array(cells, pa.string()))
    assert found == large
    return found


@pytest.mark.parametrize(
    ("write", "unit"),
    [
        ("{}坪", "坪"),
        ("{} km", "km"),
        ("{:,} kWh/a", "kWh/a"),
        ("{}歳", "歳"),
        ("{} people", "people"),
        ("徒歩{}分", "徒歩#分"),
        ("築{}年", "築#年"),
        ("approx. {} ha", "approx.#ha"),
        ("{} min", "min"),
        ("{}°C", "°C"),
    ],
)
def test_a_unit_is_found_and_the_numbers_are_read(write, unit):
    numbers = amounts()
    cells = [write.format(number) for number in numbers]
    found = proposed(cells)
    assert (found.type, found.unit) == ("number", unit)
    read = parse_numbers(pa.array(cells), unit=unit)
    assert read.numbers.tolist() == numbers
    assert not read.unread.any()


@pytest.mark.parametrize(
    "write",
    [
        "{}号室", "{}丁目", "営業{}課", "{}th", "R{}", "Level {}", "SKU-{}", "v{}.1.2", "{}-900 people",
        "{} pm", "{} 1st street, 1000 Springfield", "3:{}", "{}/12", "第{}回", "#{} items",
    ],
)  # fmt: skip
def test_names_places_ranges_and_versions_are_no_amounts(write):
    cells = [write.format(number) for number in amounts(high=150)]
    assert proposed(cells).unit is None


@pytest.mark.parametrize("name", ["plan code", "sku", "lead id", "区分"])
def test_columns_called_codes_keep_their_words(name):
    found = proposed([f"{number} Pro" for number in amounts()], "plan code" if name == "sku" else name)
    assert found.unit is None


def test_two_units_that_are_no_time_are_left_alone_and_told():
    cells = [f"{number} {'m²' if k % 2 else 'sqft'}" for k, number in enumerate(amounts())]
    found = proposed(cells)
    assert (found.type, found.unit) == ("category", None)
    assert "looks like numbers" in found.hint


def test_a_handful_of_amounts_is_as_ever_a_list_of_words():
    found = proposed([f"{number} GB" for number in (16, 64, 256) * 50], "plan")
    assert (found.type, found.unit) == ("category", None)


def test_what_has_another_unit_is_missing_and_counted():
    read = parse_numbers(pa.array(["25.5坪", "80㎡", "３１ 坪", "12", None]), unit="坪")
    np.testing.assert_array_equal(read.numbers, [25.5, np.nan, 31, 12, np.nan])
    assert read.unread.tolist() == [False, True, False, False, False]


def test_plurals_case_width_and_blanks_do_not_make_another_unit():
    cells = pa.array(["1 year", "3 Years", "５ years.", "4years"])
    assert parse_numbers(cells, unit="years").numbers.tolist() == [1, 3, 5, 4]


def test_short_units_have_no_plural():
    assert parse_numbers(pa.array(["5 m", "5 ms"]), unit="ms").unread.tolist() == [True, False]
    assert parse_numbers(pa.array(["5 kms", "5 km"]), unit="km").unread.tolist() == [True, False]


def test_words_that_only_contain_the_unit_are_not_read():
    assert parse_numbers(pa.array(["5 kmh", "5 k m", "akm 5"]), unit="km").unread.all()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["2,5 km", "1.234,5 km"], [2.5, 1234.5]),
        (["1,250 km", "980 km", "1,234,567 km"], [1250, 980, 1_234_567]),
        (["3,500万円/月", "1億2,000万円/月"], [35_000_000, 120_000_000]),
    ],
)
def test_numbers_within_are_read_as_numbers_elsewhere(cells, numbers):
    unit = "km" if "km" in cells[0] else "円/月"
    assert parse_numbers(pa.array(cells), unit=unit).numbers.tolist() == numbers


@given(
    st.lists(st.sampled_from(["2,5 km", "1.250 km", "980 km", "1,250km", "7", "5 mi"]), max_size=8), st.data()
)
def test_a_column_in_parts_is_read_as_the_whole(cells, data):
    cut = data.draw(st.integers(0, len(cells)))
    spec = ColumnSpec(type="number", unit="km")
    parts = [pa.array(part, pa.string()) for part in (cells[:cut], cells[cut:])]
    manner = look_at_column(parts[0], spec)
    other = look_at_column(parts[1], spec)
    assert isinstance(manner, NumberManner)
    assert isinstance(other, NumberManner)
    read = [parse_column(part, spec, manner=manner | other).column.values for part in parts]
    whole = parse_column(pa.array(cells, pa.string()), spec).column.values
    np.testing.assert_array_equal(np.concatenate(read), whole)


SPANS = [
    ("3d 4h", 3 * DAY + 4 * 3600),
    ("00:35:10", 2110),
    ("125:00:00", 125 * 3600),
    ("1:30", 5400),
    ("2 days 03:04:05.5", 2 * DAY + 11_045.5),
    ("1 day, 0:00:05", DAY + 5),
    ("P3DT4H5M", 3 * DAY + 4 * 3600 + 300),
    ("PT0.5S", 0.5),
    ("-PT5M", -300),
    ("-2h 30m", -9000),
    ("1h30", 5400),
    ("1,5 Std.", 5400),
    ("2 Tage 1 Stunde", 2 * DAY + 3600),
    ("2時間30分", 9000),
    ("１日と３時間", DAY + 3 * 3600),
    ("1 week and 2 days", 9 * DAY),
    ("2 ans 1 mois", (2 + 1 / 12) * 365.25 * DAY),
]


@pytest.mark.parametrize(("text", "seconds"), SPANS)
def test_spans_as_people_and_programs_write_them(text, seconds):
    assert read_seconds(pa.array([text]))[0][0] == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    ["7", "soon", "P", "-", "12:75", "3:4", "2026年4月1日", "4月1日", "5 m²", "1:2:3:4", "10 am", "4h 3d"],
)
def test_what_is_no_span(text):
    assert np.isnan(read_seconds(pa.array([text]))[0][0])


@given(st.integers(0, 10**9))
def test_a_span_reads_back_whatever_way_it_is_written(seconds):
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    ways = [
        f"{days}d {hours}h {minutes}m {rest}s",
        f"P{days}DT{hours}H{minutes}M{rest}S",
        f"{days} days {hours:02d}:{minutes:02d}:{rest:02d}",
        f"{24 * days + hours}:{minutes:02d}:{rest:02d}",
        f"{days}日{hours}時間{minutes}分{rest}秒",
    ]
    assert read_seconds(pa.array(ways))[0].tolist() == [seconds] * len(ways)


@pytest.mark.parametrize(
    ("write", "unit"),
    [
        (lambda s: str(dt.timedelta(seconds=60 * s)), "h"),
        (lambda s: f"{s // 60:02d}:{s % 60:02d}:00", "h"),
        (lambda s: f"{s // 24}d {s % 24}h", "d"),
        (lambda s: f"{s // 24}日{s % 24}時間", "日"),
        (lambda s: f"PT{s}S", "min"),
    ],
)
def test_spans_of_a_column_are_in_the_unit_in_which_they_are_handy(write, unit):
    numbers = amounts()
    cells = [write(number) for number in numbers]
    found = proposed(cells, "first response")
    assert (found.type, found.unit) == ("number", unit)
    read = parse_numbers(pa.array(cells), unit=unit).numbers * (seconds_each(unit) or np.nan)
    np.testing.assert_allclose(read, read_seconds(pa.array(cells))[0], rtol=0, atol=1e-4)
    assert np.corrcoef(read, numbers)[0, 1] == pytest.approx(1.0)


def test_a_clock_with_two_parts_is_told():
    assert "an hour and a half" in proposed([f"{k // 60}:{k % 60:02d}" for k in amounts()]).hint


def test_typed_spans_and_times_of_day_are_numbers():
    spans = pa.array([dt.timedelta(minutes=int(k)) for k in amounts()])
    found = profile_column("waited", spans)
    assert (found.type, found.unit) == ("number", "h")
    np.testing.assert_allclose(parse_numbers(spans, unit="h").numbers * 60, amounts(), atol=1e-6)
    day = pa.array([dt.time(k % 24, k % 60) for k in amounts()])
    found = profile_column("best hour", day)
    assert (found.type, found.unit) == ("number", "h")
    assert parse_numbers(day, unit="h").numbers[0] == pytest.approx(
        amounts()[0] % 24 + amounts()[0] % 60 / 60
    )


def test_without_a_unit_in_the_configuration_nothing_is_guessed():
    cells = pa.array(["5 km", "00:10:00"])
    assert parse_numbers(cells).unread.all()
    assert look_at_numbers(cells) == look_at_numbers(cells, unit=None)
    assert without_unit(cells, "km").to_pylist() == ["5", "00:10:00"]


def test_a_unit_needs_a_number_and_is_not_empty():
    with pytest.raises(ValueError, match="needs a column of type number"):
        ColumnSpec(type="category", unit="km")
    with pytest.raises(ValueError, match="is empty"):
        ColumnSpec(type="number", unit="#")
    with pytest.raises(ValueError, match="unit"):
        ColumnSpec(type="number", unit="a#b#c")
