"""The user's own columns: numbers, yes or no, categories, several values, dates, texts, addresses, titles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from qualify.explain.kinds.wording import Shown, Values, Wording, texts_or_none
from qualify.explain.numbers import say_amount, say_counted, say_days
from qualify.explain.speech import Subject, clean_text, tidy_name
from qualify.leads.multi_select import PART_ENDS

_YEAR, _MANY_DAYS = 365.25, 1_096
"""From three years on nobody counts the days of a birthday or a foundation."""


def _label_and_value(value: Callable[..., str | None]) -> Callable[..., str]:
    """Make the sentence "Country: India", or "Country is not given" where there is no value."""

    def sentence(subject: Subject, *items: Any) -> str:
        said = value(subject, *items)
        if said is None:
            return subject.texts.say("missing.sentence", label=subject.label)
        return subject.with_value(said)

    return sentence


def _or_missing(value: Callable[..., str | None]) -> Callable[..., str]:
    def said(subject: Subject, *items: Any) -> str:
        found = value(subject, *items)
        return subject.texts["missing.value"] if found is None else found

    return said


def _plain(shown: Callable[[Values], Shown], value: Callable[..., str | None]) -> Wording:
    return Wording(shown, _label_and_value(value), _or_missing(value))


def _one_number(name: str) -> Callable[[Values], Shown]:
    return lambda values: (np.asarray(values[name], dtype=np.float64),)


def _one_text(name: str) -> Callable[[Values], Shown]:
    return lambda values: (texts_or_none(values[name]),)


def _number(subject: Subject, value: float) -> str | None:
    """Return the number with the unit that it has in the user's table."""
    if math.isnan(value):
        return None
    unit = subject.field.unit
    return subject.numbers.write(value) if unit is None else say_amount(subject.texts, value, unit)


def _boolean(subject: Subject, value: float) -> str | None:
    return None if math.isnan(value) else subject.texts["boolean.yes" if value else "boolean.no"]


def _category(subject: Subject, value: object) -> str | None:
    """Return the category; one of nothing but control characters counts as not given."""
    return None if value is None else clean_text(subject.texts, str(value)) or None


def _several(subject: Subject, value: object) -> str | None:
    """Return the values of a cell, as the reader's language lists them."""
    if value is None:
        return None
    return clean_text(subject.texts, str(value).replace(PART_ENDS, subject.texts["list.comma"])) or None


def _text(subject: Subject, length: float) -> str | None:
    return None if math.isnan(length) else say_counted(subject.texts, "text", round(length))


def _date_shown(values: Values) -> Shown:
    days = np.asarray(values["days_before"], dtype=np.float64)
    return np.floor(np.abs(days)), days < 0


def _date(subject: Subject, days: float, ahead: bool) -> str | None:
    if math.isnan(days):
        return None
    stem = "ahead" if ahead else "ago"
    if days < _MANY_DAYS:
        return say_days(subject.texts, stem, days)
    return subject.texts.say(f"{stem}.years", n=subject.numbers.write(math.floor(days / _YEAR)))


def _email_sentence(subject: Subject, kind: str | None) -> str:
    if kind is None:
        return subject.texts.say("email.missing", label=subject.label)
    return subject.with_value(_email_value(subject, kind))


def _email_value(subject: Subject, kind: str | None) -> str:
    return _keyed(subject, "email", kind) or subject.texts["email.missing_value"]


def _keyed(subject: Subject, stem: str, key: str | None) -> str | None:
    """Return the text of a key; one that the catalogue lacks (a user's own) is shown tidied."""
    if key is None:
        return None
    known = f"{stem}.{key}"
    return subject.texts[known] if known in subject.texts else tidy_name(subject.texts, key)


def _title_shown(values: Values) -> Shown:
    return texts_or_none(values["rank"]), texts_or_none(values["department"])


def _title(subject: Subject, rank: str | None, department: str | None) -> str | None:
    rank, department = _keyed(subject, "rank", rank), _keyed(subject, "department", department)
    if rank is not None and department is not None:
        return subject.texts.say("job_title.both", rank=rank, department=department)
    return rank if department is None else department


def _title_sentence(subject: Subject, rank: str | None, department: str | None) -> str:
    said = _title(subject, rank, department)
    if said is None:
        return subject.texts.say("job_title.missing", label=subject.label)
    return subject.with_value(said)


def _title_value(subject: Subject, rank: str | None, department: str | None) -> str:
    return _title(subject, rank, department) or subject.texts["job_title.missing_value"]


COLUMN_KINDS = {
    "number": _plain(_one_number("value"), _number),
    "boolean": _plain(_one_number("value"), _boolean),
    "category": _plain(_one_text("value"), _category),
    "multi_select": _plain(_one_text("value"), _several),
    "date": _plain(_date_shown, _date),
    "text": _plain(_one_number("length"), _text),
    "email": Wording(_one_text("value"), _email_sentence, _email_value),
    "job_title": Wording(_title_shown, _title_sentence, _title_value),
}
