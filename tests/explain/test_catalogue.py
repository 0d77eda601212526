"""A missing text fails here, not in front of a user."""

import re
import string
from typing import get_args

import pytest

from qualify.errors import ConfigError, QualifyError
from qualify.explain.catalogue import LANGUAGES, load_catalogue
from qualify.explain.kinds import WORDINGS
from qualify.features.fields import FieldKind
from qualify.rules.title_words import DEPARTMENTS as DEPARTMENT_WORDS
from qualify.rules.title_words import RANKS as RANK_WORDS

KNOWN_TYPES = [
    "demo_request",
    "pricing_view",
    "contact_form",
    "document_download",
    "site_visit",
    "product_view",
    "blog_view",
    "email_sent",
    "email_open",
    "email_click",
    "webinar_registered",
    "webinar_attended",
    "social_comment",
    "social_share",
    "followup_reply",
    "trial_signup",
    "call_booked",
    "unsubscribe",
    "cart_abandoned",
]
RANKS = ["owner", "executive", "head", "manager", "lead", "staff", "assistant", "student"]
DEPARTMENTS = [
    "sales",
    "marketing",
    "it",
    "finance",
    "hr",
    "operations",
    "purchasing",
    "engineering",
    "research",
    "management",
    "education",
    "legal",
    "other",
]
STAGES = ["Inquiry", "MAL", "MQL", "TQL", "SAL", "SQL", "Won", "Lost", "Recycled"]


def read_from_titles():
    """Every rank and department that job titles are read as."""
    ranks, departments = ({entry[0] for entry in words} - {""} for words in (RANK_WORDS, DEPARTMENT_WORDS))
    return [f"rank.{key}" for key in ranks] + [f"department.{key}" for key in departments]


def placeholders(text):
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


def test_both_languages_have_the_same_keys():
    assert set(load_catalogue("en").texts) == set(load_catalogue("ja").texts)


@pytest.mark.parametrize("key", sorted(load_catalogue("en").texts))
def test_both_languages_have_the_same_placeholders(key):
    english, japanese = (load_catalogue(language)[key] for language in LANGUAGES)
    assert placeholders(english) == placeholders(japanese)
    assert bool(english) == bool(japanese)


@pytest.mark.parametrize("key", sorted(load_catalogue("ja").texts))
def test_japanese_texts_use_full_width_punctuation(key):
    assert not re.search(r"[()!?;]|[ぁ-んァ-ン一-龥][,.:]", load_catalogue("ja")[key])


def test_english_texts_have_no_japanese_in_them():
    assert not [
        key for key, text in load_catalogue("en").texts.items() if re.search(r"[ぁ-んァ-ン一-龥]", text)
    ]


def test_every_kind_of_field_has_a_wording():
    assert set(WORDINGS) == set(get_args(FieldKind))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_known_word_has_a_text(language):
    catalogue = load_catalogue(language)
    forms = ("label", "none", "one", "many", "event", "opener")
    wanted = [f"did.{activity}.{form}" for activity in KNOWN_TYPES for form in forms]
    wanted += [f"other_did.{form}" for form in forms if form != "opener"]
    wanted += read_from_titles()
    wanted += [f"rank.{rank}" for rank in RANKS] + [f"department.{key}" for key in DEPARTMENTS]
    wanted += [f"email.{kind}" for kind in ("free", "company", "education")]
    wanted += [f"stage.{stage}.{form}" for stage in STAGES for form in ("name", "meaning")]
    wanted += [f"band.{band}.{form}" for band in "ABCD" for form in ("name", "meaning")]
    wanted += [f"disagreement.{code}" for code in ("none", "model_higher", "rules_higher")]
    wanted += [f"first_step.{band}" for band in "ABCD"]
    assert [key for key in wanted if key not in catalogue] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_that_are_cut_at_their_placeholders_have_them_in_order(language):
    catalogue = load_catalogue(language)
    assert catalogue["column.sentence"].index("{label}") < catalogue["column.sentence"].index("{value}")
    frame = catalogue["strength.with_sentence"]
    assert frame.index("{sentence}") < frame.index("{strength}")


def test_an_unknown_language_is_the_users_fault():
    with pytest.raises(ConfigError, match="this language is not known") as caught:
        load_catalogue("de")
    assert "en or ja" in str(caught.value)


def test_an_unknown_text_is_ours():
    with pytest.raises(QualifyError, match=r"no text 'lead.titel' .* Did you mean 'lead.title'"):
        load_catalogue("en")["lead.titel"]
