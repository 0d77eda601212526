"""The hand-off package: what sales has to know of a lead that marketing hands over, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from qualify.decide.freshness import Freshness
from qualify.decide.handoff_history import Answered, Told, read_history
from qualify.decide.handoff_pages import render_html, render_markdown
from qualify.decide.handoff_sections import Section, make_sections
from qualify.decide.handoff_steps import suggest_steps
from qualify.decide.handoff_topics import Interest, find_interests, find_problems
from qualify.explain.catalogue import Language
from qualify.explain.explanation import Explanation
from qualify.explain.words import Phrasebook, phrasebook
from qualify.rules import Scorecard

__all__ = ["Handoff", "build_handoff"]

_FACTS = ("name", "company", "owner", "source", "stage")


@dataclass(frozen=True, slots=True)
class Handoff:
    """One lead as handed over; texts are in `language`.

    Parameters
    ----------
    facts
        Name, company, owner, source and stage, where they are known.
    attributes
        The lead's own attributes, as given.
    told
        Behaviour history and nurturing path.
    interests, problems
        What the lead came back to, and what it wants solved; empty where nothing is known.
    steps
        The suggested first step, and what follows from industry, size and stage.
    timezone
        The reader's: dates are told in it.
    freshness
        How old the score is now; None where that does not matter.
    answers
        What sales answered and when the lead came back, oldest first; also what came after the score.
    card
        The scorecard whose labels name stages and bands; None: they are told as in the data.
    units
        What stands beside the numbers of some attributes, by name.
    """

    lead_id: str
    language: Language
    explanation: Explanation
    facts: dict[str, str]
    attributes: dict[str, Any]
    told: Told
    interests: tuple[Interest, ...]
    problems: tuple[str, ...]
    steps: tuple[str, ...]
    timezone: str = "UTC"
    freshness: Freshness | None = None
    answers: tuple[Answered, ...] = ()
    card: Scorecard | None = None
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def book(self) -> Phrasebook:
        """The words that the package is told in."""
        return _book(self.language, self.card)

    def sections(self) -> tuple[Section, ...]:
        """Return the package as headed lists, for any page."""
        return make_sections(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the package for JSON: times as `datetime`, numbers as numbers, texts beside them."""
        lead, told = self.explanation, self.told
        return {
            "lead_id": self.lead_id,
            "language": self.language,
            "as_of": lead.as_of,
            **{name: self.facts.get(name) for name in _FACTS},
            "attributes": self.attributes,
            "scores": {
                "model": {
                    "probability": lead.probability,
                    "low": lead.probability_low, "high": lead.probability_high,
                    "score": lead.score, "band": lead.band, "fit": lead.fit, "engagement": lead.engagement,
                    "version": lead.model_version, "reasons": [asdict(reason) for reason in lead.reasons],
                },
                "rules": {
                    "points": lead.rule_points, "band": lead.rule_band, "version": lead.scorecard_version,
                    "recommended_stage": lead.recommended_stage, "why": list(lead.cause),
                    "stale": None if self.freshness is None else self.freshness.stale,
                    "reasons": [asdict(line) for line in lead.card if line.points],
                },
                "disagreement": lead.disagreement,
            },
            "behaviour": {
                "webinars_attended": _each(told.webinars), "webinars_missed": _each(told.registered),
                "documents": _each(told.documents), "requests": _each(told.requests),
                "activities": _each(told.counts),
            },
            "interests": _each(self.interests),
            "problems": list(self.problems),
            "path": _each(told.path),
            "answers": _each(self.answers),
            "first_steps": list(self.steps),
        }  # fmt: skip

    def to_markdown(self) -> str:
        """Return the package as Markdown; a user's text in it can neither format nor link anything."""
        return render_markdown(self.title, self.sections())

    def to_html(self, *, fragment: bool = False) -> str:
        """Return the package as an HTML page, or only its body; every text is escaped."""
        return render_html(self.title, self.sections(), self.language, fragment=fragment)

    @property
    def title(self) -> str:
        """What stands above the package."""
        from qualify.decide.words import load_words

        name = self.facts.get("name") or self.facts.get("company") or self.lead_id
        return load_words(self.language).say("handoff.title", name=self.book.clean(name))


def build_handoff(
    lead: Mapping[str, Any],
    explanation: Explanation,
    document: Mapping[str, Any],
    language: Language,
    *,
    timezone: str = "UTC",
    freshness: Freshness | None = None,
    answers: Sequence[Answered] = (),
    card: Scorecard | None = None,
    units: Mapping[str, str] | None = None,
) -> Handoff:
    """Gather the hand-off package of one lead.

    Parameters
    ----------
    lead
        What is known beside the score: ``name``, ``company``, ``owner``, ``source``, ``stage``; all optional.
    explanation
        The lead's score with its reasons, in the same language. Of what the lead did, nothing later than its
        ``as_of`` is told.
    document
        The lead document, as sent to be scored: ``attributes``, ``activities``, ``stages``.
    timezone
        Of naive times in the document, and of the dates that are told.
    freshness
        How old the score is; a stale one is told beside the recommended stage.
    answers
        What sales answered, oldest first, in the same language.
    card
        The scorecard whose labels name stages and bands.
    units
        What stands beside the numbers of some attributes, by name (see `qualify.config.ColumnSpec`).

    Raises
    ------
    DataError
        The document cannot be read.
    """
    book = _book(language, card)
    told = read_history({"lead_id": explanation.lead_id, **document}, explanation.as_of, timezone, book)
    attributes = dict(document.get("attributes") or {})
    return Handoff(
        lead_id=explanation.lead_id,
        language=language,
        explanation=explanation,
        facts=_facts(lead, explanation),
        attributes=attributes,
        told=told,
        interests=find_interests(told.acts),
        problems=find_problems(attributes, told.path),
        steps=suggest_steps(explanation, attributes, language, book),
        timezone=timezone,
        freshness=freshness,
        answers=tuple(answers),
        card=card,
        units=units or {},
    )


def _facts(lead: Mapping[str, Any], explanation: Explanation) -> dict[str, str]:
    facts = {name: str(lead[name]) for name in _FACTS if lead.get(name)}
    if explanation.stage:
        facts.setdefault("stage", explanation.stage)
    return facts


def _book(language: str, card: Scorecard | None) -> Phrasebook:
    plain = phrasebook(language)
    return plain if card is None else plain.with_card(card)


def _each(items: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [asdict(item) for item in items]
