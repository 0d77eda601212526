"""Several values in a cell: found where they are, and nowhere else."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import ColumnSpec
from qualify.leads.multi_select import SEPARATORS, part_key, parts_of
from qualify.leads.profile import profile_column

WORDS = ("email", "webinar", "fair", "referral", "case study")
JAPANESE = ("製品A", "製品B", "保守", "導入支援", "研修")
ROWS = 600


def picked(words=WORDS, share=0.4, shuffled=True, seed=1):
    """Return for each row the words that somebody picked."""
    rng = np.random.default_rng(seed)
    rows = [[word for word in words if rng.random() < share] for _ in range(ROWS)]
    return [rng.permutation(row).tolist() for row in rows] if shuffled else rows


def proposed(cells, name="interests"):
    return profile_column(name, pa.chunked_array([pa.array(cells, pa.string())]))


@pytest.mark.parametrize("shuffled", [True, False])
@pytest.mark.parametrize("separator", [";", "; ", "|", "\n", ",", ", ", "、", "，", "・", "／", "/"])
def test_values_of_a_list_are_found_by_what_separates_them(separator, shuffled):
    words = JAPANESE if separator in "、，・／" else WORDS
    found = proposed([separator.join(row) for row in picked(words, shuffled=shuffled)])
    assert (found.type, found.separators) == ("multi_select", separator.strip(" ") or separator)
    assert found.hint == "a cell may hold several of 5 values, each of which counts by itself"


def test_two_separators_in_one_column():
    rng = np.random.default_rng(3)
    cells = ["".join(f"{word}{rng.choice([', ', ' | '])}" for word in row).strip(" ,|") for row in picked()]
    found = proposed(cells)
    assert found.type == "multi_select"
    assert set(found.separators or "") == {",", "|"}


@pytest.mark.parametrize("write", [json.dumps, str, lambda row: "{" + ",".join(row) + "}"])
def test_lists_in_brackets(write):
    assert proposed([write(row) for row in picked()]).type == "multi_select"


def test_a_separator_within_a_value_separates_nothing():
    words = ("Loans, private", "Loans, business", "IT/Telecom", "Cards", "Savings")
    found = proposed([";".join(row) for row in picked(words)])
    assert (found.type, found.separators) == ("multi_select", ";")


def test_some_values_that_people_added_do_not_matter():
    cells = [";".join([*row, f"other {k}"] if k % 20 == 0 else row) for k, row in enumerate(picked())]
    assert proposed(cells).type == "multi_select"


FAMILIES, GIVEN = ("Wei", "Li", "Chen", "Lin"), ("Li", "Wei", "Lin", "Chen")


def names(k):
    return f"Last{k % 23}, First{k % 19}"


ONE_VALUE = {
    "one each": lambda k: WORDS[k % 5],
    "last and first name": names,
    "city and state": lambda k: f"City{k % 40}, State{k % 40 % 7}",
    "state alone or behind its city": lambda k: f"S{k % 6}" if k % 3 else f"C{k % 18}, S{k % 18 % 6}",
    "paths": lambda k: f"Food/Kind{k % 11}" if k % 2 else f"Drinks/Sort{k % 7}",
    "pages": lambda k: f"https://example.com/{WORDS[k % 5]}/{WORDS[k % 3]}",
    "source and medium": lambda k: f"{('google', 'bing', 'yahoo')[k % 3]} / {('cpc', 'organic')[k % 2]}",
    "chinese names": lambda k: f"{FAMILIES[k % 4]}, {GIVEN[k % 7 % 4]}",
    "words with a comma": lambda k: ("Arts, Sports, Media", "Banking, Insurance", "IT", "Retail")[k % 4],
    "thousands": lambda k: f"{1 + k % 9},{100 + k * 7 % 900}",
    "dates": lambda k: f"{1 + k % 12}/{1 + k % 28}/2026",
    "versions": lambda k: f"{k % 3},{k % 5},{k % 7}",
    "sentences": lambda k: f"Please call, we need {k} seats; budget is {k * 7}, thanks {k % 13}",
    "addresses": lambda k: f"{k} Main Street, Suite {k % 60}, Springfield",
    "mail addresses": lambda k: f"a{k}@example.com;b{k}@example.com",
    "ids": lambda k: f"{k:05d};{k + 1:05d}",
    "two of a kind": lambda k: ("phone", "mail", "phone/mail")[k % 3],
    "japanese sentences": lambda k: f"見積{k}件、至急、担当{k % 37}へ",
    "prefectures": lambda k: f"東京都・{('港区', '渋谷区', '品川区')[k % 3]}" if k % 2 else "大阪府・北区",
}  # fmt: skip


@pytest.mark.parametrize("kind", ONE_VALUE)
def test_a_cell_of_one_value_stays_what_it_is(kind):
    found = proposed([ONE_VALUE[kind](k) for k in range(ROWS)], name="details")
    assert found.type != "multi_select"
    assert found.separators is None


def test_parts_are_each_taken_once_as_they_are_first_written():
    assert parts_of(" Webinar;webinar ;ＷＥＢＩＮＡＲ; fair;", ";") == ("Webinar", "fair")
    assert parts_of("", ";") == parts_of(" ; ;", ";") == ()
    assert parts_of("a|b, c", ",|") == ("a", "b", "c")


def test_a_list_in_brackets_needs_no_separator():
    assert parts_of('["a;b", "製品"]', ";") == ("a;b", "製品")
    assert parts_of("['a', 'b']", ";") == ("a", "b")
    assert parts_of('["\\u88fd", 5]', ";") == ("製", "5")
    assert parts_of("[]", ";") == ()
    assert parts_of("[" * 100_000 + "]" * 100_000, ";") != ()
    assert parts_of("[a;b", ";") == ("[a", "b")


@given(
    st.lists(st.text(alphabet="abcABCé製 ", min_size=1, max_size=6), max_size=6), st.sampled_from(SEPARATORS)
)
def test_what_was_joined_comes_apart_again(words, separator):
    found = parts_of(separator.join(words), separator)
    assert {part_key(part) for part in found} == {part_key(word) for word in words} - {""}
    assert len({part_key(part) for part in found}) == len(found)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"type": "multi_select"}, "needs `separators`"),
        ({"type": "category", "separators": ";"}, "needs a column of type multi_select, got type category"),
        ({"type": "multi_select", "separators": ""}, "at least 1 character"),
    ],
)
def test_what_a_configuration_may_not_say(spec, said):
    with pytest.raises(ValueError, match=said):
        ColumnSpec.model_validate(spec)
