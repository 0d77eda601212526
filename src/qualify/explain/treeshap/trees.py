"""Read the trees of a LightGBM model text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualify.errors import ModelError

__all__ = ["Model", "Path", "Tree", "read_model", "walk"]

# The way to one leaf: (node, True when its left child was taken), from the root down.
Path = tuple[tuple[int, bool], ...]

# LightGBM's numbering of the ways a column treats missing values, in bits 2 and 3 of `decision_type`.
MISSING_NONE, MISSING_ZERO, MISSING_NAN = 0, 1, 2


@dataclass(frozen=True)
class Tree:
    """One tree as LightGBM stores it; a child below zero is the leaf ``~child``.

    Attributes
    ----------
    feature, left, right : ndarray of int64, shape (nodes,)
        Column that a node asks about, and its children.
    threshold : ndarray of float64, shape (nodes,)
        A row goes left when its value is at most this.
    categorical, default_left : ndarray of bool, shape (nodes,)
        Whether a node asks for membership in a set; where a missing value goes.
    missing : ndarray of int64, shape (nodes,)
        What counts as missing: 0 nothing (NaN is read as 0), 1 zero and NaN, 2 NaN.
    sets : tuple of ndarray of uint32
        Bits of the values that go left, one array a categorical node, in the nodes' order.
    value : ndarray of float64, shape (leaves,)
        Output of each leaf.
    left_share, right_share : ndarray of float64, shape (nodes,)
        Share of a node's training rows that went to its left, and to its right, child.
    leaf_share : ndarray of float64, shape (leaves,)
        Share of the tree's training rows that ended in each leaf.
    """

    feature: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    threshold: NDArray[np.float64]
    categorical: NDArray[np.bool_]
    default_left: NDArray[np.bool_]
    missing: NDArray[np.int64]
    sets: tuple[NDArray[np.uint32], ...]
    value: NDArray[np.float64]
    left_share: NDArray[np.float64]
    right_share: NDArray[np.float64]
    leaf_share: NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """The trees of a model with one output.

    Attributes
    ----------
    features : int
        Columns that a row must have.
    trees : tuple of Tree
        In the order in which they were fitted.
    """

    features: int
    trees: tuple[Tree, ...]


def read_model(text: str) -> Model:
    """Read the text that ``Booster.save_model`` and ``Booster.model_to_string`` write.

    Parameters
    ----------
    text : str
        The whole model text.

    Returns
    -------
    Model
        Its trees.

    Raises
    ------
    ModelError
        If the text is no LightGBM model, is cut short, has several outputs a row, or has linear leaves.
    """
    head, *blocks = text.partition("\nend of trees")[0].split("\nTree=")
    header = _fields(head)
    count = header.get("max_feature_idx", "")
    if not head.startswith("tree") or not count.isdigit() or "\nend of trees" not in text:
        raise ModelError(
            "The text is not a whole LightGBM model.",
            got=text[:80],
            expected="a text that starts with 'tree' and has the line 'end of trees'",
            mend="Pass the content of the file that Booster.save_model wrote.",
        )
    if header.get("num_tree_per_iteration", "1") != "1":
        raise ModelError(
            "The model has several outputs a row.",
            got=f"num_tree_per_iteration={header['num_tree_per_iteration']}",
            expected="one output a row, as with objective='binary'",
            mend="Train one binary model for each class.",
        )
    features = int(count) + 1
    return Model(features, tuple(_read_tree(block, features) for block in blocks))


def walk(tree: Tree) -> Iterator[tuple[int, Path]]:
    """Yield every leaf with the way to it, leaves of one subtree next to each other.

    Parameters
    ----------
    tree : Tree
        The tree to walk.

    Yields
    ------
    leaf : int
        Number of the leaf.
    path : tuple of (int, bool)
        The nodes from the root down, and whether the left child was taken.
    """
    left, right = tree.left.tolist(), tree.right.tolist()
    stack: list[tuple[int, Path]] = [(0 if left else ~0, ())]
    while stack:
        node, path = stack.pop()
        if node < 0:
            yield ~node, path
        else:
            stack.append((right[node], (*path, (node, False))))
            stack.append((left[node], (*path, (node, True))))


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _read_tree(block: str, features: int) -> Tree:
    number, _, body = block.partition("\n")
    fields = _fields(body)
    try:
        if fields.get("is_linear", "0") != "0":
            raise ModelError(
                "A tree has linear models in its leaves, which path-dependent Shapley values don't cover.",
                where=f"Tree={number}",
                got="is_linear=1",
                expected="constant leaves",
                mend="Train with linear_tree=false.",
            )
        tree = _build(fields, number)
        _check(tree, features)
        return tree
    except (KeyError, ValueError, IndexError) as fault:
        raise ModelError(
            "A tree of the model text can not be read.",
            where=f"Tree={number}",
            got=f"{type(fault).__name__}: {fault}",
            expected="the fields that LightGBM writes, each of the length that num_leaves gives",
            mend="Save the model again with Booster.save_model.",
        ) from fault


def _build(fields: dict[str, str], number: str) -> Tree:
    leaves = int(fields["num_leaves"])
    nodes = leaves - 1
    kind = _ints(fields, "decision_type", nodes)
    left, right = _ints(fields, "left_child", nodes), _ints(fields, "right_child", nodes)
    threshold = _floats(fields, "threshold", nodes)
    categorical = (kind & 1) > 0
    leaf_count = _ints(fields, "leaf_count", leaves) if nodes else np.ones(1, np.int64)
    node_count = _ints(fields, "internal_count", nodes)
    if (node_count <= 0).any() or (leaf_count < 0).any():
        raise ModelError(
            "A tree has a node that no training row reached, so its Shapley values are not defined.",
            where=f"Tree={number}",
            got=f"internal_count={fields['internal_count']}",
            expected="counts above zero",
            mend="Train the model again, or save it with the counts that LightGBM writes.",
        )
    counts = np.concatenate([node_count, leaf_count[::-1]])  # so that leaf ~i stands at index -1 - i
    return Tree(
        feature=_ints(fields, "split_feature", nodes),
        left=left,
        right=right,
        threshold=threshold,
        categorical=categorical,
        default_left=(kind & 2) > 0,
        missing=(kind >> 2) & 3,
        sets=_sets(fields, threshold[categorical]),
        value=_floats(fields, "leaf_value", leaves),
        left_share=counts[left] / node_count,
        right_share=counts[right] / node_count,
        leaf_share=leaf_count / (node_count[0] if nodes else 1),
    )


def _check(tree: Tree, features: int) -> None:
    """Refuse what would send a walk in circles or the kernel out of its arrays."""
    nodes, leaves = len(tree.feature), len(tree.value)
    own = np.arange(nodes)
    children = np.concatenate([tree.left, tree.right])
    later = [((child < 0) | (child > own)).all() for child in (tree.left, tree.right)]
    if not all(later) or sorted(children) != [*range(-leaves, 0), *range(1, nodes)][: 2 * nodes]:
        raise ValueError("left_child and right_child do not form a tree")
    if ((tree.feature < 0) | (tree.feature >= features)).any():
        raise ValueError(f"split_feature asks about feature {tree.feature.max()} of {features}")


def _sets(fields: dict[str, str], chosen: NDArray[np.float64]) -> tuple[NDArray[np.uint32], ...]:
    """Cut the bits of all sets into one array for each categorical node; `chosen` numbers the sets."""
    if not len(chosen):
        return ()
    bounds = np.array(fields["cat_boundaries"].split(), dtype=np.int64)
    words = np.array(fields["cat_threshold"].split(), dtype=np.uint32)
    return tuple(words[bounds[i] : bounds[i + 1]] for i in chosen.astype(np.int64))


def _ints(fields: dict[str, str], name: str, length: int) -> NDArray[np.int64]:
    return _array(fields, name, length).astype(np.int64)


def _floats(fields: dict[str, str], name: str, length: int) -> NDArray[np.float64]:
    return _array(fields, name, length)


def _array(fields: dict[str, str], name: str, length: int) -> NDArray[np.float64]:
    array = np.array(fields[name].split() if length else [], dtype=np.float64)
    if len(array) != length:
        raise ValueError(f"{name} has {len(array)} entries, expected {length}")
    return array
