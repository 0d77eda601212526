"""What a sales person does first with a lead."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.explain.explanation import Explanation
from qualify.explain.reasons import Reason
from qualify.explain.words import Phrasebook

_CALL = {"A", "B"}
"""The bands of leads that are called; only for those is it said how to start the talk."""

_MOST_QUESTIONS = 3


def first_steps(lead: Explanation, book: Phrasebook) -> tuple[str, ...]:
    """Suggest the first steps: what to do by band, how to open the talk, and what to find out.

    Returns
    -------
    tuple of str
        One to four sentences, most important first.
    """
    if lead.closed:
        return (book.text("first_step.closed", stage=book.stage(lead.stage or "")),)
    return tuple(_steps(lead, book))


def _steps(lead: Explanation, book: Phrasebook) -> Iterator[str]:
    yield book.text(f"first_step.{lead.band}")
    if lead.disagreement != "none":
        yield book.text(f"first_step.{lead.disagreement}")
    if lead.band not in _CALL:
        return
    openers = (_opener(reason, book) for reason in lead.raising)
    yield from [opener for opener in openers if opener][:1]
    unknown = [reason.label for reason in lead.reasons if reason.value == book.text("missing.value")]
    if unknown:
        labels = book.text("first_step.and").join(unknown[:_MOST_QUESTIONS])
        yield book.text("first_step.ask", labels=labels)


def _opener(reason: Reason, book: Phrasebook) -> str:
    """Return how to talk about what the lead did; nothing where it speaks for the lead by not doing it."""
    kind, _, activity = reason.feature.partition(":")
    return book.opener(activity) if kind == "activity" and reason.value != "0" else ""
