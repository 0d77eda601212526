"""How surprising a row's values are, so that rows equal by chance are told from copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qualify.leads.tables import FloatArray, IntArray

_LOOKED_AT = 4_000
_TOP = 24


_FEWEST_ALIKE = 3


@dataclass(frozen=True)
class Surprise:
    """How rare each value is among the rows with the same value of its column's closest column.

    The columns are joined to the tree of greatest mutual information (Chow and Liu 1968, IEEE Transactions
    on Information Theory 14:462), so that what follows from another column adds nothing: the sum over the
    columns is the surprise of the row under that tree.

    Parameters
    ----------
    own
        Rows with the same value, shape (columns, leads).
    given, both
        Rows with the same value of the closest column; and of both.
    follows
        How far a column follows from its closest one, shape (columns,): the share of pairs that agree beyond
        chance where the closest column agrees.
    """

    own: FloatArray
    given: FloatArray
    both: FloatArray
    follows: FloatArray

    def bits(self, leads: IntArray, alike: IntArray, without: int | None = None) -> FloatArray:
        """Return -log2 of the probability of each lead's row.

        Where hardly any lead but the alike ones has the value of the closest column, these would make each
        other likely; there, the column's own share counts, as far as it does not follow from the other.

        Parameters
        ----------
        leads
            Positions.
        alike
            How many rows are like each of them, itself included.
        without
            A column that is left out.
        """
        alone, given = self.own[:, leads] / self.own.shape[1], self.given[:, leads]
        expected = self.follows[:, None] + (1.0 - self.follows[:, None]) * alone
        counted = self.both[:, leads] / given
        found = -np.log2(np.where(given - alike < _FEWEST_ALIKE, expected, counted))
        whole: FloatArray = found.sum(axis=0) - (0.0 if without is None else found[without])
        return whole


def measure_surprise(codes: Sequence[IntArray]) -> Surprise:
    """Count values alone and together with those of the closest column.

    Parameters
    ----------
    codes
        One array a column, -1 where missing, shape (leads,).
    """
    counted = [
        _counted(code, np.zeros_like(code) if above is None else codes[above] + 1)
        for code, above in zip(codes, _tree(list(codes)), strict=True)
    ]
    own, given, both, follows = zip(*counted, strict=True)
    return Surprise(np.stack(own), np.stack(given), np.stack(both), np.array(follows))


def _counted(code: IntArray, above: IntArray) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    own, given = np.bincount(code + 1), np.bincount(above)
    key = above * (int(code.max()) + 2) + code + 1
    _, first, pair, both = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    # Two rows alone may be copies; three and more of one value of the closest column tell whether it decides.
    told = given[above[first]] >= _FEWEST_ALIKE
    pairs = _pairs(given[given >= _FEWEST_ALIKE])
    by_chance = _pairs(own) / max(_pairs(np.array([len(code)])), 1.0)
    agree = _pairs(both[told]) / pairs if pairs else by_chance
    follows = float(np.clip((agree - by_chance) / max(1.0 - by_chance, 1e-12), 0.0, 1.0))
    return own[code + 1].astype(float), given[above].astype(float), both[pair].astype(float), follows


def _pairs(counts: IntArray) -> float:
    return float((counts.astype(np.float64) * (counts - 1) / 2).sum())


def _tree(columns: list[IntArray]) -> list[int | None]:
    """Return each column's closest column nearer to the root (Prim's algorithm); None for the root."""
    rows = np.linspace(0, len(columns[0]) - 1, min(_LOOKED_AT, len(columns[0]))).astype(np.int64)
    coarse = [_coarse(code[rows]) for code in columns]
    parent: list[int | None] = [None] * len(columns)
    best, nearest = np.full(len(columns), -np.inf), np.zeros(len(columns), dtype=np.int64)
    inside, last = {0}, 0
    while len(inside) < len(columns):
        for j in set(range(len(columns))) - inside:
            shared = _mutual_information(coarse[last], coarse[j])
            if shared > best[j]:
                best[j], nearest[j] = shared, last
        last = max(set(range(len(columns))) - inside, key=lambda j: best[j])
        parent[last] = int(nearest[last])
        inside.add(last)
    return parent


def _coarse(code: IntArray) -> IntArray:
    """Keep the most frequent values; all others, of which too few are seen, are one."""
    values, index, counts = np.unique(code, return_inverse=True, return_counts=True)
    place = np.full(len(values), _TOP, dtype=np.int64)
    top = np.argsort(-counts, kind="stable")[:_TOP]
    place[top] = np.arange(len(top))
    return place[index]


def _mutual_information(a: IntArray, b: IntArray) -> float:
    size = _TOP + 1
    joint = np.bincount(a * size + b, minlength=size * size).reshape(size, size) / len(a)
    apart = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    seen = joint > 0
    found: FloatArray = joint[seen] * np.log2(joint[seen] / apart[seen])
    return float(found.sum())
