"""What a sales person does first with a lead."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.explain.explanation import Explanation
from qualify.explain.reasons import Reason
from qualify.explain.words import Phrasebook

_CALL = {"A", "B"}
"""The bands of leads that are called; only for those is it said how to start the talk."""

_REQUESTS = ("call_booked", "demo_request", "contact_form", "followup_reply")
"""What waits for an answer from sales: it opens the talk before anything the lead merely looked at."""

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
    done = [_done(reason) for reason in lead.raising]
    openers = [book.opener(activity) for activity in sorted(done, key=lambda each: each not in _REQUESTS)]
    yield from [opener for opener in openers if opener][:1]
    unknown = [reason.label for reason in lead.reasons if reason.value == book.text("missing.value")]
    if unknown:
        labels = book.text("first_step.and").join(unknown[:_MOST_QUESTIONS])
        yield book.text("first_step.ask", labels=labels)


def _done(reason: Reason) -> str:
    """Return the type of what the lead did; empty for other reasons, and for what it did not do."""
    kind, _, activity = reason.feature.partition(":")
    return activity if kind == "activity" and reason.value != "0" else ""
