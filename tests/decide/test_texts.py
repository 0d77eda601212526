"""The two languages say the same things."""

from __future__ import annotations

from string import Formatter

import pytest

from qualify.decide.words import load_words
from qualify.errors import ConfigError


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    en, ja = load_words("en").texts, load_words("ja").texts
    assert set(en) == set(ja)
    assert {key: _fields(text) for key, text in en.items()} == {
        key: _fields(text) for key, text in ja.items()
    }


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ConfigError, match="not known"):
        load_words("fr")
