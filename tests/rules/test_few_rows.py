"""Few rows are read value by value, many by tables of their words: both say the same."""

import numpy as np
import pytest

from qualify.leads.tables import Column
from qualify.rules.attributes import Asked, picker
from qualify.rules.reading import codes_between
from qualify.rules.schema import Condition

WORDS = ("", "Head of Sales", "a@keio.ac.jp", "b@gmail.com", "gmail", "part", "x")
CODES = np.array([-1, 0, 1, 2, 3, 4, 5, 6] * 4, dtype=np.int32)
ROWS = np.arange(len(CODES))
AS_OF = np.full(len(CODES), 1_800_000_000_000_000)

TABLES = [
    (Condition(email_kind=["free"]), Condition(email_kind=["education"])),
    (Condition(rank=["head"]), Condition(missing=True)),
    (Condition(is_=["x", "part"]), Condition(like=["*a*"])),
]


@pytest.mark.parametrize("conditions", TABLES)
@pytest.mark.parametrize("at_once", [1, 3, 32])
def test_words(conditions, at_once):
    column = Column("category", CODES, WORDS)
    expected = picker(list(conditions), column)(ROWS, AS_OF).tolist()
    asked, found = Asked(conditions, "about"), []
    for first in range(0, len(ROWS), at_once):
        rows = ROWS[first : first + at_once]
        found += list(asked.picked({"about": column}, rows, AS_OF[rows]))
    assert found == expected
    assert len(set(expected)) > 1


@pytest.mark.parametrize("at_once", [1, 32])
def test_numbers(at_once):
    conditions = (Condition(below=2.0), Condition(from_=5.0), Condition(missing=True))
    column = Column("number", np.array([np.nan, 1.0, 2.0, 7.0] * 8))
    expected = picker(list(conditions), column)(ROWS, AS_OF).tolist()
    asked, found = Asked(conditions, "about"), []
    for first in range(0, len(ROWS), at_once):
        rows = ROWS[first : first + at_once]
        found += list(asked.picked({"about": column}, rows, AS_OF[rows]))
    assert found == expected == [2, 0, -1, 1] * 8


def test_a_column_that_is_not_there():
    conditions = TABLES[0]
    assert list(Asked(conditions, "about").picked({}, ROWS[:2], AS_OF[:2])) == [-2, -2]


def test_codes_of_another_vocabulary():
    known = ("part", "x", "b@gmail.com")
    many = codes_between(CODES, WORDS, known).tolist()
    assert many == [-1, -1, 3, 3, 2, 3, 0, 1] * 4
    assert [int(codes_between(CODES[[row]], WORDS, known)[0]) for row in ROWS] == many
