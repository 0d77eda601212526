"""How old a score is: before a lead is called SQL, that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from qualify.explain.catalogue import Catalogue
from qualify.explain.words import Phrasebook

__all__ = ["Freshness"]


@dataclass(frozen=True, slots=True)
class Freshness:
    """The age of a score beside the age that the scorecard allows (`score_fresh_days`).

    Examples
    --------
    >>> Freshness.of(datetime(2026, 4, 1), datetime(2026, 4, 9), 7).stale
    True
    """

    age: timedelta
    limit: timedelta

    @classmethod
    def of(cls, as_of: datetime, now: datetime, fresh_days: float) -> Freshness:
        """Compare the moment of a score with now."""
        return cls(now - as_of, timedelta(days=fresh_days))

    @property
    def stale(self) -> bool:
        """Whether the score is older than allowed."""
        return self.age > self.limit

    def warning(self, stage: str | None, words: Catalogue, book: Phrasebook) -> str:
        """Ask for a new score before a lead is called what the scorecard recommends; empty where not needed.

        Parameters
        ----------
        stage
            The recommended stage; without one there is nothing to check.
        words
            The catalogue of figures and hand-off (`qualify.decide.words.load_words`).
        """
        if not stage or not self.stale:
            return ""
        days = book.number(self.age // timedelta(days=1))
        return words.say(
            "handoff.stale",
            days=days,
            limit=book.number(self.limit / timedelta(days=1)),
            stage=book.stage_in_short(stage),
        )
