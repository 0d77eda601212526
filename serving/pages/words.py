"""Numbers, chances, dates and spans of time as a reader of the pages says them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import lru_cache

from qualify.decide.words import load_words, say_day, say_moment
from qualify.explain.catalogue import Catalogue, Language
from qualify.explain.words import Phrasebook, phrasebook
from qualify.leads.identity import ById
from qualify.rules import Scorecard
from serving.pages.catalogue import page_texts

__all__ = ["Words", "words_for"]

_STEPS = ((15, 1), (50, 5), (100, 10), (300, 50), (math.inf, 100))
_FORMS = {0: "none", 1: "one"}

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_DAYS_AS_HOURS = 2
"""Spans shorter than so many days are told in hours."""


class Words:
    """Says things in one language and one time zone; make it with :func:`words_for`.

    Parameters
    ----------
    texts
        The texts of the pages.
    timezone
        The reader's.
    card
        The scorecard whose labels name stages and bands; None: there is none.
    """

    def __init__(self, texts: Catalogue, timezone: str, card: Scorecard | None = None) -> None:
        self._texts = texts
        self.timezone = timezone
        self.card = card
        plain = phrasebook(texts.language, timezone)
        self.book: Phrasebook = plain if card is None else plain.with_card(card)

    @property
    def language(self) -> Language:
        """The language of the texts."""
        return self._texts.language

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def text(self, key: str, /, **parts: object) -> str:
        """Return a text of the pages with its placeholders filled.

        Raises
        ------
        QualifyError
            There is no such text.
        """
        return self._texts.say(key, **parts)

    def counted(self, stem: str, count: int, **parts: object) -> str:
        """Say a count with the right form of its noun: ``stem.none``, ``stem.one``, ``stem.many``."""
        key = f"{stem}.{_FORMS.get(count, 'many')}"
        return self.text(key if key in self else f"{stem}.many", n=self.number(count), **parts)

    def number(self, value: float | None) -> str:
        """Write a number; a dash where there is none."""
        return self._texts["none"] if _absent(value) else self.book.number(float(value or 0))

    def points(self, value: float | None) -> str:
        """Write points of the scorecard to a tenth, without a noun."""
        return self.number(None if _absent(value) else round(float(value or 0), 1))

    def percent(self, share: float | None) -> str:
        """Write a probability: "42%"; a dash where there is none."""
        return self._texts["none"] if _absent(share) else self.book.percent(float(share or 0))

    def share(self, share: float | None) -> str:
        """Write an observed share, which may well be none or all: "0%", "100%"."""
        return (
            self._texts["none"]
            if _absent(share)
            else self.book.text("number.percent", n=f"{100 * (share or 0):.0f}")
        )

    def chance(self, share: float) -> str:
        """Say a probability as a natural frequency: "about 4 in 10", "about 1 in 30".

        People judge frequencies better than shares (Gigerenzer and Hoffrage 1995).
        """
        if share >= 0.95:
            return self.text("chance.nearly_all")
        if share >= 0.095:
            return self.text("chance.in_ten", n=max(1, round(10 * share)))
        if share < 0.001:
            return self.text("chance.hardly")
        return self.text("chance.one_in", n=self.number(_round_figure(1 / share)))

    def moment(self, time: datetime) -> str:
        """Write a time in the reader's zone: "3 Mar 2026, 14:05 JST"."""
        return say_moment(load_words(self.language), time, self.timezone)

    def day(self, time: datetime) -> str:
        """Write a date in the reader's zone: "3 Mar 2026"."""
        return say_day(load_words(self.language), time, self.timezone)

    def ago(self, time: datetime, now: datetime) -> str:
        """Say how long ago a time was: "3 h ago"; a date where it is longer than two months ago."""
        past = now - time
        if past > timedelta(days=60):
            return self.day(time)
        if past < timedelta(minutes=1):
            return self.text("ago.now")
        return self.text("ago.span", span=self.span(past))

    def span(self, span: timedelta) -> str:
        """Say a span of time in its largest sensible unit: "40 min", "3 h", "5 days"."""
        seconds = max(span.total_seconds(), 0.0)
        if seconds < _HOUR:
            return self.text("span.minutes", n=max(1, math.floor(seconds / _MINUTE)))
        if seconds < _DAYS_AS_HOURS * _DAY:
            return self.text("span.hours", n=math.floor(seconds / _HOUR))
        return self.counted("span.days", math.floor(seconds / _DAY))

    def stage(self, stage: str | None) -> str:
        """Name a stage with the label that the scorecard gives it."""
        return self.text("stage.none") if not stage else self.book.stage(stage)


def _absent(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _round_figure(value: float) -> int:
    """Round to a number that is easy to say: 11, 14, 25, 60, 250, 700."""
    step = next(step for most, step in _STEPS if value < most)
    return max(step, step * round(value / step))


def words_for(language: str, timezone: str = "UTC", card: Scorecard | None = None) -> Words:
    """Return the words of a language (``en`` or ``ja``), an IANA time zone and a scorecard.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    return _words(language, timezone, ById(card))


@lru_cache(maxsize=32)
def _words(language: str, timezone: str, card: ById[Scorecard | None]) -> Words:
    return Words(page_texts(language), timezone, card.value)
