"""Fill the groups' tables and lay everything out in flat arrays for the kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap.columns import Columns
from qualify.explain.treeshap.groups import Group, Leaf

__all__ = ["LeafValues", "Plan", "join", "lay_out", "table_bytes"]

LeafValues = Callable[[list[Leaf]], list[NDArray[np.float64]]]

# Groups whose cells are held at once: with 512 rows, half a megabyte.
_GROUPS_AT_ONCE = 512


class Plan(NamedTuple):
    """All that the kernel reads.

    A *batch* is a number of groups that are worked on at once.

    Attributes
    ----------
    columns : Columns
        Where the codes come from, and which feature stands in which slot.
    groups_held : int
        Groups in the largest batch.
    questions : ndarray of uint32, shape (questions, 4)
        Column, cut, stride and group within the batch: the group's cell number grows by the stride
        where the column's code is above the cut.
    batch_start : ndarray of int64, shape (batches + 1,)
        First question of each batch.
    lookups : ndarray of uint32, shape (look-ups, 2)
        Group within the batch, and where the column of its table starts.
    run_start : ndarray of int64, shape (batches * sums + 1,)
        First look-up of each sum of each batch.
    table : ndarray of float64
        All columns of all tables, in the order of the look-ups.
    """

    columns: Columns
    groups_held: int
    questions: NDArray[np.uint32]
    batch_start: NDArray[np.int64]
    lookups: NDArray[np.uint32]
    run_start: NDArray[np.int64]
    table: NDArray[np.float64]


def table_bytes(groups: Sequence[Group]) -> int:
    """Size of all tables of these groups, in bytes."""
    return sum(8 * group.cells * len(group.features) for group in groups)


def lay_out(
    columns: Columns, groups: Sequence[Group], leaf_values: LeafValues, sums: Sequence[int] | None = None
) -> Plan:
    """Fill the tables and order their columns as the kernel reads them.

    Parameters
    ----------
    columns : Columns
        Where the codes come from.
    groups : sequence of Group
        All groups, of all trees.
    leaf_values : callable
        From leaves to one array each of shape (D, 2**D), as `path_dependent` gives.
    sums : sequence of int, optional
        Into which sum, from 0, the values of each of all features go; without it each slot is a sum. What
        goes into one sum is added up here, once a cell, instead of once a row.

    Returns
    -------
    Plan
        Flat arrays.
    """
    features = columns.features.tolist()
    into = {feature: slot if sums is None else sums[feature] for slot, feature in enumerate(features)}
    many = len(features) if sums is None else max(sums, default=-1) + 1
    asked = [_ask(group) for group in groups]
    places = [sorted({into[feature] for feature in group.features}) for group in groups]
    tables = _fill(groups, asked, leaf_values, into, places)
    lookups = sorted(
        (number // _GROUPS_AT_ONCE, where, number % _GROUPS_AT_ONCE, place)
        for number, of_group in enumerate(places)
        for place, where in enumerate(of_group)
    )
    picked = [tables[batch * _GROUPS_AT_ONCE + group][place] for batch, _, group, place in lookups]
    starts = _starts([len(column) for column in picked])
    questions = [
        (number // _GROUPS_AT_ONCE, *question, number % _GROUPS_AT_ONCE)
        for number, questions_of_group in enumerate(asked)
        for question in questions_of_group
    ]
    batches = -(-len(groups) // _GROUPS_AT_ONCE)
    runs = [batch * many + where for batch, where, _, _ in lookups]
    return Plan(
        columns=columns,
        groups_held=min(len(groups), _GROUPS_AT_ONCE),
        questions=np.array([question[1:] for question in questions], dtype=np.uint32).reshape(-1, 4),
        batch_start=np.searchsorted([question[0] for question in questions], np.arange(batches + 1)),
        lookups=np.array(
            [(group, start) for (_, _, group, _), start in zip(lookups, starts[:-1].tolist(), strict=True)],
            dtype=np.uint32,
        ).reshape(-1, 2),
        run_start=np.searchsorted(runs, np.arange(batches * many + 1)),
        table=np.concatenate([np.zeros(0), *picked]),
    )


def join(plans: Sequence[Plan]) -> tuple[Plan, NDArray[np.int64]]:
    """Put plans of the same columns and sums one after the other.

    A call of a kernel looks at every array that it is given; for one row that takes longer than its sums, so
    all models come in one plan.

    Returns
    -------
    plan : Plan
        With the batches of all.
    first_batch : ndarray of int64, shape (plans + 1,)
        Where the batches of each begin.
    """
    questions = _starts([len(plan.questions) for plan in plans])
    lookups = _starts([len(plan.lookups) for plan in plans])
    tables = _starts([len(plan.table) for plan in plans])
    moved = [
        plan.lookups + np.array([0, start], dtype=np.uint32)
        for plan, start in zip(plans, tables[:-1], strict=True)
    ]
    plan = Plan(
        columns=plans[0].columns,
        groups_held=max(plan.groups_held for plan in plans),
        questions=np.concatenate([plan.questions for plan in plans]),
        batch_start=_one_after_the_other([plan.batch_start for plan in plans], questions),
        lookups=np.concatenate(moved),
        run_start=_one_after_the_other([plan.run_start for plan in plans], lookups),
        table=np.concatenate([plan.table for plan in plans]),
    )
    return plan, _starts([len(plan.batch_start) - 1 for plan in plans])


def _one_after_the_other(starts: Sequence[NDArray[np.int64]], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where parts begin, and the last one ends, once those of each plan begin at `first`."""
    moved = [own[:-1] + start for own, start in zip(starts, first[:-1], strict=True)]
    return np.concatenate([*moved, first[-1:]])


