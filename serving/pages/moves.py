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
        no stored reason explains the move.
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
    if _another_model(old.score, new.score):
        return words.text("lead.history_model")
    away = float(new.score["probability"]) - float(old.score["probability"])
    if abs(away) >= _SMALLEST_MOVE:
        against = "lowers" if away > 0 else "raises"
        unexplained = all(change.side == against for change in changes)
        return words.text("lead.history_unexplained") if unexplained else ""
    return "" if changes else words.text("lead.history_same")


def _another_model(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return bool(old["model_version"] != new["model_version"])


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], words: Words) -> tuple[ShownReason, ...]:
    """Compare the stored reasons: first the values that became others, then what joined or left the list.

    Only the strongest reasons are stored with a score: one that is on one side only may have had its value,
    and its weight, on the other side too. It is told without a direction.
    """
    was = {reason["feature"]: reason for reason in old["reasons"]}
    now = {reason["feature"]: reason for reason in new["reasons"]}
    became = [(was[each], now[each]) for each in now if each in was and _differ(was[each], now[each])]
    became.sort(key=lambda pair: -abs(_change(*pair)))
    directed = not _another_model(old, new)
    told = [_say_changed(*pair, words, directed=directed) for pair in became]
    told += [_say_listed("joined", now[each], words) for each in now if each not in was]
    told += [_say_listed("left", was[each], words) for each in was if each not in now]
    return tuple(told[:_MOST_CHANGES])


def _change(old: Mapping[str, Any], new: Mapping[str, Any]) -> float:
    return float(new["contribution"]) - float(old["contribution"])


def _differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether the value of a reason became another, and that counted.

    The same value with another weight is no news, and another label is another language: so is its value.
    """
    same = new["value"] == old["value"] or new["label"] != old["label"]
    return not same and abs(_change(old, new)) >= _SMALLEST


def _say_changed(
    old: Mapping[str, Any], new: Mapping[str, Any], words: Words, *, directed: bool
) -> ShownReason:
    """Say a value that became another; two models' weights are not compared, so no direction then."""
    parts = {"label": new["label"], "before": old["value"], "after": new["value"]}
    clean = {name: words.book.clean(str(part)) for name, part in parts.items()}
    text = words.text("lead.history_changed", **clean)
    if not directed:
        return ShownReason(text, "", "")
    size = _change(old, new)
    return ShownReason(text, "raises" if size > 0 else "lowers", str(words.book.strength(size)))


def _say_listed(how: str, reason: Mapping[str, Any], words: Words) -> ShownReason:
    """Say that a reason ``joined`` or ``left`` the stored ones."""
    return ShownReason(words.text(f"lead.history_reason.{how}", reason=_fact(reason, words)), "", "")


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
