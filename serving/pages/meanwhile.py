"""What a second tab is told where the lead was answered since its page was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.pages.lead_page import name_of
from serving.pages.site import lead_url

if TYPE_CHECKING:
    from starlette.responses import Response

    from qualify.ledger import LeadRecord
    from serving.pages.site import Visit
    from serving.pages.words import Words

__all__ = ["NO_ANSWER", "ask_again"]

NO_ANSWER = "none"
"""What a form says was seen where there was no answer: an empty field means that the form does not say."""


def ask_again(visit: Visit, record: LeadRecord, given: dict[str, str]) -> Response:
    """Show the answer that came in between, with the choice to answer all the same.

    Parameters
    ----------
    record
        The lead as it stands now.
    given
        The fields of the form that was sent, without its key.
    """
    words, last = visit.words, record.last_answer
    fields = {**given, "seen": NO_ANSWER if last is None else last.id}
    return visit.page(
        "meanwhile", status=409, here="queue", told=_tell(visit, record), name=name_of(record, words),
        comment="" if last is None else last.comment or "", verdict=given["verdict"],
        fields=list(fields.items()), action=lead_url(record.lead_id, "answer"), lead=lead_url(record.lead_id),
    )  # fmt: skip


def _tell(visit: Visit, record: LeadRecord) -> str:
    """Say who answered when and what: "Suzuki answered 2 min ago: accepted"."""
    words, last = visit.words, record.last_answer
    if last is None:  # taken back a moment ago
        return words.text("lead.answer_none")
    ago = words.ago(last.at, visit.now)
    return words.text(
        "meanwhile.told",
        actor=words.book.clean(last.actor),
        ago=ago,
        what=_what(words, last.verdict, last.reason),
    )


def _what(words: Words, verdict: str, reason: str | None) -> str:
    said = words.text(f"verdict.{verdict}")
    if reason is None:
        return said
    return words.text("lead.event.because", what=said, reason=words.text(f"reason.{reason}"))
