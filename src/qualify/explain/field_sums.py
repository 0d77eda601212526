"""Compiled loops that sum a model's columns by field, row after row.

A row's numbers are added in one order whatever stands around it, so a lead gets the same bits alone and in a
batch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap._jit import kernel, part

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]


@kernel
def add_columns(values: Floats, fields: Ints, weight: float, out: Floats) -> None:
    """Add weighted columns to their fields.

    Parameters
    ----------
    values
        Shape (rows, at least columns), C order; columns beyond the last field are left out.
    fields
        Position of each column's field, shape (columns,).
    weight
        Every value is multiplied by it.
    out
        Shape (rows, fields), C order.
    """
    for row in range(len(values)):
        for j in range(len(fields)):
            out[row, fields[j]] += weight * values[row, j]


@kernel
def sum_parts(
    trees: Floats, bins: Codes, starts: Ints, points: Floats, member_points: Floats, fields: Ints,
    topics: Ints, weights: Floats, by_field: Floats, noise: Floats, tree_sums: Floats, linear_sums: Floats
) -> None:  # fmt: skip
    """Put the parts of a model together, row by row.

    Parameters
    ----------
    trees
        Shapley values by bag and field, shape (rows, bags, fields), C order.
    bins
        The linear design, shape (features, rows), C order.
    starts, fields
        For each linear feature: where its points begin, and its field.
    points, member_points
        The points of all features one after the other, and those of each resampled fit, shape (points, fits).
    topics
        Position of each field's topic, shape (fields,).
    weights
        Of the linear model and of the trees' mean.
    by_field
        Gets each field's weighted contribution, shape (rows, fields); holds zeros.
    noise
        Gets, by topic, the standard deviation of the contributions over the bags, each with the fit of its
        number, shape (rows, topics).
    tree_sums
        Gets the sum of each bag's values, shape (rows, bags).
    linear_sums
        Gets the sum of the row's points, then that of each fit, shape (rows, 1 + fits).
    """
    bags, fits = trees.shape[1], member_points.shape[1]
    by_topic = np.empty((noise.shape[1], bags))
    share = weights[1] / bags
    for row in range(trees.shape[0]):
        by_topic[:] = 0.0
        linear_sums[row] = 0.0
        tree_sums[row] = 0.0
        for field in range(trees.shape[2]):
            topic, own = topics[field], 0.0
            for bag in range(bags):
                value = trees[row, bag, field]
                tree_sums[row, bag] += value
                own += share * value
                by_topic[topic, bag] += weights[1] * value
            by_field[row, field] += own
        for j in range(len(fields)):
            at, topic = starts[j] + bins[j, row], topics[fields[j]]
            linear_sums[row, 0] += points[at]
            by_field[row, fields[j]] += weights[0] * points[at]
            for fit in range(fits):
                linear_sums[row, 1 + fit] += member_points[at, fit]
            for bag in range(bags):
                by_topic[topic, bag] += weights[0] * member_points[at, bag]
        for topic in range(noise.shape[1]):
            noise[row, topic] = _deviation(by_topic[topic])


@part
def _deviation(values: Floats) -> float:
    """Return the sample standard deviation; of values that are all the same exactly 0."""
    # From the first value on, so that equal values differ by nothing at all.
    many, mean, squares = len(values), 0.0, 0.0
    for i in range(1, many):
        mean += values[i] - values[0]
    mean *= 1.0 / many
    for i in range(many):
        away = values[i] - values[0] - mean
        squares += away * away
    return float(np.sqrt(squares * (1.0 / (many - 1))))


@kernel
def lead(values: Floats, topics: Ints, topic: Ints, sign: Floats, out: Ints) -> None:
    """Write which column did most for each chosen topic; of equal ones the first.

    Parameters
    ----------
    values
        Shape (rows, columns).
    topics
        Position of each column's topic, shape (columns,).
    topic, sign
        The chosen topics, -1 for none, and the signs of their sums, shape (rows, n).
    out
        Shape (rows, n); holds -1.
    """
    for row in range(topic.shape[0]):
        for place in range(topic.shape[1]):
            if topic[row, place] < 0:
                continue
            best = -np.inf
            for j in range(len(topics)):
                if topics[j] == topic[row, place] and values[row, j] * sign[row, place] > best:
                    best = values[row, j] * sign[row, place]
                    out[row, place] = j
