"""How surprising a row's values are, so that rows equal by chance are told from copies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qualify.leads.tables import FloatArray, IntArray

_LOOKED_AT = 4_000
_TOP = 24


def bits_of_values(codes: Mapping[str, IntArray]) -> FloatArray:
    """Return -log2 of each value's share among the rows with the same value of its closest column.

    The columns are joined to the tree of greatest mutual information (Chow and Liu 1968, IEEE Transactions
    on Information Theory 14:462), so that what follows from another column adds nothing: the sum over the
    columns is the surprise of the row under that tree.

    Parameters
    ----------
    codes
        By column, -1 where missing, shape (rows,).

    Returns
    -------
    array
        Shape (columns, rows).
    """
    columns = list(codes.values())
    parent = _tree(columns)
    return np.stack([
        _surprise(code, None if above is None else columns[above])
        for code, above in zip(columns, parent, strict=True)
    ])  # fmt: skip


def _surprise(code: IntArray, above: IntArray | None) -> FloatArray:
    given = np.zeros(len(code), dtype=np.int64) if above is None else above + 1
    _, pair, both = np.unique(
        given * (int(code.max()) + 2) + code + 1, return_inverse=True, return_counts=True
    )
    rows = np.bincount(given)
    found: FloatArray = np.log2(rows[given] / both[pair])
    return found


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
