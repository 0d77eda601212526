"""Free text as tokens."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qualify.features.text import MAX_TOKENS, fit_tokens, has_tokens, tokens_of


def test_words_and_pairs_of_characters():
    assert tokens_of("Ｐｌｅａｓｅ call ME, re: price/2026 a") == {"please", "call", "me", "re", "price"}
    assert tokens_of("見積依頼") == {"見積", "積依", "依頼"}
    assert tokens_of("12 345 !?") == set()


def test_a_very_long_text_is_read_in_part_only():
    assert "last" not in tokens_of("word " * 10_000 + "last")


def test_tokens_of_nearly_all_texts_and_of_hardly_any_are_left_out():
    texts = ["dear sir", "dear price", "dear"]
    # 100 leads: `dear` stands in all, `sir` in 30, `price` in 3.
    assert fit_tokens(texts, np.array([30, 3, 67])) == ("sir",)


def test_texts_that_no_training_lead_has_do_not_count():
    assert fit_tokens(["price list", "other words"], np.array([0, 0])) == ()


def test_tokens_come_by_falling_number_and_not_too_many():
    words = [chr(97 + i // 26) + chr(97 + i % 26) for i in range(260)]
    texts = [" ".join(words[:230]), " ".join(words[200:]), "dear"]
    # Thirty words stand in 100 of 120 texts, two hundred in 60, thirty in 40; of equal ones by the alphabet.
    assert fit_tokens(texts, np.array([60, 40, 20])) == (*words[200:230], *words[: MAX_TOKENS - 30])


def test_which_text_holds_which_token():
    found = has_tokens(["price list", "list", ""], ("list", "price"))
    assert found.tolist() == [[True, True], [True, False], [False, False]]


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    tokens = tokens_of(text)
    assert all(len(token) >= 2 for token in tokens)
    assert has_tokens([text], tuple(sorted(tokens))).all()
