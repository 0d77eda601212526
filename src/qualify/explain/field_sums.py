"""Compiled loops that sum a model's columns by field, row after row.

A row's numbers are added in one order whatever stands around it, so a lead gets the same bits alone and in a
batch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qualify.explain.treeshap._jit import kernel

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
def add_points(
    bins: Codes, columns: Ints, starts: Ints, points: Floats, fields: Ints, weight: float, out: Floats
) -> None:
    """Add the weighted points of each row's bins to their fields.

    Parameters
    ----------
    bins
        Shape (rows, columns of the linear design), C order.
    columns, starts, fields
        For each column in use: its position in `bins`, where its points begin, and its field.
    points
        The points of all columns in use, one after the other.
    weight, out
        As in `add_columns`.
    """
    for row in range(len(bins)):
        for j in range(len(columns)):
            out[row, fields[j]] += weight * points[starts[j] + bins[row, columns[j]]]


@kernel
def track_spread(values: Floats, seen: int, mean: Floats, squares: Floats) -> None:
    """Take one more member into a running mean and sum of squared deviations (Welford 1962).

    Parameters
    ----------
    values
        The member's values, shape (rows, fields).
    seen
        Number of members with this one, from 1.
    mean, squares
        Running values, same shape; both begin with zeros.
    """
    for row in range(len(values)):
        for j in range(values.shape[1]):
            away = values[row, j] - mean[row, j]
            mean[row, j] += away / seen
            squares[row, j] += away * (values[row, j] - mean[row, j])


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
