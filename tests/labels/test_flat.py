"""Labels that stand in a column."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.config import Target
from qualify.errors import DataError
from qualify.labels.flat import column_label, read_label
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


def test_spellings_of_one_value_are_one_outcome():
    found = column_label(words("Yes", "YES ", "ｙｅｓ", "no", "No", None), TARGET)
    np.testing.assert_array_equal(found, [1, 1, 1, 0, 0, np.nan])


SORTED = Target(name="won", column="stage", positive="Won", negative=("Lost", "Junk"), open=("Open",))


def test_named_values_are_yes_no_and_not_known():
    found = column_label(words("won", "Lost", "Junk", "OPEN", None), SORTED)
    np.testing.assert_array_equal(found, [1, 0, 0, np.nan, np.nan])


def test_a_value_that_is_not_named_is_refused_rather_than_lost():
    with pytest.raises(DataError, match=r"does not name(.|\n)*got: \"?'Demo'(.|\n)*`open`"):
        column_label(words("Won", "Lost", "Demo"), SORTED)
    with pytest.raises(DataError, match=r"does not name"):
        read_label(words("Demo"), SORTED)


def test_an_empty_cell_is_a_no_where_the_target_says_so():
    target = Target(name="won", column="won", positive="x", negative=("",))
    np.testing.assert_array_equal(column_label(words("x", None, "X"), target), [1, 0, 1])


def test_a_part_of_a_table_may_hold_one_outcome():
    np.testing.assert_array_equal(read_label(words("Lost", None), SORTED), [0, np.nan])
    np.testing.assert_array_equal(read_label(words(None), TARGET), [np.nan])


def test_a_stage_has_no_values_to_sort():
    with pytest.raises(ValueError, match="a stage has none"):
        Target(name="won", stage="Won", within_days=30, open=("Open",))


@pytest.mark.parametrize(
    ("negative", "still_open"), [(("won ",), None), (("Lost", "OPEN"), ("open",)), (None, ("ＷＯＮ",))]
)
def test_a_value_has_one_meaning(negative, still_open):
    with pytest.raises(ValueError, match="stands under"):
        Target(name="y", column="y", positive="Won", negative=negative, open=still_open)
