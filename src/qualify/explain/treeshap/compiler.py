"""From boosters to an explainer."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qualify.compiled import usable_cores
from qualify.errors import DataError, ModelError
from qualify.explain.treeshap.columns import Columns, Questions, make_columns
from qualify.explain.treeshap.explainer import ByLightGBM, ByTable, Explainer
from qualify.explain.treeshap.groups import MAX_CELLS, Group, group_leaves
from qualify.explain.treeshap.leaves import Background, against_training
from qualify.explain.treeshap.members import Members, MembersByLightGBM, MembersByTable
from qualify.explain.treeshap.rows import checked_rows
from qualify.explain.treeshap.tables import lay_out, table_bytes
from qualify.explain.treeshap.trees import Model, Tree, read_model

if TYPE_CHECKING:
    import lightgbm

    Booster = lightgbm.Booster | str

__all__ = ["MAX_TABLE_BYTES", "TableLimitWarning", "compile", "compile_members"]

MAX_TABLE_BYTES = 256 << 20

WeightedTree = tuple[Tree, float]


class TableLimitWarning(UserWarning):
    """The tables would be too large, so LightGBM's own, slower, computation is used."""


def compile(  # noqa: A001  (the name that re, regex and others use for it)
    booster: Booster | Sequence[Booster],
    *,
    weights: Sequence[float] | None = None,
    background: NDArray[np.generic] | None = None,
    threads: int | None = None,
    max_table_bytes: int = MAX_TABLE_BYTES,
) -> Explainer:
    """Tabulate the exact Shapley values of boosted trees.

    Parameters
    ----------
    booster : lightgbm.Booster, str, or sequence of these
        A booster with one output, as with ``objective="binary"``, or the text that its ``save_model``
        writes. Several are explained as one weighted sum. As in ``predict``, the best iteration counts.
    weights : sequence of float, optional
        The boosters' weights in the sum; 1 each without it.
    background : ndarray, shape (rows, features), optional
        Without it, values are path-dependent, as of ``predict(X, pred_contrib=True)``: what is not known
        is as in the training rows at each node. With it they are interventional: what is not known is as
        in these rows, and the base value is their mean raw score. Only compiling takes longer then.
    threads : int, optional
        Most threads to use for one call (default: `NUMBA_NUM_THREADS`, else all usable cores).
    max_table_bytes : int, optional
        Above this size of all tables, or where a leaf alone needs more than 4,096 cells, LightGBM does
        the work, and a `TableLimitWarning` says so.

    Returns
    -------
    Explainer
        A function from rows to Shapley values. The first call on a machine compiles for some seconds.

    Raises
    ------
    ModelError
        If a booster has several outputs or linear leaves or can not be read, if boosters and weights do
        not go together, or if trees are too deep for tables and a background is given.
    DataError
        If the background is no array of numbers with a column for each feature, or is empty.

    Notes
    -----
    A random forest's trees are added up, not averaged, as LightGBM's ``pred_contrib`` does.
    """
    boosters = _listed(booster)
    models = [read_model(one if isinstance(one, str) else one.model_to_string()) for one in boosters]
    factors = _check(models, weights)
    threads = usable_cores() if threads is None else threads
    features = models[0].features
    trees = [(tree, factor) for model, factor in zip(models, factors, strict=True) for tree in model.trees]
    columns, questions = make_columns([tree for tree, _ in trees])
    groups = _group(trees, questions, max_table_bytes)
    if background is not None:
        return _against(checked_rows(background, features), trees, columns, groups, threads)
    base_value = float(sum(factor * (tree.leaf_share @ tree.value) for tree, factor in trees))
    if isinstance(groups, TableLimitWarning):
        warnings.warn(groups, stacklevel=2)
        return Explainer(features, base_value, ByLightGBM(_load(boosters), factors, threads))
    plan = lay_out(columns, groups, against_training)
    return Explainer(features, base_value, ByTable(plan, base_value, threads))


