"""Words are matched once, a large vocabulary at once, and what is remembered has an upper bound."""

import numpy as np
import pytest

from qualify.rules import remembered
from qualify.rules.remembered import SMALL, Remembered


@pytest.fixture
def asked():
    """What was asked for a match, call by call."""
    return []


@pytest.fixture
def vowels(asked):
    """Two questions: does the word begin with a, does it begin with e."""

    def match(words):
        asked.append(tuple(words))
        return np.array([[word.startswith(vowel) for word in words] for vowel in "ae"])

    return Remembered(match)


def test_a_word_is_matched_once_whatever_comes_with_it(vowels, asked):
    assert vowels.columns(("ax", "egg", "box"), 2).tolist() == [[True, False, False], [False, True, False]]
    assert vowels.columns(("box", "ace", "ax"), 2).tolist() == [[False, True, True], [False, False, False]]
    assert asked == [("ax",), ("egg",), ("box",), ("ace",)]


def test_no_words_have_no_columns(vowels):
    assert vowels.columns((), 2).shape == (2, 0)


@pytest.mark.parametrize(("size", "calls"), [(SMALL, SMALL), (SMALL + 1, 1)])
def test_a_large_vocabulary_is_matched_at_once(vowels, asked, size, calls):
    words = tuple(f"{'aeb'[i % 3]}{i}" for i in range(size))
    found = vowels.columns(words, 2)
    assert found.tolist() == [[i % 3 == 0 for i in range(size)], [i % 3 == 1 for i in range(size)]]
    assert len(asked) == calls


def test_not_more_words_are_held_than_allowed(vowels, asked, monkeypatch):
    monkeypatch.setattr(remembered, "MOST_WORDS", 3)
    words = tuple(f"a{i}" for i in range(9))
    for _ in range(2):
        assert vowels.columns(words, 2).tolist() == [[True] * 9, [False] * 9]
    again = asked[9:]
    assert len(again) >= 9 - 3, "words beyond the bound were forgotten, and are matched anew"
