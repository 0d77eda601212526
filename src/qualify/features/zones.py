"""Local times of many moments at once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from qualify.leads.tables import NO_TIME, IntArray


def zone_offsets(times: IntArray, zone: str) -> IntArray:
    """Return the UTC offset of each time in microseconds, one look-up a distinct quarter of an hour."""
    if zone == "UTC":
        return np.zeros(len(times), dtype=np.int64)
    quarter = 900_000_000
    slots, back = np.unique(np.where(times == NO_TIME, 0, times) // quarter, return_inverse=True)
    info = ZoneInfo(zone)
    offsets = [datetime.fromtimestamp(int(s) * 900, UTC).astimezone(info).utcoffset() for s in slots]
    return np.array([int(o.total_seconds()) * 1_000_000 if o else 0 for o in offsets], dtype=np.int64)[back]
