"""No text is missing, in either language, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from qualify.errors import ConfigError
from qualify.ledger import REASONS, VERDICTS
from serving.pages.catalogue import page_texts

PAGES = Path(__file__).parents[3] / "serving" / "pages"
SOURCES = [*PAGES.glob("*.py"), *PAGES.glob("templates/*.j2")]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
WHOLE = set(re.findall(r"""(?:\bt|\btext|\bcounted)\(\s*["']([a-z_.0-9]+[a-z_0-9])["']\s*[,)]""", TEXT))
STEMS = set(re.findall(r"""(?:\bt|\btext)\(\s*["']([a-z_.]+\.)["'] ~""", TEXT))
STEMS |= set(re.findall(r"""text\(\s*f["']([a-z_.]+\.)\{""", TEXT))


def placeholders(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_both_languages_have_the_same_texts_with_the_same_placeholders():
    en, ja = page_texts("en").texts, page_texts("ja").texts
    assert set(en) == set(ja)
    assert {key: placeholders(text) for key, text in en.items()} == {
        key: placeholders(text) for key, text in ja.items()
    }


def test_every_text_that_is_asked_for_by_its_whole_name_is_there():
    texts = page_texts("en").texts
    assert len(WHOLE) > 150
    # The phrasebook of reasons has its own catalogue.
    from qualify.explain.catalogue import load_catalogue

    there = {**texts, **load_catalogue("en").texts}
    assert {key for key in WHOLE if key not in there and f"{key}.many" not in there} == set()


def test_no_text_is_left_over():
    def used(key):
        stem = re.sub(r"\.(none|one|many)$", "", key)
        return key in WHOLE or stem in WHOLE or f'"{key}"' in TEXT or any(key.startswith(s) for s in STEMS)

    assert [key for key in page_texts("en").texts if not used(key) and not key.startswith("empty.")] == []


def test_every_code_that_can_be_stored_has_its_words():
    for language in ("en", "ja"):
        texts = page_texts(language).texts
        for verdict in VERDICTS:
            assert {f"verdict.{verdict}", f"act.{verdict}", f"done.{verdict}"} <= set(texts)
        assert {f"reason.{reason}" for reason in REASONS} <= set(texts)


def test_no_text_is_empty_and_japanese_is_japanese():
    texts = page_texts("ja").texts
    assert all(text.strip() for text in texts.values())
    plain = [key for key, text in texts.items() if text.isascii() and not re.search(r"[{]|^qualify", text)]
    assert plain == []


def test_another_language_is_refused():
    with pytest.raises(ConfigError, match="this language is not known"):
        page_texts("fr")
