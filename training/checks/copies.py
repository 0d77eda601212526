"""R002 and R003: rows that are equal but for the id, or but for one more value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.leads.tables import NO_TIME, BoolArray, Column, FloatArray, IntArray
from training.checks.coincidence import bits_of_values
from training.checks.finding import Finding
from training.checks.person import plain, recode
from training.checks.twins import Twins, find_twins, later_leads
from training.data import Loaded

FEWEST_COLUMNS = 3
NEARLY_UNIQUE = 0.9
"""Words of which hardly two are alike name the lead, and are no attribute to compare."""


def check_copies(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Compare the attributes of all leads with each other, by hashes of whole rows.

    Rows of common values are equal by chance; only those count of which chance would not make one pair in
    the whole table (see `training.checks.coincidence`).
    """
    codes = _codes(loaded)
    leads = len(loaded.tables)
    if len(codes) < FEWEST_COLUMNS or leads < 2:
        return
    bits = bits_of_values(codes)
    rare = 2 * np.log2(leads)
    later = later_leads(loaded)
    hashes = np.stack([_hashed(code, number) for number, code in enumerate(codes.values())])
    whole = hashes.sum(axis=0, dtype=np.uint64)
    key = _key(whole, bits.sum(axis=0) >= rare)
    twins = find_twins(key, later, label)
    if twins is not None:
        yield Finding("R002", twins.level, "leads", twins.text("are equal to another in every attribute"))
    yield from _near(codes, hashes, bits, later, label, key)


def _near(
    codes: dict[str, IntArray], hashes: IntArray, bits: FloatArray, later: BoolArray, label: FloatArray,
    exact: IntArray,
) -> Iterator[Finding]:  # fmt: skip
    """Leave out one column after the other, and tell of the one that makes most new pairs."""
    rare, whole, total = 2 * np.log2(len(later)), hashes.sum(axis=0, dtype=np.uint64), bits.sum(axis=0)
    best: tuple[Twins, str] | None = None
    single = _first_of_each(exact)
    for number, name in enumerate(codes):
        key = np.where(single, _key(whole - hashes[number], total - bits[number] >= rare), -1)
        twins = find_twins(key, later, label)
        if twins is not None and (best is None or twins.leads > best[0].leads):
            best = twins, name
    if best is not None:
        twins, name = best
        yield Finding("R003", twins.level, name, twins.text(f"are equal to another but for “{name}”"))


def _first_of_each(key: IntArray) -> BoolArray:
    """Return which leads are alone, or the first of their group: exact copies are told already."""
    first = np.ones(len(key), dtype=bool)
    rows = np.flatnonzero(key >= 0)
    _, kept = np.unique(key[rows], return_index=True)
    first[rows] = False
    first[rows[kept]] = True
    return first


def _key(whole: IntArray, telling: BoolArray) -> IntArray:
    """Number the rows by their hash; -1 for those that could be equal by chance."""
    _, key = np.unique(whole, return_inverse=True)
    return np.where(telling, key, -1)


def _hashed(code: IntArray, seed: int) -> IntArray:
    """Draw a number for each value, so that the sums of two different rows are different."""
    rng = np.random.default_rng([17, seed])
    drawn = rng.integers(0, np.iinfo(np.uint64).max, size=int(code.max()) + 2, dtype=np.uint64)
    hashed: IntArray = drawn[code]
    return hashed


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
