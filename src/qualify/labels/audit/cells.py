"""A column as a few hundred groups of values: categories, or ranges of numbers and dates."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import NO_TIME, Column, FloatArray, IntArray

EMPTY_WORDS: frozenset[str] = frozenset({
    "", "-", "--", "?", "select", "please select", "not selected", "choose", "none", "null", "nil", "nan",
    "na", "n/a", "n.a.", "unknown", "not known", "not given", "undefined",
    "不明", "未設定", "未入力", "未選択", "未定", "なし", "無し", "該当なし", "選択してください",
})  # fmt: skip
"""Values that say that nothing was filled in."""

_MAX_BINS = 50
_FEW_LEVELS = 20
_RARE = 3
_FREQUENT = 10


@dataclass(frozen=True, slots=True)
class Cells:
    """Groups of a column's values.

    Parameters
    ----------
    codes
        Group of each row, shape (n,); 0 where nothing is filled in.
    levels
        What each group is, for people, shape (groups,); the first is ``(empty)``.
    rank
        Order of the exact values of a number or date, shape (n,), from 1; 0 where missing. None for
        categories.
    distinct
        Number of different values.
    """

    codes: IntArray
    levels: NDArray[np.object_]
    rank: IntArray | None
    distinct: int

    @property
    def present(self) -> NDArray[np.bool_]:
        """Rows where the column is filled in."""
        return self.codes > 0

    @property
    def few(self) -> bool:
        """Whether each different value is a group of its own and there are few of them."""
        return self.distinct <= _FEW_LEVELS


def make_cells(column: Column, rows: IntArray) -> Cells:
    """Group the values that a column has at `rows`."""
    values = column.values[rows]
    if column.kind == "number":
        return _ranges(values.astype(np.float64), ~np.isnan(values), _plain_number)
    if column.kind == "date":
        return _ranges(values.astype(np.float64), values != NO_TIME, _plain_day)
    return _categories(values.astype(np.int64), column.vocabulary)


def _categories(codes: IntArray, vocabulary: tuple[str, ...]) -> Cells:
    counts = np.bincount(codes + 1, minlength=len(vocabulary) + 1)
    counts[0] = 0
    counts[_empty(counts, vocabulary)] = 0
    seen = np.flatnonzero(counts)
    common = seen[counts[seen] >= _RARE]
    # Values too rare to learn from share one group, so that nearly unique columns stay cheap.
    group = np.zeros(len(counts), dtype=np.int64)
    group[seen] = len(common) + 1
    group[common] = np.arange(1, len(common) + 1)
    words = [vocabulary[i - 1] for i in common]
    levels = np.array(["(empty)", *words, "(rare values)"], dtype=object)
    return Cells(group[codes + 1], levels, None, len(seen))


def _empty(counts: IntArray, vocabulary: tuple[str, ...]) -> list[int]:
    """Return the codes, from 1, of frequent values that say nothing; rare ones change no figure."""
    frequent = np.flatnonzero(counts >= _FREQUENT)
    return [int(code) for code in frequent if _fold(vocabulary[code - 1]) in EMPTY_WORDS]


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _ranges(values: FloatArray, known: NDArray[np.bool_], show: Callable[[float], str]) -> Cells:
    exact, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    rank = np.zeros(len(values), dtype=np.int64)
    rank[known] = inverse + 1
    bin_of = _bins(counts)
    codes = np.where(rank > 0, np.concatenate([[0], bin_of])[rank], 0)
    first = np.searchsorted(bin_of, np.arange(1, bin_of.max(initial=0) + 1))
    last = np.append(first[1:], len(exact)) - 1
    words = [_span(exact[a], exact[b], show) for a, b in zip(first, last, strict=True)] if len(exact) else []
    return Cells(codes, np.array(["(empty)", *words], dtype=object), rank, len(exact))


def _bins(counts: IntArray) -> IntArray:
    """Number the bins, from 1, of sorted distinct values: own bins for few, else about equal counts."""
    if len(counts) <= _FEW_LEVELS:
        return np.arange(1, len(counts) + 1)
    total = counts.sum()
    bins = int(np.clip(total // 50, 5, _MAX_BINS))
    middle = np.cumsum(counts) - counts / 2
    raw = (middle * bins // total).astype(np.int64)
    return np.cumsum(np.concatenate([[1], np.diff(raw) > 0])).astype(np.int64)


def _span(low: float, high: float, show: Callable[[float], str]) -> str:
    return show(low) if low == high else f"{show(low)} to {show(high)}"


def _plain_number(value: float) -> str:
    return f"{value:,.6g}"


def _plain_day(value: float) -> str:
    return str(np.datetime64(int(value), "us").astype("datetime64[D]"))
