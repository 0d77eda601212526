"""Moments as users write them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import ConfigError, UserError
from qualify.leads.tables import MICROSECONDS_A_DAY
from qualify.moments import AsOf, micros, parse_as_of


@pytest.mark.parametrize(
    ("text", "days"),
    [("created", 0), ("created+1d", 1), ("created + 12h", 0.5), ("CREATED+2w", 14), ("created+90m", 0.0625),
     ("created+1.5d", 1.5), ("created+30s", 30 / 86400)],
)  # fmt: skip
def test_a_while_after_creation(text, days):
    assert parse_as_of(text) == AsOf(after_creation=round(days * MICROSECONDS_A_DAY))


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [("2026-04-01", "UTC", "2026-04-01T00:00Z"), ("2026-04-01T09:00+09:00", "UTC", "2026-04-01T00:00Z"),
     ("2026-04-01 09:00", "Asia/Tokyo", "2026-04-01T00:00Z"),
     ("2026-04-01T00:00Z", "Asia/Tokyo", "2026-04-01T00:00Z"),
     (" 2026-07-01T12:00 ", "Europe/Berlin", "2026-07-01T10:00Z"),
     ("2026-04-01T00:00:00.123456Z", "UTC", "2026-04-01T00:00:00.123456Z")],
)  # fmt: skip
def test_a_time(text, zone, expected):
    assert parse_as_of(text, zone) == AsOf(time=micros(pd.Timestamp(expected)))


def test_nothing_is_the_models_default():
    assert parse_as_of(None) == AsOf()


@pytest.mark.parametrize(
    "text",
    ["yesterdayish", "", "   ", "created-1d", "created+1y", "created+d", "NaT", "nan", "1066-10-14",
     "9999-12-31", "2026-13-01", "2026-02-30", "created+99999999999w", "12345678901234567890",
     "2026-04-01; drop table", "99"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UserError, match=r"cannot be read(.|\n)*--as-of(.|\n)*created\+1d"):
        parse_as_of(text)


@pytest.mark.parametrize("text", ["2026-03-29T02:30", "2026-10-25T02:30"])
def test_a_time_that_the_zone_does_not_have_or_has_twice_is_refused(text):
    # In Berlin the hour from 2 to 3 is left out in March and comes twice in October.
    with pytest.raises(UserError, match=r"(?s)cannot be read.*Europe/Berlin"):
        parse_as_of(text, "Europe/Berlin")


def test_a_zone_that_nobody_knows_is_named():
    with pytest.raises(ConfigError, match=r"(?s)zone is not known.*Mars/Base"):
        parse_as_of("2026-04-01", "Mars/Base")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        found = parse_as_of(text)
    except UserError:
        return
    assert (found.time is None) != (found.after_creation is None)


@given(st.integers(0, 7_000_000_000))
def test_seconds_go_there_and_back(seconds):
    moment = pd.Timestamp(seconds, unit="s", tz="UTC")
    assert parse_as_of(moment.isoformat()).time == seconds * 1_000_000
