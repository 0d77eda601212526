"""Texts that need no cleaning are told by one look at their bytes: ids, which are many, nearly always are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.compiled import compiled

__all__ = ["bytes_of", "is_plain"]

_MANY = 1_024
"""Fewer are as quick to clean, and a first request need not load compiled code."""


@compiled()
def _plain(offsets, data):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Look at all bytes without a branch, so that many are looked at together."""
    empty, floats = False, np.uint8(0)
    for i in range(len(offsets) - 1):
        empty |= offsets[i] == offsets[i + 1]
    told = data[offsets[0] : offsets[-1]]
    low, high = np.uint8(255), np.uint8(0)
    for k in range(len(told)):
        low, high = min(low, told[k]), max(high, told[k])
    for k in range(1, len(told)):
        floats |= (told[k - 1] == 46) & (told[k] == 48)
    return not (empty or floats or low < 33 or high > 126)


def is_plain(text: pa.Array) -> bool:
    """Say whether many strings surely are as they would be after cleaning; False where it is not sure.

    They are visible ASCII without spaces, none is missing or empty, and none holds ``.0``, as a whole number
    written as a float does.

    Examples
    --------
    >>> is_plain(pa.array(["L1", "a@b.com"] * 600)), is_plain(pa.array(["L1 ", "5.0"] * 600))
    (True, False)
    """
    if len(text) < _MANY or text.null_count or text.type not in (pa.string(), pa.large_string()):
        return False
    return bool(_plain(*bytes_of(text)))


def bytes_of(text: pa.Array) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """Return where each string begins, and at last where they end; and the bytes that these places are in."""
    wide = pa.types.is_large_string(text.type)
    _, offsets, data = text.buffers()
    places = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)
    return places[text.offset : text.offset + len(text) + 1], np.frombuffer(data or b"", dtype=np.uint8)
