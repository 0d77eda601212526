"""Which bucket a lead belongs to: a hash of its id's bytes, the same on every machine."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.compiled import compiled
from qualify.leads.plain import bytes_of

__all__ = ["bucket_of"]


@compiled()
def _buckets(  # type: ignore[no-untyped-def]  # pragma: no cover
    offsets, data, buckets, found
):
    """FNV-1a of 64 bits, and the last mixing steps of MurmurHash3, so that the remainder is even."""
    for i in range(len(offsets) - 1):
        h = np.uint64(0xCBF29CE484222325)
        for k in range(offsets[i], offsets[i + 1]):
            h = (h ^ np.uint64(data[k])) * np.uint64(0x100000001B3)
        h = (h ^ (h >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        found[i] = (h ^ (h >> np.uint64(33))) % buckets


def bucket_of(keys: pa.Array, buckets: int) -> NDArray[np.uint16]:
    """Return the bucket of each id; an id that is missing is in the first.

    Parameters
    ----------
    keys
        Strings.
    buckets
        How many there are, at most 65,535.

    Examples
    --------
    >>> bucket_of(pa.array(["a", "b", "a", None]), 1).tolist()
    [0, 0, 0, 0]
    """
    found = np.zeros(len(keys), dtype=np.uint16)
    if len(keys) and buckets > 1 and keys.null_count < len(keys):
        _buckets(*bytes_of(keys), np.uint64(buckets), found)
        if keys.null_count:
            found[keys.is_null().to_numpy(zero_copy_only=False)] = 0
    return found
