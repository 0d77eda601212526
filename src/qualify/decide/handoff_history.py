"""What a lead did, drawn from its document for the hand-over: webinars, documents, requests, the path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from qualify.config import Data
from qualify.decide.activity_kinds import types_of
from qualify.explain.words import Phrasebook
from qualify.leads.documents import tables_from_documents

__all__ = ["Act", "Answered", "Counted", "PathStep", "Seen", "Told", "read_history"]

_MOST_BETWEEN = 4


@dataclass(frozen=True, slots=True)
class Act:
    """One activity: its type as in the data, its time and its topic."""

    type: str
    at: datetime
    topic: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A webinar, a document or a request: what it was, when, and in words."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a lead did one thing, and when last."""

    type: str
    label: str
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class PathStep:
    """A stage on the way: when it was entered, how long that took, and what the lead did meanwhile."""

    stage: str
    label: str
    at: datetime
    days: float | None
    between: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What sales answered, or that the lead came back: in words, and by whom.

    Parameters
    ----------
    verdict, reason
        Codes of the answer; None where the lead came back.
    comment
        In the words of whoever answered; empty: none.
    """

    at: datetime
    verdict: str | None
    reason: str | None
    actor: str
    text: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The history of one lead as known at a moment, oldest first."""

    acts: tuple[Act, ...]
    webinars: tuple[Seen, ...]
    registered: tuple[Seen, ...]
    documents: tuple[Seen, ...]
    requests: tuple[Seen, ...]
    counts: tuple[Counted, ...]
    path: tuple[PathStep, ...]


def read_history(document: Mapping[str, Any], as_of: datetime, timezone: str, book: Phrasebook) -> Told:
    """Read activities and stages of a lead document by the way that scoring takes.

    Nothing that happened or was recorded after `as_of` is in it.
    """
    tables, _ = tables_from_documents([document], Data(leads="-", timezone=timezone), {})
    moment = round(as_of.timestamp() * 1e6)
    found, types = tables.activities, tables.activities.types
    acts = tuple(
        Act(types[found.type[i]], _time(found.occurred_at[i]),
            found.topics[found.topic[i]] if found.topic[i] >= 0 else None)
        for i in range(len(found)) if found.known_at[i] <= moment
    )  # fmt: skip
    of_kind = {
        kind: {name for name, is_one in zip(types, types_of(kind, types), strict=True) if is_one}
        for kind in ("webinar_attended", "webinar_registered", "document", "request")
    }

    def seen(kind: str) -> tuple[Seen, ...]:
        return tuple(
            Seen(act.at, book.event(act.type, act.topic)) for act in acts if act.type in of_kind[kind]
        )

    came = {act.topic for act in acts if act.type in of_kind["webinar_attended"]}
    missed = tuple(
        Seen(act.at, book.event(act.type, act.topic))
        for act in acts
        if act.type in of_kind["webinar_registered"] and act.topic not in came
    )
    return Told(
        acts, seen("webinar_attended"), missed, seen("document"), seen("request"), _counts(acts, book),
        tuple(_path(tables.stages, moment, acts, book)),
    )  # fmt: skip


def _counts(acts: tuple[Act, ...], book: Phrasebook) -> tuple[Counted, ...]:
    """Return how often each type occurred, most frequent first."""
    times = Counter(act.type for act in acts)
    last = {act.type: act.at for act in acts}
    return tuple(Counted(name, book.event(name), n, last[name]) for name, n in times.most_common())


def _path(stages: Any, moment: int, acts: tuple[Act, ...], book: Phrasebook) -> Iterator[PathStep]:
    """Yield the stages in the order they were entered, each with what happened since the one before."""
    before: datetime | None = None
    for i in range(len(stages)):
        if stages.known_at[i] > moment:
            continue
        at, name = _time(stages.entered_at[i]), stages.stages[stages.stage[i]]
        since = [act.type for act in acts if act.at <= at and (before is None or act.at > before)]
        between = tuple(
            book.text("activity.event_repeated", event=book.event(kind), n=n) if n > 1 else book.event(kind)
            for kind, n in Counter(since).most_common(_MOST_BETWEEN)
        )
        days = None if before is None else (at - before).total_seconds() / 86_400
        reason = stages.reasons[stages.reason[i]] if stages.reason[i] >= 0 else None
        yield PathStep(name, book.stage(name), at, days, between, reason)
        before = at


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(int(micros) / 1e6, UTC)