def _starts(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def _ask(group: Group) -> list[tuple[int, int, int]]:
    """Column, cut and stride of each question; a column's digit counts its cuts below the code."""
    asked = sorted(group.questions)
    cells = 1
    strides: dict[int, int] = {}
    for column, count in Counter(column for column, _ in asked).items():
        strides[column] = cells
        cells *= count + 1
    return [(column, cut, strides[column]) for column, cut in asked]


def _fill(
    groups: Sequence[Group],
    asked: Sequence[list[tuple[int, int, int]]],
    leaf_values: LeafValues,
    into: Mapping[int, int],
    places: Sequence[list[int]],
) -> list[NDArray[np.float64]]:
    """Fill each group's table, of shape (places, cells): the sums that its features go into.

    A leaf's pattern in a cell starts with all features fitting; each step that the cell's answers
    contradict takes its feature's bit away.
    """
    values = iter(leaf_values([leaf for group in groups for leaf in group.leaves]))
    tables, known = [], {}
    for group, questions, sums in zip(groups, asked, places, strict=True):
        strides = tuple(stride for _, _, stride in questions)
        if strides not in known:
            known[strides] = _answers(strides, group.cells)
        number = {question[:2]: i for i, question in enumerate(questions)}
        place = {feature: sums.index(into[feature]) for feature in group.features}
        table = np.zeros((len(sums), group.cells))
        for leaf in group.leaves:
            pattern = np.full(group.cells, (1 << len(leaf.features)) - 1)
            for step in leaf.steps:
                pattern &= known[strides][step.right][number[step.column, step.cut]] | ~(1 << step.place)
            np.add.at(table, [place[feature] for feature in leaf.features], next(values)[:, pattern])
        tables.append(table)
    return tables


def _answers(strides: tuple[int, ...], cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """In which cells each question is answered "not above", and "above": -1 (all bits) there, else 0.

    Shape (questions, cells) each. Questions of one column have the same stride and follow each other.
    """
    cell = np.arange(cells)
    counts, seen = Counter(strides), Counter[int]()
    above = np.empty((len(strides), cells), dtype=np.int64)
    for question, stride in enumerate(strides):
        above[question] = -(cell // stride % (counts[stride] + 1) > seen[stride]).astype(np.int64)
        seen[stride] += 1
    return ~above, above
