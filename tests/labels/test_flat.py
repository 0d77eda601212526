"""Labels that stand in a column."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.config import Target
from qualify.errors import DataError
from qualify.labels.flat import column_label
from qualify.leads.tables import Column

TARGET = Target(name="won", column="Converted", positive="yes")


def words(*values: str | None) -> Column:
    vocabulary = tuple(sorted({v for v in values if v is not None}))
    codes = [-1 if v is None else vocabulary.index(v) for v in values]
    return Column("category", np.array(codes, dtype=np.int32), vocabulary)


def test_positive_negative_and_empty():
    found = column_label(words("yes", "no", None, "yes"), TARGET)
    np.testing.assert_array_equal(found, [1, 0, np.nan, 1])


def test_words_that_no_row_uses_do_not_count_as_values():
    column = Column("category", np.array([0, 2, 0], dtype=np.int32), ("no", "perhaps", "yes"))
    assert column_label(column, TARGET).tolist() == [0, 1, 0]


def test_three_values_are_refused_with_their_counts():
    with pytest.raises(DataError, match=r"more than two values(.|\n)*'no': 2, .*'perhaps': 1"):
        column_label(words("yes", "no", "no", "perhaps"), TARGET)


def test_one_value_is_refused():
    with pytest.raises(DataError, match=r"one value only(.|\n)*'yes': 2"):
        column_label(words("yes", "yes", None), TARGET)


def test_no_value_is_refused():
    with pytest.raises(DataError, match=r"one value only(.|\n)*no values"):
        column_label(words(None, None), TARGET)


def test_a_positive_value_that_does_not_occur_is_refused():
    with pytest.raises(DataError, match=r"positive value(.|\n)*expected: 'yes'"):
        column_label(words("1", "0"), TARGET)
