"""Times as people write them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import ConfigError
from qualify.leads.tables import NO_TIME
from qualify.leads.times import check_timezone, parse_times

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
moments = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001
offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: dt.timezone(dt.timedelta(minutes=m)))


def micros(moment: dt.datetime) -> int:
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def iso(values: list[str], **how: object) -> list[str | None]:
    read = parse_times(pa.array(values, pa.string()), **how)  # type: ignore[arg-type]
    return [None if v == NO_TIME else str(np.datetime64(int(v), "us"))[:19] for v in read.micros]


@given(st.lists(st.tuples(moments, offsets)))
def test_iso_with_mixed_offsets(parts: list[tuple[dt.datetime, dt.timezone]]) -> None:
    aware = [moment.replace(tzinfo=zone) for moment, zone in parts]
    read = parse_times(pa.array([a.isoformat() for a in aware], pa.string()))
    assert read.micros.tolist() == [micros(a) for a in aware]
    assert not read.unread.any()


@given(st.lists(moments))
def test_naive_iso_is_taken_in_utc(values: list[dt.datetime]) -> None:
    read = parse_times(pa.array([str(v) for v in values], pa.string()))
    assert read.micros.tolist() == [micros(v.replace(tzinfo=dt.UTC)) for v in values]


@given(st.lists(moments, min_size=1), st.lists(st.sampled_from(["soon", "", "31/31/2026", "2026-02-30"])))
def test_bad_values_do_not_disturb_good_ones(values: list[dt.datetime], bad: list[str]) -> None:
    texts = [str(v) for v in values] + bad + [v.isoformat() + "Z" for v in values]
    read = parse_times(pa.array(texts))
    good = [micros(v.replace(tzinfo=dt.UTC)) for v in values]
    assert read.micros.tolist() == good + [NO_TIME] * len(bad) + good
    assert read.unread.sum() == sum(b != "" for b in bad)


@pytest.mark.parametrize(
    ("layout", "day_first"),
    [
        ("%Y/%m/%d", False),
        ("%Y年%m月%d日", False),
        ("%Y.%m.%d", False),
        ("%m/%d/%Y", False),
        ("%d/%m/%Y", True),
        ("%d.%m.%Y", False),
        ("%d-%m-%Y", True),
        ("%d %b %Y", False),
        ("%b %d, %Y", False),
        ("%B %d, %Y", False),
        ("%d-%b-%Y", False),
        ("%Y%m%d", False),
        ("%Y/%m/%d %H:%M", False),
        ("%m/%d/%Y %I:%M %p", False),
        ("%a, %d %b %Y %H:%M:%S +0000", False),
        ("%Y-%m-%dT%H:%M:%S.%f000Z", False),
        ("%Y年%m月%d日%H時%M分", False),
        ("%Y年%m月%d日 %H時%M分%S秒", False),
    ],
)
@given(values=st.lists(moments, min_size=1, max_size=5))
def test_layouts(layout: str, day_first: bool, values: list[dt.datetime]) -> None:
    texts = [v.strftime(layout) for v in values]
    plain = layout.replace("%f000Z", "%f")
    expected = [dt.datetime.strptime(t.replace("000Z", ""), plain) for t in texts]  # noqa: DTZ007
    read = parse_times(pa.array(texts), day_first=day_first)
    assert read.micros.tolist() == [micros(e.replace(tzinfo=dt.UTC)) for e in expected]


def test_unpadded_and_full_width() -> None:
    assert iso(["2026/4/1 9:05", "2026年４月１日", "1.4.2026", "4/1/2026"]) == [
        "2026-04-01T09:05:00", *["2026-04-01T00:00:00"] * 3]  # fmt: skip


def test_the_day_is_not_guessed() -> None:
    assert iso(["13/04/2026", "04/13/2026"]) == [None, "2026-04-13T00:00:00"]
    assert iso(["13/04/2026", "04/13/2026"], day_first=True) == ["2026-04-13T00:00:00", None]


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-13-01", "2026-04-31", "32.01.2026", "25:00", "2026", "26-4-1"]
)
def test_impossible_times_are_unread(text: str) -> None:
    read = parse_times(pa.array([text, "2026-04-01x"]))
    assert read.unread.tolist() == [True, True]


def test_noon_and_midnight() -> None:
    assert iso(["4/1/2026 12:00 AM", "4/1/2026 12:30 PM", "4/1/2026 11:59 PM"]) == [
        "2026-04-01T00:00:00", "2026-04-01T12:30:00", "2026-04-01T23:59:00"]  # fmt: skip
    assert iso(["4/1/2026 13:00 PM"]) == [None]


def test_serials_and_epochs_when_the_whole_column_is_so() -> None:
    assert iso(["46113", "46113.5"]) == ["2026-04-01T00:00:00", "2026-04-01T12:00:00"]
    assert iso(["1775001600"]) == iso(["1775001600000"]) == ["2026-04-01T00:00:00"]
    assert iso(["46113", "17"]) == [None, None]
    assert iso(["46113", "2026-04-01"]) == [None, "2026-04-01T00:00:00"]


def test_naive_times_take_the_zone() -> None:
    assert iso(["2026-04-01 09:00"], timezone="Asia/Tokyo") == ["2026-04-01T00:00:00"]
    assert iso(["2026/4/1"], timezone="Asia/Tokyo") == ["2026-03-31T15:00:00"]
    assert iso(["2026-04-01T09:00Z"], timezone="Asia/Tokyo") == ["2026-04-01T09:00:00"]
    assert iso(["46113"], timezone="Asia/Tokyo") == ["2026-03-31T15:00:00"]
    assert iso(["1775001600"], timezone="Asia/Tokyo") == ["2026-04-01T00:00:00"]


def test_hours_that_come_twice_or_never() -> None:
    twice, never = "2026-10-25 02:30", "2026-03-29 02:30"
    assert iso([twice, never], timezone="Europe/Berlin") == ["2026-10-25T00:30:00", "2026-03-29T01:00:00"]


@pytest.mark.parametrize(
    "array",
    [
        pa.array([dt.date(2026, 4, 1)]),
        pa.array([1775001600], pa.timestamp("s")),
        pa.array([1775001600 * 10**9], pa.timestamp("ns", tz="Asia/Tokyo")),
        pa.array([1775001600]),
        pa.array([46113.0]),
        pa.array([20260401]),
        pa.array(["2026-04-01"]).dictionary_encode(),
    ],
)
def test_typed_columns(array: pa.Array) -> None:
    assert parse_times(array).micros.tolist() == [1775001600 * 10**6]


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("s"),
        pa.timestamp("ms", "Asia/Tokyo"),
        pa.timestamp("us"),
        pa.timestamp("ns"),
        pa.date64(),
    ],
)
@pytest.mark.parametrize("ends", [-(2**63) + 1, 2**63 - 1])
def test_typed_times_without_end_are_unread_and_never_wrap(kind: pa.DataType, ends: int) -> None:
    read = parse_times(pa.array([ends, 0, None], pa.int64()).cast(kind))
    assert read.unread.tolist() == [True, False, False]  # 2**63 nanoseconds end in 2262
    assert read.micros.tolist()[1:] == [0, NO_TIME]


def test_days_without_end_are_unread() -> None:
    read = parse_times(pa.array([2**31 - 1, 1, None], pa.int32()).cast(pa.date32()))
    assert read.unread.tolist() == [True, False, False]
    assert read.micros.tolist()[1:] == [86_400_000_000, NO_TIME]


def test_truth_values_and_lengths_are_no_times() -> None:
    assert parse_times(pa.array([True])).unread.all()
    assert parse_times(pa.array([5], pa.duration("s"))).unread.all()
    assert parse_times(pa.nulls(2)).micros.tolist() == [NO_TIME, NO_TIME]


def test_placeholders() -> None:
    read = parse_times(pa.array(["2026-04-01", "n/a"]), missing=("n/a",))
    assert not read.unread.any()


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ConfigError, match=r"time zone is not known[\s\S]*'Tokio'"):
        check_timezone("Tokio")
    assert check_timezone("Asia/Tokyo") == "Asia/Tokyo"
