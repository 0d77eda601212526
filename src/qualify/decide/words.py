"""The texts of figures and hand-off in one language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from qualify.errors import ConfigError
from qualify.explain.catalogue import LANGUAGES, Catalogue

__all__ = ["load_words", "say_day", "say_moment"]


@lru_cache(maxsize=len(LANGUAGES))
def load_words(language: str) -> Catalogue:
    """Read the texts of a language; later calls return the same object.

    Raises
    ------
    ConfigError
        No texts exist in that language.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            "this language is not known", where="language", got=language, expected=" or ".join(LANGUAGES)
        )
    text = (files("qualify.decide") / "texts" / f"{language}.yaml").read_text(encoding="utf-8")
    flat = YAML(typ="safe", pure=True).load(text)
    return Catalogue(
        "ja" if language == "ja" else "en", {str(key): str(value) for key, value in flat.items()}
    )


def say_day(words: Catalogue, time: datetime, zone: ZoneInfo) -> str:
    """Write a date as the language does, in the reader's zone: "3 Mar 2026"."""
    local = time.astimezone(zone)
    month = words["date.months"].split()[local.month - 1]
    return words.say("date.day", day=local.day, month=month, year=local.year)


def say_moment(words: Catalogue, time: datetime, zone: ZoneInfo) -> str:
    """Write a time as the language does, in the reader's zone: "3 Mar 2026, 14:05 UTC"."""
    local = time.astimezone(zone)
    return words.say(
        "date.moment", day=say_day(words, time, zone), clock=f"{local:%H:%M}", zone=local.tzname() or ""
    )
