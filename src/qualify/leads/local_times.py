"""Moments on the clock of the project's time zone, as people are shown them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["at_zone", "write_day", "write_time", "zone_name"]

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = slice(len("2026-11-21T15:30"), None)


def at_zone(time: datetime | int, timezone: str) -> datetime:
    """Return a moment on the clock of a time zone.

    Parameters
    ----------
    time
        A time, in UTC where it names no zone; or microseconds since 1970 (UTC).
    timezone
        IANA name, as `data.timezone`.
    """
    if not isinstance(time, datetime):
        time = _BEGIN + timedelta(microseconds=int(time))
    aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(timezone))


def zone_name(time: datetime) -> str:
    """Name the zone of a time: its abbreviation then, or the offset where the zone has none.

    Examples
    --------
    >>> zone_name(at_zone(0, "Asia/Tokyo")), zone_name(at_zone(0, "Asia/Dubai"))
    ('JST', '+04:00')
    """
    name = time.tzname() or ""
    return name if name.isalpha() else time.isoformat(timespec="minutes")[_OFFSET]


def write_time(time: datetime | int, timezone: str) -> str:
    """Write a moment with its zone.

    Examples
    --------
    >>> write_time(1_795_242_600_000_000, "Asia/Tokyo"), write_time(1_795_242_600_000_000, "UTC")
    ('2026-11-21 15:30 JST', '2026-11-21 06:30 UTC')
    """
    local = at_zone(time, timezone)
    return f"{local:%Y-%m-%d %H:%M} {zone_name(local)}"


def write_day(time: datetime | int, timezone: str) -> str:
    """Write the day that a moment is in: "2026-11-21"."""
    return at_zone(time, timezone).date().isoformat()
