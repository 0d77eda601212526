"""The hand-off package as headed lists of short lines: one content for every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualify.decide.words import load_words
from qualify.explain import digest
from qualify.explain.catalogue import Catalogue
from qualify.explain.words import Phrasebook, phrasebook

if TYPE_CHECKING:
    from qualify.decide.handoff import Handoff
    from qualify.decide.handoff_history import PathStep, Seen
    from qualify.decide.handoff_topics import Interest

__all__ = ["Section", "make_sections"]

_MOST_SEEN = 12
_MOST_COUNTS = 12
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; `numbered` where their order is an order of steps."""

    key: str
    heading: str
    lines: tuple[str, ...]
    numbered: bool = False


def make_sections(package: Handoff) -> tuple[Section, ...]:
    """Return all parts of the package; an empty part says that nothing is known, and is never left out."""
    words, book = load_words(package.language), phrasebook(package.language)
    parts = {
        "about": _about(package, words, book),
        "steps": package.steps,
        "model": tuple(_model(package, words, book)),
        "rules": tuple(_rules(package, book)),
        "interests": tuple(_interest(each, words, book) for each in package.interests),
        "problems": tuple(book.clean(each) for each in package.problems),
        "path": tuple(_path_line(step, words, book) for step in package.told.path),
        "webinars": tuple(_webinars(package, words)),
        "documents": _latest(package.told.documents),
        "requests": _latest(package.told.requests),
        "activities": tuple(
            words.say("handoff.counted", label=each.label, n=each.times, day=f"{each.last:%Y-%m-%d}")
            for each in package.told.counts[:_MOST_COUNTS]
        ),
    }  # fmt: skip
    return tuple(
        Section(key, words[f"handoff.heading.{key}"], lines or (words[f"handoff.none.{key}"],),
                numbered=key in ("steps", "path") and bool(lines))
        for key, lines in parts.items()
    )  # fmt: skip


def _about(package: Handoff, words: Catalogue, book: Phrasebook) -> tuple[str, ...]:
    facts = tuple(
        words.say(f"handoff.fact.{name}", value=book.stage(value) if name == "stage" else book.clean(value))
        for name, value in package.facts.items()
    )
    told = set(package.facts.values())
    given = tuple(
        f"{_tidy(str(name), book)}: {book.clean(str(value))}"
        for name, value in package.attributes.items()
        if value not in (None, "") and not isinstance(value, dict | list) and str(value) not in told
    )
    return (*facts, *given, digest.known_at(package.explanation, book))


def _tidy(column: str, book: Phrasebook) -> str:
    """Write a column's name as words: "job_title" becomes "Job title"."""
    name = book.clean(column.replace("_", " "))
    return name[:1].upper() + name[1:]


def _interest(each: Interest, words: Catalogue, book: Phrasebook) -> str:
    day = f"{each.last:%Y-%m-%d}"
    return words.say("handoff.interest", field=book.clean(each.field), n=each.activities, day=day)


def _model(package: Handoff, words: Catalogue, book: Phrasebook) -> Iterator[str]:
    lead = package.explanation
    yield words.say(
        "handoff.model",
        probability=book.percent(lead.probability),
        interval=digest.interval(lead, book),
        score=lead.score,
        band=digest.band_line(lead, book),
    )
    yield book.disagreement(lead.disagreement)
    # The sentences were made of clean values, and are longer than a value may be.
    yield from (f"▲ {reason.text}" for reason in lead.raising[:_MOST_LINES])
    yield from (f"▼ {reason.text}" for reason in lead.lowering[:_MOST_LINES])


def _rules(package: Handoff, book: Phrasebook) -> Iterator[str]:
    lead = package.explanation
    yield digest.card_summary(lead, book)
    yield book.recommended(lead.recommended_stage)
    for line in digest.counted_lines(lead)[:_MOST_LINES]:
        yield book.clean(f"{line.label}: {line.found} ({book.points(line.points)})")


def _webinars(package: Handoff, words: Catalogue) -> Iterator[str]:
    yield from _latest(package.told.webinars)
    for line in _latest(package.told.registered):
        yield words.say("handoff.missed", text=line)


def _path_line(step: PathStep, words: Catalogue, book: Phrasebook) -> str:
    after = "" if step.days is None else words.say("handoff.after", days=f"{step.days:.1f}")
    doing = words.say("handoff.meanwhile", did=", ".join(step.between)) if step.between else ""
    reason = words.say("handoff.reason", reason=book.clean(step.reason)) if step.reason else ""
    return f"{step.at:%Y-%m-%d} {book.clean(step.label)}{after}{reason}{doing}"


def _latest(seen: tuple[Seen, ...]) -> tuple[str, ...]:
    """Return the latest ones, newest first."""
    return tuple(f"{each.at:%Y-%m-%d} {each.text}" for each in reversed(seen[-_MOST_SEEN:]))
