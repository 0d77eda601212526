"""Times so far away that they stand for something else: not known, never, for ever."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.tables import BoolArray

__all__ = ["EARLIEST", "LATEST", "is_endless"]

EARLIEST, LATEST = (int(np.datetime64(year, "us").astype(np.int64)) for year in ("1800", "2200"))
"""The first moment that is meant as a time, and the first that is not any more, in microseconds."""

_A_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def is_endless(array: pa.Array) -> BoolArray:
    """Return which typed times are so far away that they mean "for ever"; microseconds may not hold them."""
    if pa.types.is_time(array.type):
        return np.zeros(len(array), dtype=bool)
    if pa.types.is_date(array.type):
        unit = 1 / 86_400 if pa.types.is_date32(array.type) else 1_000
    else:
        unit = _A_SECOND[array.type.unit]
    held = (array.cast(pa.int32()) if pa.types.is_date32(array.type) else array).cast(pa.int64())
    # A day more on each side: the zone is not looked at here.
    first, last = EARLIEST / 1e6 - 86_400, LATEST / 1e6 + 86_400
    ends = pc.min_max(held).as_py()
    if ends["min"] is None or (ends["min"] / unit >= first and ends["max"] / unit <= last):
        return np.zeros(len(array), dtype=bool)  # most columns: two numbers tell it of all
    seconds = held.fill_null(0).to_numpy(zero_copy_only=False) / unit
    return np.asarray((seconds < first) | (seconds > last))
