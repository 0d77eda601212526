"""What a LightGBM model text in a bundle may look like; it is looked at before LightGBM sees it.

LightGBM trusts its input: a wrong length or a child that leads in a circle ends the process, or sends it out
of its arrays. So a text has to be one that this program's training writes, field by field.
"""

from __future__ import annotations

import re
from itertools import chain

__all__ = ["check_booster"]

# Numbers stay below 1e308, for what is larger is read as infinity.
_REAL = r"-?\d{1,400}(?:\.\d+)?(?:e(?:-\d{1,3}|\+?[0-2]?\d{1,2}|\+?30[0-7]))?"
_ANY = rf"(?:{_REAL}|-?inf|-?nan)"
_CUT = rf"(?:{_REAL}|-?inf)"  # inf parts the rows with a value from those without
_INT = r"-?\d{1,9}"
_COUNT = r"\d{1,9}"

_NODES = {
    "split_feature": _COUNT, "split_gain": _ANY, "threshold": _CUT, "decision_type": _COUNT,
    "left_child": _INT, "right_child": _INT,
}  # fmt: skip
_LEAVES = {"leaf_value": _REAL, "leaf_weight": _ANY, "leaf_count": _COUNT}
_INNER = {"internal_value": _ANY, "internal_weight": _ANY, "internal_count": _COUNT}
_OPTIONAL = ("leaf_weight", "leaf_count")
"""A tree of one leaf may lack them."""


def _listed(number: str) -> str:
    return f"(?:{number}(?: {number})*)?"


_FIELDS = {**_NODES, **_LEAVES, **_INNER}
_TREE = re.compile(
    r"Tree=(?P<tree>\d+)\nnum_leaves=(?P<leaves>\d{1,6})\nnum_cat=0\n"
    + "".join(rf"{name}=(?P<{name}>{_listed(number)})\n" for name, number in _FIELDS.items())
    + rf"is_linear=0\nshrinkage={_REAL}\n\n\n",
    re.ASCII,
)
_HEAD = re.compile(
    r"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
    r"max_feature_idx=(?P<last>\d{1,6})\nobjective=binary sigmoid:1\n"
    rf"feature_names=(?P<names>\S+(?: \S+)*)\nfeature_infos=(?P<infos>\S+(?: \S+)*)\n"
    rf"tree_sizes=(?P<sizes>{_COUNT}(?: {_COUNT})*)\n\n",
    re.ASCII,
)
_TAIL = re.compile(
    r"end of trees\n\nfeature_importances:\n(?:[^=\n]+=\d+\n)*\nparameters:\n"
    r"(?:\[[a-z_0-9]+: [^\]\n]*\]\n)*\nend of parameters\n\npandas_categorical:null\n?",
    re.ASCII,
)


def check_booster(text: str, columns: int) -> None:
    """Refuse a model text that training would not have written.

    Parameters
    ----------
    columns
        Of the design that the model is fitted on.

    Raises
    ------
    ValueError
        What is wrong, and in which tree.
    """
    head = _HEAD.match(text)
    if head is None:
        raise ValueError("it does not begin as a LightGBM model of one binary target")
    wide = {int(head["last"]) + 1, len(head["names"].split(" ")), len(head["infos"].split(" "))}
    if wide != {columns}:
        raise ValueError(f"it has {max(wide)} columns, expected {columns}")
    place = head.end()
    for number, size in enumerate(map(int, head["sizes"].split(" "))):
        _check_tree(text[place : place + size], number, columns)
        place += size
    if _TAIL.fullmatch(text, place) is None:
        raise ValueError("it does not end as a LightGBM model does")


def _check_tree(block: str, number: int, columns: int) -> None:
    tree = _TREE.fullmatch(block)
    if tree is None or int(tree["tree"]) != number:
        raise ValueError(f"tree {number} lacks a field, has a further one, or a number that is none")
    leaves = int(tree["leaves"])
    lengths = {**dict.fromkeys(_NODES, leaves - 1), **dict.fromkeys(_LEAVES, leaves),
               **dict.fromkeys(_INNER, leaves - 1)}  # fmt: skip
    for name, length in lengths.items():
        found = tree[name].count(" ") + 1 if tree[name] else 0
        if found != length and not (found == 0 and leaves == 1 and name in _OPTIONAL):
            raise ValueError(f"tree {number} has {found} of {name}, expected {length}")
    left, right, feature, kind = (
        list(map(int, tree[name].split())) for name in ("left_child", "right_child", "split_feature",
                                                        "decision_type")
    )  # fmt: skip
    if not _is_tree(left, right):
        raise ValueError(f"the children of tree {number} do not form a tree")
    if any(each >= columns for each in feature) or any(each & 1 or each > 10 for each in kind):
        raise ValueError(f"tree {number} asks for what the columns do not have")


def _is_tree(left: list[int], right: list[int]) -> bool:
    """Say whether every leaf and every node but the root is a child once, and of an earlier node."""
    nodes = len(left)
    if sorted(chain(left, right)) != [*range(-nodes - 1, 0), *range(1, nodes)][: 2 * nodes]:
        return False
    return all(child < 0 or child > own for side in (left, right) for own, child in enumerate(side))
