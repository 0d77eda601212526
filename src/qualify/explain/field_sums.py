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
Bools = NDArray[np.bool_]


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
    bags, many = trees.shape[1], np.uint64(trees.shape[2])
    by_topic, mean = np.empty((bags, noise.shape[1])), np.empty(noise.shape[1])
    share = weights[1] / bags
    for row in range(trees.shape[0]):
        by_topic[:] = 0.0
        # A bag's values lie next to each other, so the loop over fields is the inner one.
        for bag in range(bags):
            values, own_topics, total = trees[row, bag], by_topic[bag], 0.0
            for field in range(many):
                value = values[field]
                total += value
                by_field[row, field] += share * value
                own_topics[np.uint64(topics[field])] += weights[1] * value
            tree_sums[row, bag] = total
        _sum_points(row, bins, starts, points, member_points, linear_sums)
        for j in range(np.uint64(len(fields))):
            at, to = np.uint64(starts[j] + bins[j, row]), np.uint64(fields[j])
            by_field[row, to] += weights[0] * points[at]
            topic = np.uint64(topics[to])
            for bag in range(bags):
                by_topic[bag, topic] += weights[0] * member_points[at, bag]
        _deviations(by_topic, mean, noise[row])


@kernel
def sum_points(bins: Codes, starts: Ints, points: Floats, member_points: Floats, linear_sums: Floats) -> None:
    """Add up the points of each row alone, as :func:`sum_parts` does."""
    for row in range(bins.shape[1]):
        _sum_points(row, bins, starts, points, member_points, linear_sums)


@part
def _sum_points(
    row: int, bins: Codes, starts: Ints, points: Floats, member_points: Floats, linear_sums: Floats
) -> None:
    sums = linear_sums[row]
    sums[:] = 0.0
    for j in range(np.uint64(len(starts))):
        at = np.uint64(starts[j] + bins[j, row])
        sums[0] += points[at]
        for fit in range(np.uint64(member_points.shape[1])):
            sums[np.uint64(1) + fit] += member_points[at, fit]


@part
def _deviations(values: Floats, mean: Floats, out: Floats) -> None:
    """Write the sample standard deviation of each column; of values that are all the same exactly 0."""
    # From the first value on, so that equal values differ by nothing at all.
    many, first = len(values), values[0]
    mean[:] = 0.0
    for i in range(1, many):
        for j in range(len(mean)):
            mean[j] += values[i, j] - first[j]
    out[:] = 0.0
    for i in range(many):
        for j in range(len(mean)):
            away = values[i, j] - first[j] - mean[j] * (1.0 / many)
            out[j] += away * away
    for j in range(len(mean)):
        out[j] = np.sqrt(out[j] * (1.0 / (many - 1)))


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
        Shape (rows, n); -1 for none.
    """
    for row in range(topic.shape[0]):
        for place in range(topic.shape[1]):
            out[row, place] = -1
            if topic[row, place] < 0:
                continue
            best = -np.inf
            for j in range(len(topics)):
                if topics[j] == topic[row, place] and values[row, j] * sign[row, place] > best:
                    best = values[row, j] * sign[row, place]
                    out[row, place] = j


@kernel
def choose(values: Floats, worth: Bools, fields: Ints, sizes: Floats) -> None:
    """Write the largest worthy values of each row, largest size first; of equal sizes the first column first.

    Parameters
    ----------
    values, worth
        Shape (rows, columns).
    fields, sizes
        Columns and values that were chosen, shape (rows, n); -1 and 0 beyond the last.
    """
    many = fields.shape[1]
    fields[:], sizes[:] = -1, 0.0
    for row in range(values.shape[0]):
        for j in range(values.shape[1]):
            if not worth[row, j]:
                continue
            size, place = abs(values[row, j]), many
            while place > 0 and (fields[row, place - 1] < 0 or abs(sizes[row, place - 1]) < size):
                place -= 1
            if place == many:
                continue
            for later in range(many - 1, place, -1):
                fields[row, later] = fields[row, later - 1]
                sizes[row, later] = sizes[row, later - 1]
            fields[row, place], sizes[row, place] = j, values[row, j]
