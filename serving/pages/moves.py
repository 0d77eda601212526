"""How a lead's score moved from one scoring to the next, and which reasons changed with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from serving.pages.pictures import sparkline
from serving.pages.queue_view import ShownReason

if TYPE_CHECKING:
    from datetime import datetime

    from qualify.ledger import ScoreRecord
    from serving.pages.words import Words

__all__ = ["Move", "draw_history", "list_moves"]

_SMALLEST = 0.1
"""Log-odds below which the change of a reason is not worth telling."""
_MOST_CHANGES = 3
_MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Move:
    """One scoring, and what is different from the one before.

    Parameters
    ----------
    note
        A remark instead of, or beside, the changes: the first score, a new model, nothing changed.
    """

    as_of: datetime
    probability: str
    band: str
    note: str
    changes: tuple[ShownReason, ...]


def list_moves(history: Sequence[ScoreRecord], words: Words) -> list[Move]:
    """Return the scorings of a lead, newest first, each with what moved it."""
    before: list[ScoreRecord | None] = [None, *history[:-1]]
    moves = [_move(old, new, words) for old, new in zip(before, history, strict=True)]
    return moves[::-1][:_MOST_ROWS]


def _move(old: ScoreRecord | None, new: ScoreRecord, words: Words) -> Move:
    changes = () if old is None else _changes(old.score, new.score, words)
    return Move(
        as_of=new.as_of,
        probability=words.percent(new.score["probability"]),
        band=str(new.score["band"]),
        note=_note(old, new, changes, words),
        changes=changes,
    )


def _note(
    old: ScoreRecord | None, new: ScoreRecord, changes: tuple[ShownReason, ...], words: Words
) -> str:
    if old is None:
        return words.text("lead.history_first")
    if old.score["model_version"] != new.score["model_version"]:
        return words.text("lead.history_model")
    return "" if changes else words.text("lead.history_same")


def _changes(
    old: Mapping[str, Any], new: Mapping[str, Any], words: Words
) -> tuple[ShownReason, ...]:
    """Compare the stored reasons field by field; one that is stored on one side only counts from nothing."""
    was = {reason["feature"]: reason for reason in old["reasons"]}
    now = {reason["feature"]: reason for reason in new["reasons"]}
    moved = []
    for feature in {**now, **was}:
        after = float(now[feature]["contribution"]) if feature in now else 0.0
        before = float(was[feature]["contribution"]) if feature in was else 0.0
        told = now.get(feature) or was[feature]
        # The same sentence with a slightly other weight is no news; the lead did nothing.
        same = feature in now and feature in was and now[feature]["value"] == was[feature]["value"]
        if abs(after - before) >= _SMALLEST and not same:
            moved.append((after - before, feature in now, told))
    moved.sort(key=lambda change: -abs(change[0]))
    return tuple(_say(size, there, told, words) for size, there, told in moved[:_MOST_CHANGES])


def _say(size: float, there: bool, told: Mapping[str, Any], words: Words) -> ShownReason:
    fact = words.book.clean(words.book.fact(str(told["text"]), float(told["contribution"])))
    text = fact if there else words.text("lead.history_gone", reason=fact)
    return ShownReason(text, "raises" if size > 0 else "lowers", str(words.book.strength(size)))


def draw_history(history: Sequence[ScoreRecord], words: Words) -> Markup:
    """Draw the chance over time; empty for fewer than two scorings."""
    if len(history) < 2:
        return Markup("")
    shares = [float(record.score["probability"]) for record in history]
    label = words.text(
        "lead.history_picture", n=words.number(len(history)),
        first=words.percent(shares[0]), last=words.percent(shares[-1]),
    )  # fmt: skip
    return sparkline([record.as_of.timestamp() for record in history], shares, label)
