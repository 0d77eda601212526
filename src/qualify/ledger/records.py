"""What the ledger gives back about leads, their scores and sales' answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

Verdict: TypeAlias = Literal["accepted", "rejected", "recycled", "meeting_booked", "won", "lost"]
Origin: TypeAlias = Literal["batch", "api"]
AlertKind: TypeAlias = Literal["band_a", "sql"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
CLOSING: tuple[Verdict, ...] = ("rejected", "recycled", "won", "lost")
"""After these a lead is no longer open."""
RETURNING: tuple[Verdict, ...] = ("rejected", "recycled")
"""From these a lead can come back by itself."""
REASONED: tuple[Verdict, ...] = ("rejected", "recycled", "lost")
"""To these sales may give a reason."""
REASONS = ("no_need", "no_budget", "wrong_person", "not_reached", "competitor", "duplicate", "bad_data",
           "too_early", "other")  # fmt: skip
"""Codes of the reasons; words of one's own go to the comment."""


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What the desk shows of a lead besides its score; None: not known, and what was known before stays.

    Parameters
    ----------
    stage, stage_since
        The lead's stage in the funnel, and when it was entered.
    last_activity_at
        The latest thing the lead did: only after one can a lead that was sent back come in again.
    """

    name: str | None = None
    company: str | None = None
    owner: str | None = None
    source: str | None = None
    stage: str | None = None
    stage_since: datetime | None = None
    created_at: datetime | None = None
    last_activity_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a score list: every row is counted once.

    Parameters
    ----------
    stored
        Rows that are new in the ledger.
    repeated
        Rows that were there already.
    forgotten
        Rows of leads that were erased, and are refused.
    alerts
        Messages put into the outbox.
    """

    stored: int = 0
    repeated: int = 0
    forgotten: int = 0
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of sales.

    Parameters
    ----------
    shown
        The score that the ledger showed at that time: `as_of`, `probability`, `score`, `band`, `rule_band`,
        `recommended_stage`, `model_version`, `scorecard_version`.
    repeated
        Whether the call that returned it was a repetition of an earlier one.
    """

    id: str
    lead_id: str
    verdict: Verdict
    reason: str | None
    comment: str | None
    actor: str
    at: datetime
    shown: Mapping[str, Any]
    undone_at: datetime | None = None
    undone_by: str | None = None
    repeated: bool = False

    @property
    def undone(self) -> bool:
        """Whether the answer was taken back."""
        return self.undone_at is not None


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """Something that happened to a lead.

    Parameters
    ----------
    kind
        ``answer``, ``undo``, ``assign``, ``stage`` (the stage changed) or ``return`` (it came back).
    actor
        Who did it; ``qualify`` where no person did.
    detail
        ``answer``, ``undo``: `answer_id`, `verdict`, `reason`, `comment`. ``assign``, ``stage``: `before`,
        `after`. ``return``: `band`, `recommended_stage`.
    """

    lead_id: str
    at: datetime
    kind: Literal["answer", "undo", "assign", "stage", "return"]
    actor: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScoreRecord:
    """One stored score.

    Parameters
    ----------
    score
        The row of the score list, by the names of its columns; `reasons` is a list of objects.
    """

    lead_id: str
    as_of: datetime
    recorded_at: datetime
    origin: Origin
    score: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeadRecord:
    """One lead as it stands.

    Parameters
    ----------
    score
        The latest score by the names of the score list's columns; `reasons` is a list of objects.
    previous
        The score before it, where there is one.
    open
        Whether the lead is on the desk.
    waiting_since
        First moment in band A or in the SQL criteria without an answer.
    last_answer
        The last answer that was not undone.
    returned_at
        When the lead came back after that answer.
    """

    lead_id: str
    facts: LeadFacts
    score: Mapping[str, Any]
    previous: Mapping[str, Any] | None
    open: bool
    waiting_since: datetime | None
    last_answer: Answer | None
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: rows by the kind of record."""

    lead_id: str
    at: datetime
    erased: Mapping[str, int]
