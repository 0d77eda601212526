"""Turn every question of every node into "is this small code above that cut?".

A value matters to the trees only by its rank among the thresholds that they use. A *column* of
codes holds that rank in one byte; missing values and categories have their place in it:

- a number: code = thresholds below it; right when ``code > cut``;
- NaN where nothing counts as missing: the code of 0, which is what LightGBM reads it as;
- missing, and to go right: 255, above every cut;
- missing, and to go left: 0, in a second column whose other codes and cuts are one higher;
- a category: 0 when it is in the set, 1 when it is not, and the cut is 0.

More than 254 thresholds of one feature are spread over several columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap.kernel import ZERO
from qualify.explain.treeshap.trees import MISSING_NONE, MISSING_ZERO, Tree

__all__ = ["Columns", "Questions", "make_columns"]

# Codes 0 to 254 for ranks; with all of them one higher, 1 to 255.
_CUTS_A_COLUMN = 254


class Columns(NamedTuple):
    """How to make the columns of codes from a row of values, in a form that the kernel reads.

    Attributes
    ----------
    width : int
        Number of columns.
    features : ndarray of int64, shape (slots,)
        The features that the trees use, ascending; a *slot* is a place in this array.
    ranked : ndarray of int64, shape (rankings, 7)
        One ranking of a feature a row: slot, whether zero counts as missing, start and end in
        `thresholds`, column with missing values on the right, code of these, and column with missing
        values on the left (-1: no such column).
    thresholds : ndarray of float64
        Ascending within a ranking.
    sets : ndarray of int64, shape (sets, 4)
        One set of categories a row: slot, start and end in `words`, column.
    words : ndarray of uint32
        Bits of the categories that go left.
    """

    width: int
    features: NDArray[np.int64]
    ranked: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    sets: NDArray[np.int64]
    words: NDArray[np.uint32]


@dataclass(frozen=True)
class Questions:
    """What each node of one tree asks: right when ``code[column] > cut``."""

    column: NDArray[np.int64]
    cut: NDArray[np.int64]


def make_columns(trees: Sequence[Tree]) -> tuple[Columns, list[Questions]]:
    """Lay out the columns that these trees need.

    Parameters
    ----------
    trees : sequence of Tree
        All trees that are to be explained in one pass.

    Returns
    -------
    columns : Columns
        The columns.
    questions : list of Questions
        For each tree, its nodes' questions about the columns.
    """
    sizes = [len(tree.feature) for tree in trees]
    feature, missing, left, categorical, threshold = (
        np.concatenate([np.zeros(0, dtype), *(getattr(tree, name) for tree in trees)])
        for name, dtype in (
            ("feature", np.int64),
            ("missing", np.int64),
            ("default_left", np.bool_),
            ("categorical", np.bool_),
            ("threshold", np.float64),
        )
    )
    column, cut = np.zeros((2, len(feature)), dtype=np.int64)
    number = ~categorical
    ranked, thresholds, column[number], cut[number], used = _rank(
        feature[number], missing[number], left[number], threshold[number]
    )
    all_sets = [bits for tree in trees for bits in tree.sets]
    sets, words, column[categorical], used = _collect_sets(feature[categorical], all_sets, used)
    ends = np.cumsum(sizes).tolist()
    questions = [
        Questions(column[end - size : end], cut[end - size : end])
        for size, end in zip(sizes, ends, strict=True)
    ]
    features = np.unique(feature)
    for table in (ranked, sets):
        table[:, 0] = np.searchsorted(features, table[:, 0])
    return Columns(used, features, ranked, thresholds, sets, words), questions


def _rank(
    feature: NDArray[np.int64],
    missing: NDArray[np.int64],
    left: NDArray[np.bool_],
    threshold: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], int]:
    """Rank the thresholds of each feature and give every numeric node its column and cut."""
    threshold = _flush(threshold)
    left = left & (missing != MISSING_NONE)
    column, cut = np.zeros((2, len(feature)), dtype=np.int64)
    rankings: list[list[int]] = []
    chunks: list[NDArray[np.float64]] = []
    used = start = 0
    for key in np.unique(feature * 4 + missing).tolist():
        nodes = np.flatnonzero(feature * 4 + missing == key)
        distinct, rank = np.unique(threshold[nodes], return_inverse=True)
        for first in range(0, len(distinct), _CUTS_A_COLUMN):
            chunk = distinct[first : first + _CUTS_A_COLUMN]
            inside = (rank >= first) & (rank < first + len(chunk))
            here = [-1, -1]
            for side in np.unique(left[nodes[inside]]).tolist():
                mine = nodes[inside & (left[nodes] == side)]
                here[side], column[mine] = used, used
                cut[mine] = rank[inside & (left[nodes] == side)] - first + side
                used += 1
            gone = int(np.searchsorted(chunk, 0.0)) if key % 4 == MISSING_NONE else 255
            zero_too = key % 4 == MISSING_ZERO
            rankings.append([key // 4, zero_too, start, start + len(chunk), here[0], gone, here[1]])
            chunks.append(chunk)
            start += len(chunk)
    flat = np.concatenate(chunks) if chunks else np.zeros(0)
    return np.array(rankings, dtype=np.int64).reshape(-1, 7), flat, column, cut, used


def _flush(threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move thresholds near zero so that a plain comparison sees tiny values as zero does LightGBM."""
    low = (threshold < 0) & (threshold >= -ZERO)
    high = (threshold >= 0) & (threshold < ZERO)
    return np.where(low, np.nextafter(-ZERO, -np.inf), np.where(high, ZERO, threshold))


def _collect_sets(
    feature: NDArray[np.int64], bits: Sequence[NDArray[np.uint32]], used: int
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64], int]:
    """Give every categorical node a column, the same one where feature and set are the same."""
    known: dict[tuple[int, bytes], int] = {}
    for one, words in zip(feature.tolist(), bits, strict=True):
        known.setdefault((one, words.tobytes()), used + len(known))
    column = [known[one, words.tobytes()] for one, words in zip(feature.tolist(), bits, strict=True)]
    rows, start = [], 0
    for (one, raw), where in known.items():
        rows.append([one, start, start + len(raw) // 4, where])
        start += len(raw) // 4
    flat = np.frombuffer(b"".join(raw for _, raw in known), dtype=np.uint32)
    return (
        np.array(rows, dtype=np.int64).reshape(-1, 4),
        flat,
        np.array(column, dtype=np.int64),
        used + len(known),
    )
