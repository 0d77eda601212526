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
from qualify.explain.field_sums import add_columns, add_points, track_spread
from qualify.features.design import DesignMaker
from qualify.features.fields import Field
from qualify.features.frame import FeatureFrame
from qualify.features.topics import topic_positions
from qualify.leads.tables import CodeArray, FloatArray, IntArray
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
        self._designs = DesignMaker(model.encoders)
        self._bags = [treeshap.compile(bag) for bag in model.trees.boosters]
        self._tree_fields = np.array([position[f] for f in model.encoders.design_fields], dtype=np.int64)
        self._points = _Points(model.linear, [position[f] for f in model.encoders.bin_fields])

    def predict(self, frame: FeatureFrame) -> Prediction:
        """Return the prediction alone."""
        design, bins = self._designs.make(frame)
        by_bag = np.column_stack([explain.raw_score(design) for explain in self._bags])
        return self.model.finish(by_bag, bins)

    def explain(self, frame: FeatureFrame) -> Attribution:
        """Return the prediction, the contributions of every field, and their noise."""
        model, blend, bags = self.model, self.model.blend, len(self._bags)
        design, bins = self._designs.make(frame)
        out = np.zeros((frame.rows, len(self.fields)))
        shape = (frame.rows, len(set(self._topics.tolist())))
        mean, squares = np.zeros(shape), np.zeros(shape)
        by_bag = np.empty((frame.rows, bags))
        for bag, explain in enumerate(self._bags):
            phi = explain(design)
            by_bag[:, bag] = phi.sum(axis=1)
            add_columns(phi, self._tree_fields, blend.trees / bags, out)
            member = np.zeros(shape)
            add_columns(phi, self._topics[self._tree_fields], blend.trees, member)
            self._points.add_member(bag, bins, blend.linear, self._topics, member)
            track_spread(member, bag + 1, mean, squares)
        self._points.add(bins, blend.linear, out)
        base = blend.intercept + blend.linear * model.linear.intercept
        base += blend.trees * sum(explain.base_value for explain in self._bags) / bags
        return Attribution(model.finish(by_bag, bins), out, np.sqrt(squares / (bags - 1)), float(base))


class _Points:
    """The points of the linear model and of its members, laid out for the compiled loop."""

    def __init__(self, linear: LinearModel, bin_fields: Sequence[int]) -> None:
        self._columns: IntArray = np.array(linear.features, dtype=np.int64)
        self._fields: IntArray = np.array([bin_fields[j] for j in linear.features], dtype=np.int64)
        sizes = [len(points) for points in linear.points]
        self._starts: IntArray = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.int64)
        self._points = _flat(linear.points)
        self._members = [_flat(points) for _, points in linear.members]

    def add(self, bins: CodeArray, weight: float, out: FloatArray) -> None:
        """Add the linear model's contributions by field."""
        add_points(bins, self._columns, self._starts, self._points, self._fields, weight, out)

    def add_member(
        self, member: int, bins: CodeArray, weight: float, topics: IntArray, out: FloatArray
    ) -> None:
        """Add those of one resampled fit by topic."""
        points, fields = self._members[member], topics[self._fields]
        add_points(bins, self._columns, self._starts, points, fields, weight, out)


def _flat(points: tuple[tuple[float, ...], ...]) -> FloatArray:
    return np.array([each for column in points for each in column], dtype=np.float64)
