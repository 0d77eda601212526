"""The hand-off package of a lead as it stands: with the first steps that are left to do."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from qualify.decide.handoff import Handoff, build_handoff
from qualify.decide.handoff_history import Answered
from qualify.explain.advice import first_steps
from qualify.ledger.records import CLOSING
from serving.pages.happenings import list_happenings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qualify.decide.freshness import Freshness
    from qualify.explain.explanation import Explanation
    from qualify.ledger import LeadRecord, LedgerEvent
    from serving.pages.words import Words

__all__ = ["hand_over", "list_answers", "steps_left"]


def hand_over(
    record: LeadRecord,
    story: Explanation,
    document: Mapping[str, Any],
    words: Words,
    freshness: Freshness,
    events: Sequence[LedgerEvent] = (),
    units: Mapping[str, str] | None = None,
) -> Handoff:
    """Return the hand-off package; its dates are told in the zone of the words.

    Parameters
    ----------
    events
        What happened to the lead on the desk: answers that were not taken back stand in its path.
    units
        What stands beside the numbers of some attributes, by name.
    """
    package = build_handoff(
        asdict(record.facts), story, document, words.language, timezone=words.timezone, freshness=freshness,
        answers=list_answers(events, words), card=words.card, units=units,
    )  # fmt: skip
    return replace(package, steps=steps_left(package.steps, story, record, words))


def list_answers(events: Sequence[LedgerEvent], words: Words) -> list[Answered]:
    """Return the answers of sales that hold, and when the lead came back, oldest first."""
    undone = {event.detail["answer_id"] for event in events if event.kind == "undo"}
    kept = [
        event
        for event in events
        if event.kind == "return" or (event.kind == "answer" and event.detail["answer_id"] not in undone)
    ]
    told = reversed(list_happenings(kept, words))
    return [
        Answered(
            event.at, event.detail.get("verdict"), event.detail.get("reason"), said.actor, said.text,
            said.comment,
        )
        for event, said in zip(kept, told, strict=True)
    ]  # fmt: skip


def steps_left(steps: Sequence[str], story: Explanation, record: LeadRecord, words: Words) -> tuple[str, ...]:
    """Return the steps without those that the last answer has done: what a band says is about calling first.

    A lead that came back after its answer has all of its steps again.
    """
    answer = record.last_answer
    if answer is None or record.returned_at is not None:
        return tuple(steps)
    if answer.verdict in CLOSING:
        return ()
    if story.closed:
        return tuple(steps)
    call, following = first_steps(story, words.book)[0], words.text(f"lead.steps.{answer.verdict}")
    return tuple(following if step == call else step for step in steps)
