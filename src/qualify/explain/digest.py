"""Short texts about one lead that its page and its text share."""

from __future__ import annotations

from itertools import groupby

from qualify.explain.explanation import CardLine, Event, Explanation
from qualify.explain.words import Phrasebook

MOST_EVENTS = 12
"""Events shown of a time line; the earlier ones are counted."""


def interval(lead: Explanation, book: Phrasebook) -> str:
    """Say the interval of the probability: "90% interval: 31% to 55%"."""
    low, high = book.percent(lead.probability_low), book.percent(lead.probability_high)
    return book.text("lead.interval", low=low, high=high)


def known_at(lead: Explanation, book: Phrasebook) -> str:
    """Say up to when things are known: "As known at 2026-06-30 09:00 UTC"."""
    return book.text("lead.as_of", time=book.time(lead.as_of))


def band_line(lead: Explanation, book: Phrasebook) -> str:
    """Say the band and what it means: "Band A: call first"."""
    return book.text("lead.band_line", band=lead.band, meaning=book.band(lead.band))


def card_summary(lead: Explanation, book: Phrasebook) -> str:
    """Say the scorecard's verdict: "64 points, band B"."""
    return book.text(
        "lead.card_summary", points=book.points(lead.rule_points), band=book.rule_band(lead.rule_band)
    )


def counted_lines(lead: Explanation) -> tuple[CardLine, ...]:
    """Return the rules that gave or took points, most points first."""
    counted = (line for line in lead.card if round(line.points, 1) != 0)
    return tuple(sorted(counted, key=lambda line: -line.points))


def latest_events(lead: Explanation, book: Phrasebook) -> tuple[tuple[Event, ...], int]:
    """Return the latest events, newest first, and how many earlier ones there are.

    Equal events that follow each other on one day are told as one, with their number.
    """
    events = sorted(lead.timeline, key=lambda event: event.time, reverse=True)
    runs = [list(run) for _, run in groupby(events, key=lambda event: (book.day(event.time), event.text))]
    shown = tuple(_told_once(run, book) for run in runs[:MOST_EVENTS])
    return shown, sum(len(run) for run in runs[MOST_EVENTS:])


def _told_once(run: list[Event], book: Phrasebook) -> Event:
    latest = run[0]
    if len(run) == 1:
        return latest
    return Event(latest.time, book.text("activity.event_repeated", event=latest.text, n=len(run)))


def made_by(lead: Explanation, book: Phrasebook) -> str:
    """Say what made the score: "Made by model 3, scorecard 2026-04"."""
    versions = (("model_version", lead.model_version), ("scorecard_version", lead.scorecard_version))
    said = [book.text(f"lead.{key}", version=book.clean(version)) for key, version in versions if version]
    return book.text("lead.made_by", versions=book.text("list.comma").join(said)) if said else ""
