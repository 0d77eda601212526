"""Which contributions of a row are worth telling."""

from __future__ import annotations

import numpy as np

from qualify.explain.field_sums import add_columns, choose, lead
from qualify.leads.tables import BoolArray, FloatArray, IntArray

SMALLEST = 1e-3
"""Log-odds below which a contribution is never a reason: a fortieth of a point of probability."""


def sum_by_topic(contributions: FloatArray, topics: IntArray) -> FloatArray:
    """Add up the contributions of each topic's fields, shape (rows, topics); one field a topic: unchanged."""
    size = int(topics.max()) + 1 if len(topics) else 0
    if size == len(topics):
        return contributions
    out = np.zeros((len(contributions), size))
    add_columns(np.ascontiguousarray(contributions), topics, 1.0, out)
    return out


def leading_fields(
    contributions: FloatArray, topics: IntArray, topic: IntArray, size: FloatArray
) -> IntArray:
    """Return which field speaks for each chosen topic: the one that did most for the topic's sum.

    Parameters
    ----------
    contributions
        Log-odds by field, shape (rows, fields).
    topics
        Position of each field's topic, shape (fields,).
    topic, size
        The chosen topics, -1 for none, and their sums, shape (rows, n).

    Returns
    -------
    ndarray of int64, shape (rows, n)
        Positions of fields, -1 where no topic was chosen; of equal fields the first.
    """
    out = np.empty(topic.shape, dtype=np.int64)
    lead(np.ascontiguousarray(contributions), topics, topic, np.sign(size), out)
    return out


def worth_telling(contributions: FloatArray, noise: FloatArray | None) -> BoolArray:
    """Tell contributions of at least `SMALLEST` that are not smaller than their own noise."""
    size = np.abs(contributions)
    return size >= SMALLEST if noise is None else (size >= SMALLEST) & ~(size < noise)


def strongest(contributions: FloatArray, worth: BoolArray, n: int) -> tuple[IntArray, FloatArray]:
    """Choose the `n` largest worthy contributions of each row.

    Parameters
    ----------
    contributions
        Log-odds, shape (rows, fields).
    worth
        Which of them may be chosen, same shape.
    n
        How many.

    Returns
    -------
    field, contribution
        Shape (rows, n), strongest first, equal sizes in the order of the fields; -1 and 0 beyond the last.
    """
    fields, sizes = np.empty((len(contributions), n), dtype=np.int64), np.empty((len(contributions), n))
    choose(np.ascontiguousarray(contributions), np.ascontiguousarray(worth), fields, sizes)
    return fields, sizes
