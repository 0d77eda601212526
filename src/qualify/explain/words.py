"""Scores in a reader's words: names of fields, sentences, values, and how much something matters."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualify.explain.card_names import CardNames
from qualify.explain.catalogue import Catalogue, Language, load_catalogue
from qualify.explain.kinds import WORDINGS
from qualify.explain.kinds.speaker import Speaker
from qualify.explain.kinds.standing import say_stage
from qualify.explain.kinds.wording import Values
from qualify.explain.numbers import say_amount, say_counted, say_days, say_number, say_percent
from qualify.explain.said import Said
from qualify.explain.speech import clean_text, say_column, say_did, subject_of
from qualify.features.fields import Field
from qualify.leads.identity import ById
from qualify.leads.local_times import write_day, write_time
from qualify.leads.tables import FloatArray, IntArray
from qualify.rules import Scorecard
from qualify.rules.vocabulary import folded

__all__ = ["CLEAR", "STRONG", "Language", "Phrasebook", "phrasebook"]

STRONG = 0.5
"""Log-odds from which a contribution is called strong: at even odds, 12 points of probability."""

CLEAR = 0.15
"""Log-odds below which a contribution is called slight: at even odds, 4 points of probability."""

_STRENGTHS = (
    *("lowers_strongly", "lowers", "lowers_slightly"),
    "nothing",
    *("raises_slightly", "raises", "raises_strongly"),
)


_EDGES = (
    *(math.nextafter(-STRONG, 0), math.nextafter(-CLEAR, 0), 0.0, math.nextafter(0.0, 1.0), CLEAR, STRONG),
)
"""Log-odds from which each of `_STRENGTHS` but the first is said; `CLEAR` is clear on either side of zero."""


class Phrasebook:
    """Says fields, values and decisions in one language; make it with :func:`phrasebook`.

    Every text comes from the catalogue ``texts/<language>.yaml``. Methods that take arrays make each
    distinct text once.
    """

    def __init__(self, texts: Catalogue, names: CardNames | None = None, timezone: str = "UTC") -> None:
        self._texts = texts
        self._names = names
        self.timezone = timezone
        self._strengths = np.array([texts[f"strength.{key}"] for key in _STRENGTHS], dtype=object)
        self._before, between, after = _strength_frame(texts)
        self._endings = between + self._strengths + after

    @property
    def language(self) -> Language:
        """The language of the texts."""
        return self._texts.language

    def text(self, key: str, /, **parts: object) -> str:
        """Return a text of the catalogue by its dotted key, with its placeholders filled.

        Raises
        ------
        QualifyError
            The catalogue has no such text.
        """
        return self._texts.say(key, **parts)

    def counted(self, stem: str, count: float) -> str:
        """Say a count with the right form of the noun."""
        return say_counted(self._texts, stem, count)

    def lasting(self, days: float) -> str:
        """Say a span in whole days: "less than a day", "1 day", "12 days"."""
        return say_days(self._texts, "lasting", days)

    def label(self, field: Field) -> str:
        """Name a field as the reader knows it; never its internal name."""
        return subject_of(self._texts, field).name

    def sentences(
        self, field: Field, values: Values, contribution: FloatArray, *, with_strength: bool = True
    ) -> NDArray[np.object_]:
        """Say what is so about each row, and how that moves its chance.

        Parameters
        ----------
        field
            The field to speak of.
        values
            Its values by name, each of shape (rows,); the notes of :class:`Field` tell the names.
        contribution
            Log-odds, shape (rows,).
        with_strength
            Whether the sentence ends in the direction: "... (strongly raises the chance)".

        Returns
        -------
        NDArray
            Texts, dtype object, shape (rows,).

        Examples
        --------
        >>> views = {"count_7d": np.array([4.0]), "count_30d": np.array([4.0]), "count_all": np.array([4.0]),
        ...          "days_since": np.array([0.5])}
        >>> pricing = Field("activity:pricing_view", "activity", "pricing_view", "engagement")
        >>> print(phrasebook("en").sentences(pricing, views, np.array([0.8]))[0])
        Viewed the pricing page 4 times in the last 7 days (strongly raises the chance)
        """
        facts = _speaker(self._texts, field).sentences(values)
        return self._with_strength(facts, self._step(contribution)) if with_strength else facts

    def values(self, field: Field, values: Values) -> NDArray[np.object_]:
        """Say each row's value alone: "4", "Google", "not given". Shape (rows,), dtype object."""
        return _speaker(self._texts, field).values(values)

    def tell(self, field: Field, values: Values, contribution: FloatArray) -> tuple[Said, Said]:
        """Return `sentences` and `values` in one go: each that is said more than once is made once."""
        facts, said = _speaker(self._texts, field).both(values)
        steps, kinds = self._step(contribution), len(self._strengths)
        codes, alike = pd.factorize(facts.codes * kinds + steps)
        return Said(self._with_strength(facts.words[alike // kinds], alike % kinds), codes), said

    def tell_each(self, field: Field, values: Values, contribution: Sequence[float]) -> list[tuple[str, str]]:
        """Return what `tell` does as one sentence and one value a row, for few rows."""
        told = _speaker(self._texts, field).each(values)
        return [
            (f"{self._before}{fact}{self._endings[bisect_right(_EDGES, size)]}", value)
            for (fact, value), size in zip(told, contribution, strict=True)
        ]

    def strength(self, contribution: FloatArray | float) -> NDArray[np.object_]:
        """Say a contribution's direction and strength: "strongly raises", "slightly lowers".

        Parameters
        ----------
        contribution
            Log-odds, any shape.

        Returns
        -------
        NDArray
            Texts of the same shape, dtype object. The sign of the words is the sign of the number.
        """
        said: NDArray[np.object_] = self._strengths[self._step(contribution)]
        return said

    @staticmethod
    def _step(contribution: FloatArray | float) -> IntArray:
        """Return the place of each contribution's strength among all that are said."""
        return np.asarray(np.searchsorted(_EDGES, contribution, side="right"))

    def fact(self, text: str, contribution: float) -> str:
        """Return a sentence without its ending about the direction, where it has one."""
        return text.removesuffix(str(self._endings[self._step(contribution)]))

    def number(self, value: float) -> str:
        """Write a number: "1,279"."""
        return say_number(self._texts, value)

    def amount(self, value: float, unit: str | None) -> str:
        """Write a number with its unit, where it has one: "12 km", "2 h 30 min"."""
        return self.number(value) if unit is None else self.clean(say_amount(self._texts, value, unit))

    def percent(self, share: float) -> str:
        """Write a probability: "42%"."""
        return say_percent(self._texts, share)

    def points(self, points: float) -> str:
        """Write points to a tenth: "8 points", "1 point", "no points"."""
        return say_counted(self._texts, "points", round(points, 1))

    def time(self, moment: datetime | int) -> str:
        """Write a time on the reader's clock: "2026-06-30 09:00 UTC"."""
        return write_time(moment, self.timezone)

    def day(self, moment: datetime | int) -> str:
        """Write the reader's day of a time: "2026-06-30"."""
        return write_day(moment, self.timezone)

    def clean(self, text: str) -> str:
        """Put a user's text on one short line without control characters."""
        return clean_text(self._texts, text)

    def stage(self, stage: str) -> str:
        """Name a stage in full: "Sales qualified lead (SQL)".

        Without a scorecard that labels it, as the catalogue does, or else as the user wrote it.
        """
        label = None if self._names is None else self._names.stage(stage)
        return say_stage(self._texts, stage) if label is None else self._labelled(label, stage)

    def stage_in_short(self, stage: str) -> str:
        """Name a stage within a sentence: "SQL" where the catalogue knows the name, else its label."""
        known = f"stage.{stage}.name" in self._texts or self._names is None
        label = None if known or self._names is None else self._names.stage(stage)
        return say_stage(self._texts, stage) if label is None else self.clean(label)

    def rule_band(self, band: str) -> str:
        """Name a band of the scorecard with its label: "A (Hand over to sales)"."""
        label = None if self._names is None else self._names.band(band)
        return band if label is None else self.text("named.band", label=self.clean(label), name=band)

    def with_card(self, card: Scorecard) -> Phrasebook:
        """Return these words with the names that a scorecard gives to its stages and bands."""
        return _with_card(ById(card), self.language, self.timezone)

    def _labelled(self, label: str, stage: str) -> str:
        if folded(stage) in folded(label):
            return self.clean(label)
        return self.text("named.stage", label=self.clean(label), name=self.clean(stage))

    def recommended(self, stage: str | None) -> str:
        """Say which stage the scorecard's entry criteria recommend."""
        if not stage:
            return self.text("recommended.none")
        labelled = self._names is not None and self._names.stage(stage) is not None
        if labelled or f"stage.{stage}.meaning" not in self._texts:
            return self.text("recommended.sentence", stage=self.stage(stage))
        meaning = self.text(f"stage.{stage}.meaning")
        return self.text("recommended.with_meaning", stage=self.stage(stage), meaning=meaning)

    def band(self, band: str) -> str:
        """Say what a band A to D means for sales: "call first"."""
        return self.text(f"band.{band}.meaning")

    def disagreement(self, code: str) -> str:
        """Say how model and scorecard compare: the codes of the score's column `disagreement`."""
        return self.text(f"disagreement.{code}")

    def event(self, activity: str, topic: str | None = None) -> str:
        """Say one activity on a time line: "Viewed the pricing page: /pricing"."""
        event = say_did(self._texts, activity, "event")
        return self.text("activity.event_topic", event=event, topic=self.clean(topic)) if topic else event

    def activity(self, activity: str) -> str:
        """Name an activity type: "Pricing page views"."""
        return say_did(self._texts, activity, "label")

    def column(self, name: str) -> str:
        """Name a column that has no words of the user's: "job title"."""
        return say_column(self._texts, name)

    def stage_entered(self, stage: str) -> str:
        """Say one stage entry on a time line."""
        return self.text("activity.stage_entered", stage=self.stage(stage))

    def opener(self, activity: str) -> str:
        """Say how to start a conversation with a lead that did this; empty where there is nothing to say."""
        return self._texts.texts.get(f"did.{activity}.opener", "")

    def _with_strength(self, facts: NDArray[np.object_], steps: IntArray) -> NDArray[np.object_]:
        # Plain concatenation of object arrays: a format call a row would cost three times as much.
        joined: NDArray[np.object_] = facts + self._endings[steps]
        return self._before + joined if self._before else joined


@lru_cache(maxsize=4096)
def _speaker(texts: Catalogue, field: Field) -> Speaker:
    return Speaker(subject_of(texts, field), WORDINGS[field.kind])


def _strength_frame(texts: Catalogue) -> tuple[str, str, str]:
    """Split "{sentence} ({strength} the chance)" at its placeholders."""
    before, rest = texts["strength.with_sentence"].split("{sentence}")
    between, after = rest.split("{strength}")
    return before, between, after


@lru_cache(maxsize=16)
def phrasebook(language: str, timezone: str = "UTC") -> Phrasebook:
    """Return the phrasebook of a language (``en`` or ``ja``) whose times are those of a time zone.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    return Phrasebook(load_catalogue(language), timezone=timezone)


@lru_cache(maxsize=16)
def _with_card(card: ById[Scorecard], language: str, timezone: str) -> Phrasebook:
    return Phrasebook(load_catalogue(language), CardNames(card.value, language), timezone)
