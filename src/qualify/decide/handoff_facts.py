"""Who a lead is, for the hand-over: its own data under names that a reader knows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qualify.decide.words import say_moment
from qualify.explain.catalogue import Catalogue
from qualify.explain.words import Phrasebook

if TYPE_CHECKING:
    from qualify.decide.handoff import Handoff

__all__ = ["say_about"]

_AMOUNT = re.compile(
    r"employee|headcount|revenue|turnover|budget|amount|従業員|社員数|売上|年商|資本金|予算|金額"
)
"""Names of columns whose numbers are amounts; a postal code or a telephone number takes no separators."""


def say_about(package: Handoff, words: Catalogue, book: Phrasebook, zone: str) -> tuple[str, ...]:
    """Return a line for each known fact and attribute, nothing twice, and up to when it is known."""
    known_at = say_moment(words, package.explanation.as_of, zone)
    as_of = book.text("lead.as_of", time=known_at)
    return (*_facts(package, words, book), *_attributes(package, book), as_of)


def _facts(package: Handoff, words: Catalogue, book: Phrasebook) -> Iterator[str]:
    for name, value in package.facts.items():
        said = book.stage(value) if name == "stage" else book.clean(value)
        yield words.say(f"handoff.fact.{name}", value=said)


def _attributes(package: Handoff, book: Phrasebook) -> Iterator[str]:
    told = set(package.facts.values())
    for name, value in package.attributes.items():
        if str(value) in told:
            continue
        said = _say(str(name), value, package.units.get(str(name)), book)
        if said:
            label = book.column(str(name))
            yield book.text("column.sentence", label=label[:1].upper() + label[1:], value=said)


def _say(name: str, value: Any, unit: str | None, book: Phrasebook) -> str:
    """Write a value; empty where there is none that a line could hold."""
    if value is None or isinstance(value, dict | list) or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return book.text("boolean.yes" if value else "boolean.no")
    if isinstance(value, int | float) and unit is not None:
        return book.amount(float(value), unit)
    if isinstance(value, int | float) and _AMOUNT.search(name.casefold()):
        return book.number(float(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return book.clean(str(value))
