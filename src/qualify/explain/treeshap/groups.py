"""Gather leaves into groups that ask few questions, so that a group's answers fit a small table.

A group's table has one cell for each combination of answers. Cuts of one column are nested, so k of
them have k + 1 answers, not 2**k: cells = product over the group's columns of (cuts + 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from operator import attrgetter
from typing import NamedTuple

from qualify.explain.treeshap.columns import Questions
from qualify.explain.treeshap.trees import Tree, walk

__all__ = ["MAX_CELLS", "Group", "Leaf", "Step", "group_leaves"]

# Enough for a leaf alone whose path asks about 12 columns once each.
MAX_CELLS = 1 << 12

# What one row pays, in nanoseconds, measured on a 2.5 GHz server core.
_LOOKUP, _QUESTION, _TABLE_BYTE = 0.45, 0.05, 0.0002


class Step(NamedTuple):
    """One node on the way to a leaf: the row stays on it when ``(code[column] > cut) == right``."""

    column: int
    cut: int
    right: bool
    place: int


class Leaf(NamedTuple):
    """A leaf, its path, and the share of training rows that fit its path, feature by feature."""

    value: float
    steps: tuple[Step, ...]
    features: tuple[int, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Group:
    """Leaves that share a table.

    Attributes
    ----------
    questions : frozenset of (int, int)
        Column and cut of everything that the leaves' paths ask.
    features : frozenset of int
        Features that they ask about.
    leaves : tuple of Leaf
        The leaves.
    """

    questions: frozenset[tuple[int, int]]
    features: frozenset[int]
    leaves: tuple[Leaf, ...]

    @cached_property
    def cells(self) -> int:
        """Number of combinations of answers."""
        answers: dict[int, int] = {}
        for column, _ in self.questions:
            answers[column] = answers.get(column, 1) + 1
        return prod(answers.values())

    @cached_property
    def cost(self) -> float:
        """Nanoseconds a row that this group is expected to take."""
        lookup = _LOOKUP + 8 * self.cells * _TABLE_BYTE
        return len(self.features) * lookup + len(self.questions) * _QUESTION

    def __or__(self, other: Group) -> Group:
        return Group(
            self.questions | other.questions, self.features | other.features, self.leaves + other.leaves
        )


def group_leaves(tree: Tree, questions: Questions, weight: float) -> list[Group]:
    """Split a tree's leaves into the groups that promise the fastest look-up.

    From the bottom up, a node's leaves form one group, or stay in the groups of its two subtrees, the
    smallest of each side perhaps joined: whatever is expected to be cheapest.

    Parameters
    ----------
    tree : Tree
        The tree.
    questions : Questions
        What its nodes ask.
    weight : float
        Factor on the leaves' values.

    Returns
    -------
    list of Group
        Each leaf in exactly one group. A tree that is a lone leaf asks nothing and gives no group.
    """
    found = {~number: [_alone(leaf)] for number, leaf in _leaves(tree, questions, weight)}
    children = list(zip(tree.left.tolist(), tree.right.tolist(), strict=True))
    for node in reversed(range(len(children))):
        left, right = children[node]
        found[node] = _join(found.pop(left), found.pop(right))
    return found[0] if children else []


def _leaves(tree: Tree, questions: Questions, weight: float) -> Iterator[tuple[int, Leaf]]:
    """Number and path of every leaf below a node."""
    nodes = list(
        zip(
            questions.column.tolist(),
            questions.cut.tolist(),
            tree.feature.tolist(),
            tree.left_share.tolist(),
            tree.right_share.tolist(),
            strict=True,
        )
    )
    for number, path in walk(tree):
        shares: dict[int, float] = {}
        steps = []
        for node, went_left in path:
            column, cut, feature, left, right = nodes[node]
            shares[feature] = shares.get(feature, 1.0) * (left if went_left else right)
            steps.append(Step(column, cut, not went_left, list(shares).index(feature)))
        value = float(tree.value[number]) * weight
        yield number, Leaf(value, tuple(steps), tuple(shares), tuple(shares.values()))


def _alone(leaf: Leaf) -> Group:
    return Group(frozenset((step.column, step.cut) for step in leaf.steps), frozenset(leaf.features), (leaf,))


def _join(left: list[Group], right: list[Group]) -> list[Group]:
    """Put both lists together, the smallest group of each side joined where that is cheaper."""
    one, other = min(left, key=_cells), min(right, key=_cells)
    both = one | other
    if both.cells > MAX_CELLS or both.cost >= one.cost + other.cost:
        return left + right
    return [both, *(group for group in left + right if group is not one and group is not other)]


_cells = attrgetter("cells")
