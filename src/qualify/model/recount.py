"""The rows of a draw counted by what they stand for: a tree's counts are what contributions start from."""

from __future__ import annotations

import re

import lightgbm as lgb
import numpy as np

from qualify.leads.tables import FloatArray, IntArray

__all__ = ["recounted"]

_BLOCK_ROWS = 8_192
_SIZES = re.compile(r"^tree_sizes=(.*)\n\n", re.MULTILINE)


def recounted(booster: lgb.Booster, design: FloatArray, stands: FloatArray) -> str:
    """Return the model's text with the counts of all rows that the rows of a draw stand for.

    A contribution is measured from the mean over the rows that a tree has counted, and so is the base value.
    LightGBM counts rows without their weights: after a draw of negative leads that mean would be one of a
    population in which the outcome is common. No prediction changes.

    Parameters
    ----------
    design
        The rows, shape (rows, columns).
    stands
        For how many rows each stands, shape (rows,).
    """
    text = str(booster.model_to_string(num_iteration=-1))
    sizes = _SIZES.search(text)
    assert sizes is not None, "LightGBM writes the sizes of its trees"
    place, blocks = sizes.end(), list[str]()
    found = _leaf_counts(booster, design, stands)
    for size, counts in zip(map(int, sizes[1].split(" ")), found, strict=True):
        blocks.append(_with_counts(text[place : place + size], counts))
        place += size
    written = " ".join(str(len(block)) for block in blocks)
    return f"{text[: sizes.start()]}tree_sizes={written}\n\n{''.join(blocks)}{text[place:]}"


def _leaf_counts(booster: lgb.Booster, design: FloatArray, stands: FloatArray) -> FloatArray:
    """Return how many rows fall into each leaf, shape (trees, most leaves)."""
    trees = booster.num_trees()
    leaves = int(booster.params["num_leaves"])
    found = np.zeros(trees * leaves)
    first = np.arange(trees) * leaves
    for start in range(0, len(design), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        leaf = np.asarray(booster.predict(design[block], pred_leaf=True, num_threads=1), dtype=np.int64)
        weight = np.repeat(stands[block], trees)
        found += np.bincount((leaf.reshape(-1, trees) + first).ravel(), weights=weight, minlength=len(found))
    return found.reshape(trees, leaves)


def _with_counts(block: str, counts: FloatArray) -> str:
    left, right = _numbers(block, "left_child"), _numbers(block, "right_child")
    if not len(left):
        return block  # a single leaf counts everything
    leaf = np.maximum(1, np.rint(counts[: len(left) + 1])).astype(np.int64)
    inner = np.zeros(len(left), dtype=np.int64)
    for node in range(len(left) - 1, -1, -1):  # a child of a node comes after it
        inner[node] = sum(inner[child] if child >= 0 else leaf[~child] for child in (left[node], right[node]))
    for name, values in (("leaf_count", leaf), ("internal_count", inner)):
        written = " ".join(map(str, values.tolist()))
        block = re.sub(rf"^{name}=.*$", f"{name}={written}", block, count=1, flags=re.MULTILINE)
    return block


def _numbers(block: str, name: str) -> IntArray:
    found = re.search(rf"^{name}=(.*)$", block, re.MULTILINE)
    assert found is not None, "LightGBM writes every field of a tree"
    return np.array(found[1].split(), dtype=np.int64)
