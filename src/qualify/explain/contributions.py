"""What each field adds to a lead's log-odds, exactly, and how sure that is.

The model is a sum of two parts: the linear part's points are its contributions; the trees' are Shapley values
(Lundberg and others 2020, path-dependent). Both are weighted by the blend and summed by field, so that
``base + contributions.sum(axis=1)`` is the uncalibrated log-odds. The same sums for each bag alone show
by how much a contribution depends on which leads happened to be in the training table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qualify.explain import treeshap
from qualify.explain.field_sums import sum_parts, sum_points
from qualify.features.design import DesignMaker
from qualify.features.fields import Field
from qualify.features.frame import FeatureFrame
from qualify.features.topics import topic_positions
from qualify.leads.tables import FloatArray, IntArray
from qualify.model.linear import LinearModel
from qualify.model.target import Prediction, TargetModel


@dataclass(frozen=True, slots=True)
class Attribution:
    """A prediction and what it is made of.

    Parameters
    ----------
    contributions
        Log-odds by field, shape (rows, fields).
    noise
        Standard deviation over the bags, shape (rows, topics): of the sum of each topic's contributions.
    base
        Log-odds where every lead starts.
    """

    prediction: Prediction
    contributions: FloatArray
    noise: FloatArray
    base: float


class TargetExplainer:
    """Exact contributions of one target's model; compiled once, used for any number of rows.

    Parameters
    ----------
    model
        The target's model.
    fields
        The fields, in the order of the columns of the contributions.
    """

    def __init__(self, model: TargetModel, fields: Sequence[Field]) -> None:
        self.model = model
        self.fields = tuple(fields)
        self._topics = topic_positions(self.fields)
        position = {field.name: j for j, field in enumerate(self.fields)}
        self._designs = DesignMaker(model.encoders, model.linear.features)
        self._trees = treeshap.compile_members(
            model.trees.texts, [position[name] for name in model.encoders.design_fields]
        )
        self._points = _Points(model.linear)
        own = (position[model.encoders.bin_fields[j]] for j in model.linear.features)
        self._fields: IntArray = np.fromiter(own, np.int64)
        self._many_topics = len(set(self._topics.tolist()))
        self._weights = np.array([model.blend.linear, model.blend.trees])
        self._base = self._start()

    def explain(self, frame: FeatureFrame) -> Attribution:
        """Return the prediction, the contributions of every field, and their noise."""
        model, points = self.model, self._points
        design, bins = self._designs.make(frame)
        trees = self._trees(design)
        rows, bags = trees.shape[:2]
        by_field = np.zeros((rows, len(self.fields)))
        noise = np.empty((rows, self._many_topics))
        tree_sums, linear_sums = np.empty((rows, bags)), np.empty((rows, points.sums))
        sum_parts(
            trees, bins, points.starts, points.points, points.members, self._fields,
            self._topics, self._weights, by_field, noise, tree_sums, linear_sums,
        )  # fmt: skip
        prediction = points.finish(model, self._trees.base_values + tree_sums, linear_sums)
        return Attribution(prediction, by_field, noise, self._base)

    def _start(self) -> float:
        """Return the log-odds where every lead starts."""
        model, blend = self.model, self.model.blend
        base = blend.intercept + blend.linear * model.linear.intercept
        base += blend.trees * float(self._trees.base_values.mean())
        return float(base)


class TargetPredictor:
    """The prediction of one target's model alone, from the same tables; a quarter of the work.

    Parameters
    ----------
    model
        The target's model.
    """

    def __init__(self, model: TargetModel) -> None:
        self.model = model
        self._designs = DesignMaker(model.encoders, model.linear.features)
        self._trees = treeshap.compile_members(model.trees.texts, [0] * len(model.encoders.design_fields))
        self._points = _Points(model.linear)

    def predict(self, frame: FeatureFrame) -> Prediction:
        """Return the prediction."""
        design, bins = self._designs.make(frame)
        points = self._points
        linear_sums = np.empty((bins.shape[1], points.sums))
        sum_points(bins, points.starts, points.points, points.members, linear_sums)
        return points.finish(self.model, self._trees.base_values + self._trees(design)[:, :, 0], linear_sums)


class _Points:
    """The points of the linear model and of its members, laid out for the compiled loops."""

    def __init__(self, linear: LinearModel) -> None:
        sizes = [len(points) for points in linear.points]
        self.starts: IntArray = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.int64)
        self.points = _flat(linear.points)
        self.members = np.stack([_flat(points) for _, points in linear.members], axis=1)
        self.sums = 1 + len(linear.members)
        self._intercepts = np.array([intercept for intercept, _ in linear.members])

    def finish(self, model: TargetModel, by_bag: FloatArray, sums: FloatArray) -> Prediction:
        """Return the prediction from the trees' log-odds by bag and the sums of points of each fit."""
        return model.finish(by_bag, model.linear.intercept + sums[:, 0], self._intercepts + sums[:, 1:])


def _flat(points: tuple[tuple[float, ...], ...]) -> FloatArray:
    return np.array([each for column in points for each in column], dtype=np.float64)
