"""Placeholders for missing values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.leads.sentinels import numeric_sentinel, word_placeholders


@pytest.mark.parametrize(
    "word",
    [
        "Select",
        "unknown",
        "N/A",
        "NA",
        "-",
        "?",
        "不明",
        "未設定",
        "NULL",
        "nan",
        "#N/A",
        "ＮＡ",
        "Not specified",
    ],
)
def test_words_that_mean_nothing(word: str) -> None:
    assert word_placeholders(["India", word]) == [word]


@pytest.mark.parametrize("word", ["none", "nonexistent", "other", "no", "0", "なし"])
def test_words_that_may_be_answers(word: str) -> None:
    assert word_placeholders([word]) == []


def test_none_is_no_number() -> None:
    assert word_placeholders(["none", "no"], also_none=True) == ["none"]


@pytest.mark.parametrize(
    ("values", "counts", "sentinel"),
    [
        ([0, 1, 3, 6, 12, 999], [5, 5, 40, 40, 2, 30000], 999.0),
        ([20, 35, 60, 9999], [10, 10, 10, 3], None),  # too rare to be a habit
        ([20, 35, 60, 9999], [10, 10, 10, 9], 9999.0),
        ([-1, 0, 5, 100], [50, 100, 20, 5], -1.0),
        ([-5, -1, 0, 5], [50, 100, 20, 5], None),  # negative values are real here
        ([0, 50, 99, 100], [9, 9, 9, 9], None),
        ([0, 500, 900, 999], [9, 9, 9, 9], None),  # no gap
        ([1, 2, 1000], [9, 9, 9], None),  # no nines
        ([-99, 0, 1, 2], [9, 9, 9, 9], -99.0),
        ([5, 999], [9, 9], None),  # too few values to tell
    ],
)
def test_numbers_that_mean_nothing(values: list[float], counts: list[int], sentinel: float | None) -> None:
    assert numeric_sentinel(np.array(values, dtype=float), np.array(counts)) == sentinel


@given(st.lists(st.floats(0, 1000), min_size=3, max_size=30, unique=True), st.randoms())
def test_order_does_not_matter_and_the_value_is_at_the_edge(values: list[float], random: object) -> None:
    pairs = [(v, 10) for v in values]
    found = numeric_sentinel(np.array(values), np.full(len(values), 10))
    random.shuffle(pairs)  # type: ignore[attr-defined]
    again = numeric_sentinel(np.array([v for v, _ in pairs]), np.array([n for _, n in pairs]))
    assert found == again
    assert found is None or found in (min(values), max(values))
