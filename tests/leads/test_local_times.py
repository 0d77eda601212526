"""Moments on people's clocks: days, zones with and without a name, and a change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qualify.leads.local_times import at_zone, write_day, write_time

SPRING = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
"""A minute before Berlin's clocks go from 02:00 to 03:00."""


@pytest.mark.parametrize(("zone", "said"), [
    ("UTC", "2026-11-21 20:30 UTC"), ("Asia/Tokyo", "2026-11-22 05:30 JST"),
    ("America/New_York", "2026-11-21 15:30 EST"), ("Asia/Dubai", "2026-11-22 00:30 +04:00"),
    ("Asia/Kathmandu", "2026-11-22 02:15 +05:45"), ("America/Sao_Paulo", "2026-11-21 17:30 -03:00"),
    ("Etc/GMT-9", "2026-11-22 05:30 +09:00"),
])  # fmt: skip
def test_a_time_names_its_zone_or_its_offset(zone, said):
    moment = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert write_time(moment, zone) == said
    assert write_time(round(moment.timestamp() * 1_000_000), zone) == said
    assert write_time(moment.replace(tzinfo=None), zone) == said
    assert write_day(moment, zone) == said[:10]


@pytest.mark.parametrize(("moment", "said"), [
    (SPRING, "2026-03-29 01:59 CET"), (SPRING.replace(hour=1, minute=0), "2026-03-29 03:00 CEST"),
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30 CEST"),
    (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30 CET"),
    (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "2026-07-01 00:00 CEST"),
    (datetime(2026, 12, 30, 22, 59, tzinfo=UTC), "2026-12-30 23:59 CET"),
])  # fmt: skip
def test_clocks_that_are_changed(moment, said):
    assert write_time(moment, "Europe/Berlin") == said


def test_the_moment_stays_the_same():
    assert at_zone(SPRING, "Asia/Tokyo") == SPRING
