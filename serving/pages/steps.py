"""The first steps that are left to do after sales answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualify.explain.advice import first_steps
from qualify.ledger.records import CLOSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qualify.explain.explanation import Explanation
    from qualify.ledger import LeadRecord
    from serving.pages.words import Words

__all__ = ["steps_left"]


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
