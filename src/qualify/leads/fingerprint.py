"""What is known of a lead at a moment, as one number: two moments with the same number know the same."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import Activities, Column, IntArray, LeadTables, Stages

__all__ = ["fingerprints"]

_Hashes = NDArray[np.uint64]
_NOTHING = np.uint64(0x9E3779B97F4A7C15)


def fingerprints(tables: LeadTables, as_of: IntArray) -> IntArray:
    """Return a 64-bit fingerprint of what is known of each lead, shape (leads,).

    Its attributes as they were read, its creation, and the activities and stages known at its moment go into
    it: by their values, so that it does not depend on the other leads, on the order of the input, or on how a
    file writes a number. Entries of stages count in their order. Two different states of a lead have the same
    number with a chance of one in 2^64.

    Parameters
    ----------
    as_of
        Microseconds, shape (leads,).
    """
    found = _mixed(_bits(tables.created_at) ^ _word("created_at"))
    for name, column in tables.columns.items():
        found += _mixed(_values(column) ^ _word(f"column:{name}"))
    found += _activities(tables.activities, as_of) + _stages(tables.stages, as_of)
    return found.view(np.int64)


def _mixed(values: _Hashes) -> _Hashes:
    """Return the last steps of SplitMix64: near values get numbers far apart."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _word(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))


def _words(words: Sequence[str], codes: NDArray[Any]) -> _Hashes:
    """Return the hash of each row's word; a code of -1 is no word."""
    found: _Hashes = np.array([*(_word(word) for word in words), _NOTHING], dtype=np.uint64)[codes]
    return found


def _bits(values: NDArray[Any]) -> _Hashes:
    """Return numbers by their bits: all kinds of "missing" are one, and so are the two zeros."""
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.nan, values + 0.0)
    return np.ascontiguousarray(values).view(np.uint64)


def _values(column: Column) -> _Hashes:
    if column.kind in ("category", "text"):
        return _words(column.vocabulary, column.codes)
    return _bits(column.values)


def _activities(acts: Activities, as_of: IntArray) -> _Hashes:
    hashes = _words(acts.types, acts.type)
    for part in (_words(acts.topics, acts.topic), _bits(acts.value), _bits(acts.occurred_at)):
        hashes = _mixed(hashes + part)
    return _summed(hashes, acts.known_at, acts.offsets, as_of, np.uint64(1))


def _stages(stages: Stages, as_of: IntArray) -> _Hashes:
    known = stages.known_at <= np.repeat(as_of, np.diff(stages.offsets))
    before = np.concatenate([[0], np.cumsum(known)])
    place = before[1:] - np.repeat(before[stages.offsets[:-1]], np.diff(stages.offsets))
    hashes = _mixed(_words(stages.stages, stages.stage) + place.astype(np.uint64))
    for part in (_words(stages.reasons, stages.reason), _bits(stages.entered_at)):
        hashes = _mixed(hashes + part)
    return _summed(hashes, stages.known_at, stages.offsets, as_of, np.uint64(2))


def _summed(
    hashes: _Hashes, known_at: IntArray, offsets: IntArray, as_of: IntArray, kind: np.uint64
) -> _Hashes:
    """Return each lead's sum over what was known; sums wrap round, which loses nothing."""
    known = known_at <= np.repeat(as_of, np.diff(offsets))
    each = np.where(known, _mixed(hashes + _bits(known_at) + kind), np.uint64(0))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(each, dtype=np.uint64)])
    found: _Hashes = sums[offsets[1:]] - sums[offsets[:-1]]
    return found
