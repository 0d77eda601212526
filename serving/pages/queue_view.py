"""One row of the queue as the page shows it, and the sentence above the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from serving.pages.pictures import interval_bar

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from qualify.ledger import QueueRow
    from serving.pages.words import Words

__all__ = [
    "ShownReason",
    "ShownRow",
    "Waiting",
    "show_picked",
    "show_reasons",
    "show_recommended",
    "show_row",
    "show_waiting",
]


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason, whether it ``raises`` or ``lowers`` the chance, and what became of past leads like it.

    Parameters
    ----------
    side, strength
        Empty where no direction is claimed.
    """

    text: str
    side: str
    strength: str
    past: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a lead has waited for a first answer."""

    text: str
    since: datetime
    over: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the queue in words."""

    lead: QueueRow
    name: str
    who: tuple[str, ...]
    probability: str
    chance: str
    interval: str
    bar: Markup
    reasons: tuple[ShownReason, ...]
    rules: str
    recommended: str
    trend: str
    trend_side: str
    waiting: Waiting | None
    disagreement: str
    last_answer: str
    picked: str = ""


def show_row(row: QueueRow, words: Words, now: datetime, limit: timedelta) -> ShownRow:
    """Say one row of the queue.

    Parameters
    ----------
    limit
        The agreed time to the first approach.
    """
    book = words.book
    name = book.clean(row.name or row.company or row.lead_id)
    company = book.clean(row.company) if row.name and row.company else ""
    owner = book.clean(row.owner) if row.owner else words.text("owner.none")
    trend, side = _trend(row.score_change, words)
    return ShownRow(
        lead=row,
        name=name,
        who=tuple(part for part in (company, words.stage(row.stage) if row.stage else "", owner) if part),
        probability=words.percent(row.probability),
        chance=words.chance(row.probability),
        interval=words.text(
            "interval", low=words.percent(row.probability_low), high=words.percent(row.probability_high)
        ),
        bar=interval_bar(row.probability_low, row.probability_high, row.probability),
        reasons=show_reasons(row.reasons, words),
        rules=words.text(
            "queue.rules", points=words.points(row.rule_points), band=book.rule_band(row.rule_band)
        ),
        recommended=show_recommended(row.recommended_stage, row.stage, words),
        trend=trend,
        trend_side=side,
        waiting=show_waiting(row.waiting_since, words, now, limit),
        disagreement="" if row.disagreement == "none" else words.text(f"disagreement.{row.disagreement}"),
        last_answer=words.text(f"verdict.{row.last_answer}") if row.last_answer else "",
        picked=show_picked(row.picked_by_lot, row.band, words),
    )


def show_recommended(recommended: str | None, stage: str | None, words: Words) -> str:
    """Say which stage the scorecard recommends, where the lead is not in it already."""
    if not recommended or (stage and words.stage(stage) == words.stage(recommended)):
        return ""
    return words.text("queue.recommended", stage=words.stage(recommended))


def show_picked(picked: bool | None, band: str, words: Words) -> str:
    """Ask to work a lead that was picked by lot; one in band A is worked anyway."""
    return words.text("queue.picked") if picked and band != "A" else ""


def show_reasons(reasons: Sequence[Mapping[str, Any]], words: Words) -> tuple[ShownReason, ...]:
    """Say stored reasons: the sentence, with its direction apart from it."""
    shown = []
    for reason in reasons:
        size = float(reason["contribution"])
        strength = str(words.book.strength(size))
        text = words.book.fact(str(reason["text"]), size)
        shown.append(ShownReason(text, "raises" if size > 0 else "lowers", strength))
    return tuple(shown)


def show_waiting(since: datetime | None, words: Words, now: datetime, limit: timedelta) -> Waiting | None:
    """Say how long a lead has waited, and whether that is longer than agreed."""
    if since is None:
        return None
    waited = max(now - since, now - now)
    over = waited > limit
    text = words.text("queue.waiting_over" if over else "queue.waiting", span=words.span(waited))
    return Waiting(text, since, over)


def _trend(change: float | None, words: Words) -> tuple[str, str]:
    """Say how the score moved since last week."""
    if change is None:
        return "", ""
    if round(change) == 0:
        return words.text("trend.same"), "same"
    side = "up" if change > 0 else "down"
    return words.text(f"trend.{side}", n=words.number(abs(round(change)))), side
