"""R002 and R003: rows that are equal but for the id, or but for one more value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import NO_TIME, BoolArray, Column, FloatArray, IntArray
from training.checks.coincidence import Surprise, measure_surprise
from training.checks.finding import Finding
from training.checks.person import plain, recode
from training.checks.twins import Twins, find_twins, later_leads
from training.data import Loaded

FEWEST_COLUMNS = 3
NEARLY_UNIQUE = 0.9
"""Words of which hardly two are alike name the lead, and are no attribute to compare."""

_FEWEST_NEAR, _NEAR_SHARE = 10, 0.01
"""Rows by which near copies are recognised, and the share of all leads that they have to be: colleagues who
came by one campaign are alike without being copies."""

_LIKELY = 0.001
"""Copies are counted among rows of which chance makes another with this probability."""


def check_copies(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Compare the attributes of all leads with each other, by hashes of whole rows.

    Rows of common values are equal by chance. So copies are recognised by rows so rare that chance would
    hardly make one pair in the whole table, and then counted among all rows that are not common (see
    `training.checks.coincidence`).
    """
    codes = _codes(loaded)
    if len(codes) < FEWEST_COLUMNS or len(loaded.tables) < 2:
        return
    surprise = measure_surprise(list(codes.values()))
    hashes = np.stack([_hashed(code, number) for number, code in enumerate(codes.values())])
    rows = _Rows(hashes, surprise, later_leads(loaded), label)
    twins = rows.twins(rows.whole)
    if twins is not None:
        yield Finding(
            "R002", twins.level, "leads", twins.text("or more are equal to another in every attribute")
        )
    yield from _near(list(codes), rows)


@dataclass(frozen=True)
class _Rows:
    """Hashes of each value, shape (columns, leads), their surprise, and the leads' side and outcome."""

    hashes: NDArray[np.uint64]
    surprise: Surprise
    later: BoolArray
    label: FloatArray

    @cached_property
    def whole(self) -> NDArray[np.uint64]:
        """Hash of each whole row."""
        return np.asarray(self.hashes.sum(axis=0, dtype=np.uint64))

    def twins(self, hashed: NDArray[np.uint64], least: int = 0, without: int | None = None) -> Twins | None:
        """Find twins, where at least so many are so rare that chance makes one pair in the whole table."""
        single = np.arange(len(hashed)) if without is None else np.unique(self.whole, return_index=True)[1]
        _, group, size = np.unique(hashed[single], return_inverse=True, return_counts=True)
        paired = size[group] > 1
        leads, group, alike = single[paired], group[paired], size[group][paired]
        if len(leads) < max(least, 2):
            return None
        bits, table = self.surprise.bits(leads, alike, without), np.log2(len(hashed))
        sure = self._found(leads[bits >= 2 * table], group[bits >= 2 * table])
        if sure is None or sure.leads < least:
            return None
        likely = bits >= min(table - np.log2(_LIKELY), 2 * table)
        return self._found(leads[likely], group[likely])

    def _found(self, leads: IntArray, group: IntArray) -> Twins | None:
        key = np.full(len(self.label), -1, dtype=np.int64)
        key[leads] = group
        return find_twins(key, self.later, self.label)


def _near(names: list[str], rows: _Rows) -> Iterator[Finding]:
    """Leave out one column after the other, and tell of the one that makes most new pairs.

    Of exact copies one is looked at: they are told already.
    """
    best: tuple[Twins, str] | None = None
    for number, name in enumerate(names):
        twins = rows.twins(rows.whole - rows.hashes[number], _FEWEST_NEAR, number)
        if twins is not None and (best is None or twins.leads > best[0].leads):
            best = twins, name
    if best is not None and best[0].leads >= _NEAR_SHARE * len(rows.label):
        twins, name = best
        yield Finding("R003", twins.level, name, twins.text(f"or more are equal to another but for “{name}”"))


def _hashed(code: IntArray, seed: int) -> NDArray[np.uint64]:
    """Draw a number for each value, so that the sums of two different rows are different."""
    rng = np.random.default_rng([17, seed])
    drawn = rng.integers(0, np.iinfo(np.uint64).max, size=int(code.max()) + 2, dtype=np.uint64)
    return np.asarray(drawn[code])


def _codes(loaded: Loaded) -> dict[str, IntArray]:
    """Return each column as codes, -1 where nothing is filled in; words without case, width and spaces."""
    found = {}
    for name, spec in loaded.used.items():
        code = _coded(loaded.tables.columns[name])
        distinct = len(np.unique(code[code >= 0]))
        words = loaded.tables.columns[name].kind in ("category", "text")
        given = int(np.count_nonzero(code >= 0))
        unique = words and distinct > NEARLY_UNIQUE * given
        if spec.type != "email" and distinct > 1 and not unique:
            found[name] = code
    return found


def _coded(column: Column) -> IntArray:
    if column.kind in ("category", "text"):
        return recode(column, plain)
    values = column.values
    missing = np.isnan(values) if column.kind == "number" else values == NO_TIME
    _, code = np.unique(values, return_inverse=True)
    return np.where(missing, -1, code)
