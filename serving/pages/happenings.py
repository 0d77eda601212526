"""Who did what with a lead, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from qualify.ledger import LedgerEvent
    from serving.pages.words import Words

__all__ = ["Happening", "list_happenings"]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that somebody did; `comment` is in that person's own words."""

    at: datetime
    actor: str
    text: str
    comment: str


def list_happenings(events: Sequence[LedgerEvent], words: Words) -> list[Happening]:
    """Return what people did with a lead, newest first."""
    return [
        Happening(
            event.at,
            words.text("actor.qualify") if event.actor == "qualify" else words.book.clean(event.actor),
            _say(event.kind, event.detail, words),
            str(event.detail.get("comment") or ""),
        )
        for event in reversed(events)
    ]


def _say(kind: str, detail: Mapping[str, Any], words: Words) -> str:
    if kind in {"answer", "undo"}:
        verdict = words.text(f"verdict.{detail['verdict']}")
        reason = detail.get("reason")
        what = (
            words.text("lead.event.because", what=verdict, reason=words.text(f"reason.{reason}"))
            if reason
            else verdict
        )
        return words.text(f"lead.event.{kind}", what=what)
    if kind == "assign":
        after = detail.get("after")
        if not after:
            return words.text("lead.event.unassign")
        return words.text("lead.event.assign", what=words.book.clean(str(after)))
    if kind == "stage":
        return words.text("lead.event.stage", what=words.stage(detail.get("after")))
    return words.text("lead.event.return")
