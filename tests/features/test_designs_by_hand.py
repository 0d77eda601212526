"""Frames and designs by hand: what is shown of many rows, values at an edge, missing and new codes."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.features.design import DesignMaker
from qualify.features.encode import CategoryEncoder, Encoders, NumericEncoder
from qualify.features.frame import FeatureFrame, field_values
from qualify.features.text import READ_CHARACTERS, tokens_of

EDGES = NumericEncoder("n", "column:n", (1.0, 2.5))
PLAIN = NumericEncoder("m", "column:m", ())
COLOUR = CategoryEncoder("c", "column:c", ("red", "blue"), (0.5, -0.5, 0.1, 0.2), (1, 2, 0, 3), (0, 3))
"""Codes: red, blue, not known, missing; red and what is missing have a column of their own."""
SIZE = CategoryEncoder("s", "column:s", ("big",), (0.7, 0.0, -0.7), (1, 0, 0), ())
ENCODERS = Encoders((EDGES, PLAIN), (COLOUR, SIZE))


def frame() -> FeatureFrame:
    """Four rows, features in another order than the encoders have them."""
    made = FeatureFrame(4)
    made.numbers(
        (("m", "column:m", "value"), ("other", "x", "value")), np.array([[9.0, 8, 7, 6], [0, 0, 0, 0]])
    )
    made.number("n", "column:n", "value", np.array([1.0, 1.5, np.nan, 3.0]))
    made.category("s", "column:s", "value", np.array([0, 0, -1, 0], np.int32), ("big",), ("big",))
    shown = np.array([1, 0, -1, 2], np.int32)
    made.category("c", "column:c", "value", shown, ("blue", "red", "green"), ("red", "blue"))
    return made


def test_both_designs_number_by_number() -> None:
    design, bins = DesignMaker(ENCODERS).make(frame())
    np.testing.assert_array_equal(
        design,
        [
            [1.0, 1.5, np.nan, 3.0],  # n
            [9, 8, 7, 6],  # m
            [0.5, -0.5, 0.2, 0.1],  # rate of the colour
            [1, 0, 0, 0],  # is red
            [0, 0, 1, 0],  # is missing
            [0.7, 0.7, -0.7, 0.7],  # rate of the size
        ],
    )
    assert bins.tolist() == [[0, 1, 3, 2], [0, 0, 0, 0], [1, 2, 3, 0], [1, 1, 0, 1]]
    assert (design.dtype, bins.dtype) == (np.float64, np.int32)


def test_only_some_columns_and_features_in_the_order_asked_for() -> None:
    some = ENCODERS.keeping({"n", "c = missing", "s (rate)"})
    design, bins = DesignMaker(some, (3, 0)).make(frame())
    np.testing.assert_array_equal(design, [[1.0, 1.5, np.nan, 3.0], [0, 0, 1, 0], [0.7, 0.7, -0.7, 0.7]])
    assert bins.tolist() == [[1, 1, 0, 1], [0, 1, 3, 2]]


def test_a_model_without_features_has_designs_without_columns() -> None:
    design, bins = DesignMaker(Encoders((), ())).make(frame())
    assert (design.shape, bins.shape) == ((0, 4), (0, 4))


@pytest.mark.parametrize("times", [1, 7, 8, 9, 40])
def test_what_is_shown_does_not_depend_on_how_many_rows_there_are(times: int) -> None:
    made = FeatureFrame(4)
    made.category("c", "c", "value", np.array([2, -1, 0, 1], np.int32), ("b", "", "a"), ("a",))
    rows = np.tile(np.arange(4), times)
    assert field_values(made, "c", rows)["value"].tolist() == ["a", None, "b", None] * times


def test_a_feature_added_later_is_found_too() -> None:
    made = frame()
    assert set(field_values(made, "column:n", np.array([0]))) == {"value"}
    made.number("late", "column:n", "late", np.array([1.0, 2.0, 3.0, 4.0]))
    assert field_values(made, "column:n", np.array([3]))["late"].tolist() == [4.0]


def test_taken_rows_keep_what_is_shown() -> None:
    part = frame().take(np.array([3, 1]))
    assert field_values(part, "column:c", np.arange(2))["value"].tolist() == ["green", "blue"]
    assert part.categorical[1].values.tolist() == [2, 1]
    assert part.matrix.tolist() == [[6, 8], [0, 0], [3, 1.5]]


def test_a_text_is_read_up_to_its_limit() -> None:
    assert READ_CHARACTERS == 4_000
    assert tokens_of("x " * 1_998 + "last") == {"last"}
    assert tokens_of("x " * 1_999 + "last") == {"la"}
    assert tokens_of("x " * 2_000 + "last") == set()
