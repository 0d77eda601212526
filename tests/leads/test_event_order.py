"""The order of events: the compiled way of many rows is the order of the tuples too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.leads.event_order import EventColumns, event_order, in_event_order

MANY = 3_000


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))))
def test_event_order_is_the_order_of_the_tuples(keys: list[tuple[int, int, int]]) -> None:
    columns = [np.array([key[k] for key in keys], dtype=np.int64) for k in range(3)]
    order = event_order(columns[0], columns[1], (columns[2],))
    assert [keys[k] for k in order] == sorted(keys)


def events(
    seed: int, leads: int, moments: int, *, ascending: bool, numbers: bool
) -> tuple[np.ndarray, EventColumns]:
    """Return events with many ties, of which some have no number."""
    random = np.random.default_rng(seed)
    at = random.integers(0, moments, MANY)
    value = random.choice([1.0, -2.5, np.nan, 0.0], MANY)
    columns = EventColumns(
        np.sort(at) if ascending else at,
        random.integers(0, moments, MANY),
        random.integers(0, 4, MANY).astype(np.int32),
        random.integers(-1, 3, MANY).astype(np.int32),
        value if numbers else np.empty(0),
    )
    return random.integers(0, leads, MANY), columns


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from([1, 7, 5_000]), st.sampled_from([2, 50, 10**9]), st.booleans(),
       st.booleans())  # fmt: skip
def test_many_rows_come_in_the_order_of_event_order(
    seed: int, leads: int, moments: int, ascending: bool, numbers: bool
) -> None:
    lead, columns = events(seed, leads, moments, ascending=ascending, numbers=numbers)
    expected = columns.take(event_order(lead, columns.at, columns.ties()))
    offsets, found = in_event_order(lead, leads, columns)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.diff(offsets).tolist() == np.bincount(lead, minlength=leads).tolist()


@pytest.mark.parametrize("rows", [0, 1, 1_024, 1_025])
def test_few_rows_and_many_are_ordered_alike(rows: int) -> None:
    lead, columns = events(3, 9, 40, ascending=False, numbers=True)
    cut = columns.take(np.arange(rows))
    expected = cut.take(event_order(lead[:rows], cut.at, cut.ties()))
    _, found = in_event_order(lead[:rows], 9, cut)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_given_is_not_written_to() -> None:
    lead, columns = events(5, 30, 10, ascending=True, numbers=True)
    before = [each.copy() for each in columns]
    columns.at.flags.writeable = False
    in_event_order(lead, 30, columns)
    for one, other in zip(columns, before, strict=True):
        np.testing.assert_array_equal(one, other)
