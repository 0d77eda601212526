"""From boosters to an explainer."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numba
import numpy as np
from numpy.typing import NDArray

from qualify.errors import ModelError
from qualify.explain.treeshap.columns import Questions, make_columns
from qualify.explain.treeshap.explainer import ByLightGBM, ByTable, Contributions, Explainer
from qualify.explain.treeshap.groups import Group, Leaf, group_leaves
from qualify.explain.treeshap.shapley import path_dependent
from qualify.explain.treeshap.tables import lay_out, table_bytes
from qualify.explain.treeshap.trees import Model, Tree, read_model

if TYPE_CHECKING:
    import lightgbm

    Booster = lightgbm.Booster | str

__all__ = ["MAX_CELLS", "MAX_TABLE_BYTES", "TableLimitWarning", "compile"]

# A leaf alone whose path asks about 12 columns, once each; cells are numbered in 16 bits.
MAX_CELLS = 1 << 12
MAX_TABLE_BYTES = 512 << 20


class TableLimitWarning(UserWarning):
    """The tables would be too large, so LightGBM's own, slower, computation is used."""


def compile(  # noqa: A001  (the name that the rest of the world uses)
    booster: Booster | Sequence[Booster],
    *,
    weights: Sequence[float] | None = None,
    threads: int | None = None,
    max_table_bytes: int = MAX_TABLE_BYTES,
) -> Explainer:
    """Tabulate the exact path-dependent Shapley values of boosted trees.

    Parameters
    ----------
    booster : lightgbm.Booster, str, or sequence of these
        A booster with one output, as with ``objective="binary"``, or the text that its ``save_model``
        writes. Several are explained as one weighted sum, in one pass over the rows. Of a booster that
        stopped early, the best iteration counts, as in ``predict``.
    weights : sequence of float, optional
        The boosters' weights in the sum; 1 each without it.
    threads : int, optional
        Most threads to use for one call; all usable cores, or `NUMBA_NUM_THREADS`, without it. The
        result does not depend on it.
    max_table_bytes : int, optional
        Above this size of all tables, or where one leaf alone needs more than 4,096 cells, LightGBM
        does the work, and a `TableLimitWarning` says so.

    Returns
    -------
    Explainer
        A function from rows to Shapley values.

    Raises
    ------
    ModelError
        If a booster has several outputs or linear leaves, can not be read, or the boosters differ in
        their number of features or from the weights in number.

    Notes
    -----
    A random forest's trees are added up, not averaged, as LightGBM's ``pred_contrib`` does.

    References
    ----------
    Lundberg and others (2020), From local explanations to global understanding with explainable AI for
    trees. Yang (2021), Fast TreeSHAP. Wettenstein and others (2025), WOODELF.
    """
    boosters = _listed(booster)
    models = [read_model(one if isinstance(one, str) else one.model_to_string()) for one in boosters]
    factors = _check(models, weights)
    if threads is None:
        threads = int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
    trees = [(tree, factor) for model, factor in zip(models, factors, strict=True) for tree in model.trees]
    base_value = sum(factor * float(tree.leaf_share @ tree.value) for tree, factor in trees)
    columns, questions = make_columns([tree for tree, _ in trees])
    groups = _group(trees, questions, max_table_bytes)
    contributions: Contributions
    if groups is None:
        contributions = ByLightGBM(_load(boosters), factors, threads)
    else:
        contributions = ByTable(lay_out(columns, groups, _leaf_values), base_value, threads)
    return Explainer(models[0].features, base_value, contributions)


def _listed(booster: Booster | Sequence[Booster]) -> list[Booster]:
    return list(booster) if isinstance(booster, Sequence) and not isinstance(booster, str) else [booster]


def _check(models: Sequence[Model], weights: Sequence[float] | None) -> list[float]:
    """Return one weight for each model, and refuse models that can't be added up."""
    if len({model.features for model in models}) != 1:
        raise ModelError(
            "The boosters can not be added up.",
            got=f"{[model.features for model in models]} features",
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
    trees: Sequence[tuple[Tree, float]], questions: Sequence[Questions], max_table_bytes: int
) -> list[Group] | None:
    """Group the leaves of all trees; where their tables can't be kept, say so and return None."""
    groups: list[Group] = []
    size = cells = 0
    for (tree, factor), asked in zip(trees, questions, strict=True):
        found = group_leaves(tree, asked, factor)
        size += table_bytes(found)
        cells = max([cells, *(group.cells for group in found)])
        if cells > MAX_CELLS or size > max_table_bytes:
            warnings.warn(
                f"The trees are too deep for look-up tables: a table of {cells:,} cells, more than "
                f"{size - 1:,} bytes in all; the limits are {MAX_CELLS:,} and {max_table_bytes:,}. "
                "The explanations stay exact, but LightGBM's pred_contrib computes them, about a hundred "
                "times more slowly. Fewer or shallower trees (max_depth up to 8) avoid that.",
                TableLimitWarning,
                stacklevel=3,
            )
            return None
        groups += found
    return groups


def _load(boosters: Sequence[Booster]) -> list[lightgbm.Booster]:
    import lightgbm

    return [lightgbm.Booster(model_str=one) if isinstance(one, str) else one for one in boosters]


def _leaf_values(leaves: list[Leaf]) -> list[NDArray[np.float64]]:
    """Shapley values of every leaf, computed together for all leaves with equally many features."""
    found: list[NDArray[np.float64]] = [np.zeros(0)] * len(leaves)
    alike: dict[int, list[int]] = {}
    for number, leaf in enumerate(leaves):
        alike.setdefault(len(leaf.features), []).append(number)
    for numbers in alike.values():
        value = np.array([leaves[number].value for number in numbers])
        share = np.array([leaves[number].shares for number in numbers])
        for number, values in zip(numbers, path_dependent(value, share), strict=True):
            found[number] = values
    return found
