"""The hand-off package as headed lists of short lines: one content for every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualify.decide.handoff_facts import say_about
from qualify.decide.words import load_words, say_day
from qualify.explain import digest
from qualify.explain.catalogue import Catalogue
from qualify.explain.words import Phrasebook

if TYPE_CHECKING:
    from qualify.decide.handoff import Handoff
    from qualify.decide.handoff_history import Answered, Counted, PathStep, Seen
    from qualify.decide.handoff_topics import Interest

__all__ = ["Section", "make_sections"]

_MOST_SEEN = 12
_MOST_COUNTS = 12
_MOST_LINES = 8
_DAYS_AS_HOURS = 2


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; `numbered` where their order is an order of steps."""

    key: str
    heading: str
    lines: tuple[str, ...]
    numbered: bool


def make_sections(package: Handoff) -> tuple[Section, ...]:
    """Return all parts of the package; an empty part says that nothing is known, and is never left out."""
    words, book = load_words(package.language), package.book
    zone = package.timezone
    parts = {
        "about": say_about(package, words, book, zone),
        "steps": package.steps,
        "model": tuple(_model(package, words, book)),
        "rules": tuple(_rules(package, words, book)),
        "interests": tuple(_interest(each, words, book, zone) for each in package.interests),
        "problems": tuple(book.clean(each) for each in package.problems),
        "path": _path(package, words, book, zone),
        "webinars": tuple(_webinars(package, words, zone)),
        "documents": _latest(package.told.documents, words, zone),
        "requests": _latest(package.told.requests, words, zone),
        "activities": tuple(_counted(each, words, zone) for each in package.told.counts[:_MOST_COUNTS]),
    }  # fmt: skip
    return tuple(
        Section(key, words[f"handoff.heading.{key}"], lines or (words[f"handoff.none.{key}"],),
                numbered=key in ("steps", "path") and bool(lines))
        for key, lines in parts.items()
    )  # fmt: skip


def _interest(each: Interest, words: Catalogue, book: Phrasebook, zone: str) -> str:
    key = f"handoff.interest.{'one' if each.activities == 1 else 'many'}"
    day = say_day(words, each.last, zone)
    return words.say(key, field=book.clean(each.field), n=each.activities, day=day)


def _counted(each: Counted, words: Catalogue, zone: str) -> str:
    key = f"handoff.counted.{'one' if each.times == 1 else 'many'}"
    return words.say(key, label=each.label, n=each.times, day=say_day(words, each.last, zone))


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


def _rules(package: Handoff, words: Catalogue, book: Phrasebook) -> Iterator[str]:
    lead = package.explanation
    yield digest.card_summary(lead, book)
    yield book.recommended(lead.recommended_stage)
    yield from lead.cause
    if package.freshness is not None:
        yield from filter(None, [package.freshness.warning(lead.recommended_stage, words, book)])
    for line in digest.counted_lines(lead)[:_MOST_LINES]:
        said = words.say(
            "handoff.rule", label=line.label, found=line.found, points=book.points(line.points)
        )  # fmt: skip
        yield book.clean(said)


def _webinars(package: Handoff, words: Catalogue, zone: str) -> Iterator[str]:
    yield from _latest(package.told.webinars, words, zone)
    for line in _latest(package.told.registered, words, zone):
        yield words.say("handoff.missed", text=line)


def _path(package: Handoff, words: Catalogue, book: Phrasebook, zone: str) -> tuple[str, ...]:
    """Return the stages and the answers of sales, oldest first; at one moment the stage stands first."""
    lines = [(step.at, _path_line(step, words, book, zone)) for step in package.told.path]
    lines += [(each.at, _answer_line(each, words, book, zone)) for each in package.answers]
    return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def _answer_line(each: Answered, words: Catalogue, book: Phrasebook, zone: str) -> str:
    said = {"day": say_day(words, each.at, zone), "text": each.text, "actor": book.clean(each.actor)}
    comment = words.say("handoff.comment", comment=book.clean(each.comment)) if each.comment else ""
    return words.say("handoff.answered", **said) + comment


def _path_line(step: PathStep, words: Catalogue, book: Phrasebook, zone: str) -> str:
    between = book.text("list.comma").join(step.between)
    return "".join((
        words.say("handoff.seen", day=say_day(words, step.at, zone), text=book.clean(step.label)),
        "" if step.days is None else _after(step.days, words),
        words.say("handoff.reason", reason=book.clean(step.reason)) if step.reason else "",
        words.say("handoff.meanwhile", did=between) if between else "",
    ))  # fmt: skip


def _after(days: float, words: Catalogue) -> str:
    """Say how long after the stage before: in whole hours up to two days, then in whole days."""
    if days * 24 < 1:
        return words["handoff.after.soon"]
    if days < _DAYS_AS_HOURS:
        return words.say("handoff.after.hours", n=int(days * 24))
    return words.say("handoff.after.days", n=int(days))


def _latest(seen: tuple[Seen, ...], words: Catalogue, zone: str) -> tuple[str, ...]:
    """Return the latest ones, newest first."""
    return tuple(
        words.say("handoff.seen", day=say_day(words, each.at, zone), text=each.text)
        for each in reversed(seen[-_MOST_SEEN:])
    )
