"""Patterns of a scorecard: what they match, and that no pattern takes long."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import DataError
from qualify.leads.files import find_files
from qualify.leads.read import read_table
from qualify.rules.vocabulary import folded, glob_matches


@given(st.lists(st.text("ab*?", max_size=8), min_size=1, max_size=3), st.lists(st.text("abc", max_size=8)))
def test_patterns_match_as_those_of_the_shell(patterns, words):
    expected = [any(fnmatch.fnmatchcase(folded(w), folded(p)) for p in patterns) for w in words]
    assert glob_matches(patterns, words).tolist() == expected


def test_many_stars_take_no_time():
    began = time.monotonic()
    assert not glob_matches(["*a" * 40 + "b", "a*" * 40 + "b", "*?" * 40 + "b*c"], ["a" * 3_000]).any()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "pattern", ["*" * 60 + "x", "**/" * 30 + "x.parquet", "[" * 40, "a*" * 40 + ".parquet"]
)
def test_a_pattern_of_files_is_refused_in_time(tmp_path, pattern):
    (tmp_path / "a/b/c/d/e/f/g/h").mkdir(parents=True)
    (tmp_path / "a/b" / ("a" * 200)).touch()
    began = time.monotonic()
    for read in (read_table, lambda source: find_files(source)[0]):
        with pytest.raises((DataError, IndexError), match=r"pattern|exist|range|reached"):
            read(f"{tmp_path}/{pattern}")
    assert time.monotonic() - began < 5
