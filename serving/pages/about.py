"""The attributes of a lead, for people: labels and values from its document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qualify.scorer import Scorer
    from serving.pages.words import Words

__all__ = ["list_attributes"]


def list_attributes(
    document: Mapping[str, Any] | None, scorer: Scorer | None, words: Words
) -> list[tuple[str, str]]:
    """Return label and value of the attributes that the model reads and the lead has."""
    if document is None or scorer is None:
        return []
    given = {**document, **(document.get("attributes") or {})}
    named = {
        field.subject: words.book.label(field) for field in scorer.fields if field.name.startswith("column:")
    }
    found = []
    for column, spec in scorer.parts.schema.columns.items():
        value = _say(given.get(column), spec.unit, words)
        if value:
            found.append((_capital(named.get(column) or words.book.clean(column.replace("_", " "))), value))
    return found


def _say(value: Any, unit: str | None, words: Words) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return words.book.text("boolean.yes" if value else "boolean.no")
    if isinstance(value, int | float):
        return words.number(float(value)) if unit is None else words.book.amount(float(value), unit)
    return words.book.clean(str(value))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
