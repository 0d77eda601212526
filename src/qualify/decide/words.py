"""The texts of figures and hand-off in one language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from qualify.explain.catalogue import LANGUAGES, Catalogue, read_catalogue
from qualify.leads.local_times import at_zone, zone_name

__all__ = ["load_words", "say_day", "say_moment"]


@lru_cache(maxsize=len(LANGUAGES))
def load_words(language: str) -> Catalogue:
    """Read the texts of a language; later calls return the same object.

    Raises
    ------
    ConfigError
        No texts exist in that language.
    """
    return read_catalogue("qualify.decide", "texts", language)


def say_day(words: Catalogue, time: datetime, timezone: str) -> str:
    """Write a date as the language does, in the reader's zone: "3 Mar 2026"."""
    local = at_zone(time, timezone)
    month = words["date.months"].split()[local.month - 1]
    return words.say("date.day", day=local.day, month=month, year=local.year)


def say_moment(words: Catalogue, time: datetime, timezone: str) -> str:
    """Write a time as the language does, in the reader's zone: "3 Mar 2026, 14:05 UTC"."""
    local = at_zone(time, timezone)
    day = say_day(words, time, timezone)
    return words.say("date.moment", day=day, clock=f"{local:%H:%M}", zone=zone_name(local))
