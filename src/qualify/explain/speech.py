"""What every sentence needs: the catalogue, the field's name in the reader's words, and clean user text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from qualify.explain.catalogue import Catalogue
from qualify.explain.numbers import NumberStyle, number_style
from qualify.features.fields import Field

LONGEST_VALUE = 80
"""Characters of a user's text that are shown; the rest is cut off with an ellipsis."""

_OWN_LABEL = {
    "points": "total.label",
    "stage": "lead_stage.label",
    "age": "age.label",
    "clock": "clock.label",
    "silence": "silence.label",
    "topics": "topics.label",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A field with the texts that its sentences share.

    Parameters
    ----------
    field
        The field itself.
    texts
        The catalogue of the reader's language.
    name
        The field's name.
    label
        The name as it begins a sentence: all lower-case ones get a capital.
    numbers
        How the language writes numbers.
    before, after
        What stands around the value in a sentence such as "Country: India".
    """

    field: Field
    texts: Catalogue
    name: str
    label: str
    numbers: NumberStyle
    before: str
    after: str

    def with_value(self, value: str) -> str:
        """Return the sentence "Country: India"."""
        return self.before + value + self.after


@lru_cache(maxsize=4096)
def subject_of(texts: Catalogue, field: Field) -> Subject:
    """Prepare a field for its sentences; kept, since every call for the same field is answered alike."""
    name = say_label(texts, field)
    label = name[:1].upper() + name[1:] if name.islower() else name
    head, tail = texts["column.sentence"].split("{value}")
    return Subject(field, texts, name, label, number_style(texts.language), head.format(label=label), tail)


def say_label(texts: Catalogue, field: Field) -> str:
    """Name a field: the user's own words, else the catalogue's, else the column's name, tidied."""
    if field.label is not None:
        return clean_text(texts, field.label.ja if texts.language == "ja" else field.label.en)
    if field.kind in _OWN_LABEL:
        return texts[_OWN_LABEL[field.kind]]
    if field.kind == "activity":
        return say_did(texts, field.subject, "label")
    if field.kind == "rule":
        return texts.say("rule.label", name=tidy_name(texts, field.subject))
    return say_column(texts, field.subject)


def say_column(texts: Catalogue, name: str) -> str:
    """Name a column: in the reader's words where every CRM calls it so, else by its own name, tidied."""
    known = f"known_column.{name.strip().lower().replace(' ', '_')}"
    if known not in texts:
        return texts.say("column.label", name=tidy_name(texts, name))
    # As the user writes it: "Country" or "country".
    return texts[known][:1].upper() + texts[known][1:] if name[:1].isupper() else texts[known]


def say_did(texts: Catalogue, activity: str, form: str, **parts: object) -> str:
    """Say something about an activity type: its own words where it is known, else the type in quotes."""
    if f"did.{activity}.label" in texts:
        return texts.say(f"did.{activity}.{form}", **parts)
    return texts.say(f"other_did.{form}", type=clean_text(texts, activity), **parts)


def tidy_name(texts: Catalogue, name: str) -> str:
    """Make a column's name readable: ``company_size`` becomes "company size", ``TotalVisits`` stays."""
    return clean_text(texts, name.replace("_", " "))


def clean_text(texts: Catalogue, text: str) -> str:
    """Put a user's text on one line without control characters, cut at `LONGEST_VALUE` characters."""
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join(char for char in line if not _disturbs(char))
    if len(line) <= LONGEST_VALUE:
        return line
    return line[: LONGEST_VALUE - 1].rstrip() + texts["column.rest_of_text"]


def _disturbs(char: str) -> bool:
    """Tell control characters and marks that turn the writing direction; joiners within emoji may stay."""
    return unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} or char in _TURNS


_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
