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
_SMALLEST_MOVE = 0.005
"""Change of the chance below which nothing has to be explained."""
_MOST_CHANGES = 3
_MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Move:
    """One scoring, and what is different from the one before.

    Parameters
    ----------
    note
        A remark instead of, or beside, the changes: the first score, a new model, nothing changed, or that
        what is not listed outweighed what is.
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


def _note(old: ScoreRecord | None, new: ScoreRecord, changes: tuple[ShownReason, ...], words: Words) -> str:
    if old is None:
        return words.text("lead.history_first")
    if old.score["model_version"] != new.score["model_version"]:
        return words.text("lead.history_model")
    away = float(new.score["probability"]) - float(old.score["probability"])
    moved = abs(away) >= _SMALLEST_MOVE
    if not changes:
        return words.text("lead.history_small" if moved else "lead.history_same")
    against = moved and all((change.side == "raises") != (away > 0) for change in changes)
    return words.text("lead.history_outweighed") if against else ""


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], words: Words) -> tuple[ShownReason, ...]:
    """Compare the stored reasons field by field; one that is stored on one side only counts from nothing."""
    was = {reason["feature"]: reason for reason in old["reasons"]}
    now = {reason["feature"]: reason for reason in new["reasons"]}
    moved = []
    for feature in {**now, **was}:
        new_one, old_one = now.get(feature), was.get(feature)
        after, before = (float(each["contribution"]) if each else 0.0 for each in (new_one, old_one))
        # The same value with a slightly other weight is no news: the lead did nothing.
        same = new_one is not None and old_one is not None and new_one["value"] == old_one["value"]
        if abs(after - before) >= _SMALLEST and not same:
            moved.append((after - before, old_one, new_one))
    moved.sort(key=lambda change: -abs(change[0]))
    return tuple(_say(*change, words) for change in moved[:_MOST_CHANGES])


def _say(
    size: float, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, words: Words
) -> ShownReason:
    """Say one change: what is new, what is gone, or a value that became another."""
    clean = words.book.clean
    if old is not None and new is not None:
        parts = {"label": new["label"], "before": old["value"], "after": new["value"]}
        text = words.text("lead.history_changed", **{name: clean(str(part)) for name, part in parts.items()})
    elif new is not None:
        text = _fact(new, words)
    else:
        text = words.text("lead.history_gone", reason=_fact(old or {}, words))
    return ShownReason(text, "raises" if size > 0 else "lowers", str(words.book.strength(size)))


def _fact(reason: Mapping[str, Any], words: Words) -> str:
    return words.book.fact(str(reason["text"]), float(reason["contribution"]))


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
