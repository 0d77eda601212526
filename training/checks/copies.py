"""R002 and R003: rows that are equal but for the id, or but for one more value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import NO_TIME, BoolArray, Column, FloatArray, IntArray
from training.checks.coincidence import bits_of_values
from training.checks.finding import Finding
from training.checks.person import plain, recode
from training.checks.twins import Twins, find_twins, later_leads
from training.data import Loaded

FEWEST_COLUMNS = 3
NEARLY_UNIQUE = 0.9
"""Words of which hardly two are alike name the lead, and are no attribute to compare."""

_PAIRS = 1.0
_PAIRS_NEAR = 0.1
"""Pairs that chance makes in the whole table of the rows by which copies are recognised."""

_LIKELY = 0.1
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
    rows = _Rows(
        np.stack([_hashed(code, number) for number, code in enumerate(codes.values())]),
        bits_of_values(codes), later_leads(loaded), label,
    )  # fmt: skip
    twins = rows.twins(rows.whole, rows.bits.sum(axis=0), _PAIRS)
    if twins is not None:
        yield Finding("R002", twins.level, "leads", twins.text("are equal to another in every attribute"))
    yield from _near(list(codes), rows)


@dataclass(frozen=True)
class _Rows:
    """Hashes and surprise of each value, shape (columns, leads), and the leads' side and outcome."""

    hashes: NDArray[np.uint64]
    bits: FloatArray
    later: BoolArray
    label: FloatArray

    @cached_property
    def whole(self) -> NDArray[np.uint64]:
        """Hash of each whole row."""
        return self.hashes.sum(axis=0, dtype=np.uint64)

    def twins(
        self, hashed: NDArray[np.uint64], bits: FloatArray, pairs: float, of: BoolArray | None = None
    ) -> Twins | None:
        """Find twins, where chance alone does not make them."""
        _, key = np.unique(hashed, return_inverse=True)
        kept = np.ones(len(key), dtype=bool) if of is None else of
        leads = np.log2(len(key))
        rare, likely = 2 * leads - np.log2(pairs), leads - np.log2(_LIKELY)
        if find_twins(np.where(kept & (bits >= rare), key, -1), self.later, self.label) is None:
            return None
        return find_twins(np.where(kept & (bits >= min(likely, rare)), key, -1), self.later, self.label)


def _near(names: list[str], rows: _Rows) -> Iterator[Finding]:
    """Leave out one column after the other, and tell of the one that makes most new pairs."""
    total, single = rows.bits.sum(axis=0), _first_of_each(rows.whole)
    best: tuple[Twins, str] | None = None
    for number, name in enumerate(names):
        twins = rows.twins(rows.whole - rows.hashes[number], total - rows.bits[number], _PAIRS_NEAR, single)
        if twins is not None and (best is None or twins.leads > best[0].leads):
            best = twins, name
    if best is not None:
        twins, name = best
        yield Finding("R003", twins.level, name, twins.text(f"are equal to another but for “{name}”"))


def _first_of_each(hashed: NDArray[np.uint64]) -> BoolArray:
    """Return which leads are alone, or the first of their group: exact copies are told already."""
    first = np.zeros(len(hashed), dtype=bool)
    first[np.unique(hashed, return_index=True)[1]] = True
    return first


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
        unique = words and distinct > NEARLY_UNIQUE * max(np.count_nonzero(code >= 0), 1)
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
