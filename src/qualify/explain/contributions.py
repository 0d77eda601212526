"""What each field adds to a lead's log-odds, exactly.

The model is a sum of two parts: the linear part's points are its contributions; the trees' are Shapley values
(Lundberg and others 2020, path-dependent). Both are weighted by the blend and summed by field, so that
``base + contributions.sum(axis=1)`` is the uncalibrated log-odds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qualify.explain import treeshap
from qualify.features.frame import FeatureFrame
from qualify.leads.tables import FloatArray
from qualify.model.target import Prediction, TargetModel


class TargetExplainer:
    """Exact contributions of one target's model; compiled once, used for any number of rows.

    Parameters
    ----------
    model
        The target's model.
    fields
        Names of the fields, in the order of the columns of the contributions.
    """

    def __init__(self, model: TargetModel, fields: Sequence[str]) -> None:
        self.model = model
        self.fields = tuple(fields)
        position = {name: j for j, name in enumerate(self.fields)}
        bags = model.trees.boosters
        self._trees = treeshap.compile(bags, weights=[1.0 / len(bags)] * len(bags))
        self._tree_columns = _sum_matrix([position[f] for f in model.encoders.design_fields], len(fields))
        used = [model.encoders.bin_fields[j] for j in model.linear.features]
        self._linear_columns = _sum_matrix([position[f] for f in used], len(fields))

    def explain(self, frame: FeatureFrame) -> tuple[Prediction, FloatArray, float]:
        """Return the prediction, the contributions of shape (rows, fields), and the base value."""
        model, blend = self.model, self.model.blend
        design, bins = model.encoders.design(frame), model.encoders.bins(frame)
        prediction = model.finish(model.trees.member_log_odds(design), bins)
        phi = self._trees(design)
        out = blend.trees * _sum_columns(phi[:, :-1], self._tree_columns)
        out += blend.linear * _sum_columns(model.linear.contributions(bins), self._linear_columns)
        base = blend.intercept + blend.linear * model.linear.intercept
        return prediction, out, float(base + blend.trees * (phi[0, -1] if len(phi) else 0.0))


def _sum_matrix(columns: Sequence[int], width: int) -> list[np.ndarray]:
    """Return for each field the positions of its columns."""
    where = np.asarray(columns, dtype=np.int64)
    return [np.flatnonzero(where == j) for j in range(width)]


def _sum_columns(values: FloatArray, by_field: list[np.ndarray]) -> FloatArray:
    out = np.zeros((len(values), len(by_field)))
    for j, columns in enumerate(by_field):
        for column in columns:
            out[:, j] += values[:, column]
    return out