def compile_members(
    boosters: Sequence[Booster], groups: Sequence[int], *, max_table_bytes: int = MAX_TABLE_BYTES
) -> Members:
    """Tabulate the exact Shapley values of each of several boosters, summed by groups of features.

    Bags of one model share their columns: values are turned into codes once for all of them.

    Parameters
    ----------
    boosters : sequence of lightgbm.Booster or str
        As in `compile`.
    groups : sequence of int
        The group of each feature, from 0.
    max_table_bytes : int, optional
        As in `compile`, for each booster.

    Returns
    -------
    Members
        A function from features to the sums of each booster.

    Raises
    ------
    ModelError
        As `compile` does.
    """
    models = [read_model(one if isinstance(one, str) else one.model_to_string()) for one in boosters]
    _check(models, None)
    columns, questions = make_columns([tree for model in models for tree in model.trees])
    base_values = np.array([sum(tree.leaf_share @ tree.value for tree in model.trees) for model in models])
    asked, plans = iter(questions), []
    for model in models:
        trees = [(tree, 1.0) for tree in model.trees]
        found = _group(trees, [next(asked) for _ in trees], max_table_bytes)
        if isinstance(found, TableLimitWarning):
            warnings.warn(found, stacklevel=2)
            return Members(base_values, MembersByLightGBM(_load(boosters), np.asarray(groups)))
        plans.append(lay_out(columns, found, against_training, groups))
    return Members(base_values, MembersByTable(plans, max(groups, default=-1) + 1))


def _listed(booster: Booster | Sequence[Booster]) -> list[Booster]:
    return list(booster) if isinstance(booster, Sequence) and not isinstance(booster, str) else [booster]


def _check(models: Sequence[Model], weights: Sequence[float] | None) -> list[float]:
    """Return one weight for each model, and refuse models that can't be added up."""
    if len({model.features for model in models}) != 1:
        raise ModelError(
            "The boosters can not be added up.",
            got=f"boosters with {[model.features for model in models]} features",
            expected="one booster or more, all trained on the same columns",
            mend="Train all bags on the same columns.",
        )
    factors = [1.0] * len(models) if weights is None else [float(weight) for weight in weights]
    if len(factors) != len(models) or not np.isfinite(factors).all():
        raise ModelError(
            "The weights do not go with the boosters.",
            got=factors,
            expected=f"{len(models)} finite numbers",
            mend="Give one weight for each booster.",
        )
    return factors


def _group(
    trees: Sequence[WeightedTree], questions: Sequence[Questions], max_table_bytes: int
) -> list[Group] | TableLimitWarning:
    """Group the leaves of all trees; where their tables would be too large, return what to say of it."""
    groups: list[Group] = []
    size = 0
    for (tree, factor), asked in zip(trees, questions, strict=True):
        groups += (found := group_leaves(tree, asked, factor))
        size += table_bytes(found)
        cells = max((group.cells for group in found), default=0)
        if cells > MAX_CELLS or size > max_table_bytes:
            return TableLimitWarning(
                f"The trees are too deep for look-up tables (at least {size:,} bytes, and {cells:,} cells in "
                f"one; the limits are {max_table_bytes:,} and {MAX_CELLS:,}). LightGBM's pred_contrib "
                "explains them instead: as exact, but about a hundred times slower. Fewer or shallower "
                "trees, of max_depth up to 8, avoid that."
            )
    return groups


def _against(
    background: NDArray[np.float64],
    trees: Sequence[WeightedTree],
    columns: Columns,
    groups: list[Group] | TableLimitWarning,
    threads: int,
) -> Explainer:
    if isinstance(groups, TableLimitWarning):
        raise ModelError(
            "The trees are too deep to be explained against a background sample.",
            got=str(groups),
            expected="trees that fit in look-up tables",
            mend="Train shallower trees, or leave the background out.",
        )
    if not len(background):
        raise DataError(
            "The background sample is empty.",
            got=background.shape,
            expected="at least one row",
            mend="Pass some hundred rows of the training set.",
        )
    sample = Background(columns, background)
    plan = lay_out(columns, groups, sample.values)
    lone = sum(factor * float(tree.value[0]) for tree, factor in trees if len(tree.value) == 1)
    base_value = lone + sample.expected([leaf for group in groups for leaf in group.leaves])
    return Explainer(background.shape[1], base_value, ByTable(plan, base_value, threads))


def _load(boosters: Sequence[Booster]) -> list[lightgbm.Booster]:
    import lightgbm

    return [lightgbm.Booster(model_str=one) if isinstance(one, str) else one for one in boosters]
