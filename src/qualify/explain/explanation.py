"""Everything that is told about one lead, gathered for the page, the text and the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qualify.explain.reasons import Reason
from qualify.explain.what_if import Change

__all__ = ["CardLine", "Event", "Explanation"]


@dataclass(frozen=True, slots=True)
class CardLine:
    """One rule of the scorecard and what it gave this lead: points after ageing and caps."""

    label: str
    found: str
    points: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the reader's words."""

    time: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One lead's score with all that explains it.

    Texts in it (reasons, card, time line, facts) are in the language it will be shown in.

    Parameters
    ----------
    lead_id
        As in the user's table.
    as_of
        Nothing later than this was looked at.
    probability, probability_low, probability_high
        Calibrated probability and its 90 % interval.
    score
        Percentile among comparable leads, 1 to 100.
    band
        ``A`` (call first) to ``D``.
    fit, engagement
        Parts of the log-odds: who the lead is, and what it does.
    base_value
        Log-odds where every lead starts.
    rule_points, rule_band
        The scorecard's verdict.
    recommended_stage
        What the scorecard's entry criteria say; None where they say nothing.
    disagreement
        ``none``, ``model_higher`` or ``rules_higher``.
    reasons
        Strongest first.
    other
        Log-odds of everything that is not among the reasons.
    card
        The scorecard line by line.
    timeline
        What happened, in any order.
    model_version, scorecard_version
        What made the score.
    rank
        Place on the call list, from 1; None where the lead was scored alone.
    name
        What the reader calls the lead (a person or a company), if known.
    target
        What the probability is the probability of, in words.
    stage, target_stage
        The stage the lead is in, and the one whose entry is predicted; None for a label column.
    closed
        Whether that stage is one after which nothing follows.
    facts
        Attributes worth seeing: label and value.
    changes
        What would have to be so for the next band; None where nobody asked.
    cause
        Why the scorecard recommends its stage, in words; empty where it recommends none.
    """

    lead_id: str
    as_of: datetime
    probability: float
    probability_low: float
    probability_high: float
    score: int
    band: str
    fit: float
    engagement: float
    base_value: float
    rule_points: float
    rule_band: str
    recommended_stage: str | None
    disagreement: str
    reasons: tuple[Reason, ...]
    other: float
    card: tuple[CardLine, ...] = ()
    timeline: tuple[Event, ...] = ()
    model_version: str = ""
    scorecard_version: str = ""
    rank: int | None = None
    name: str | None = None
    target: str | None = None
    stage: str | None = None
    target_stage: str | None = None
    closed: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] | None = None
    cause: tuple[str, ...] = ()

    @property
    def shown_name(self) -> str:
        """What to call the lead."""
        return self.name or self.lead_id

    @property
    def log_odds(self) -> float:
        """Uncalibrated log-odds: the base value and all contributions."""
        return self.base_value + sum(reason.contribution for reason in self.reasons) + self.other

    @property
    def raising(self) -> tuple[Reason, ...]:
        """The reasons that speak for the lead, strongest first."""
        return tuple(reason for reason in self.reasons if reason.contribution > 0)

    @property
    def lowering(self) -> tuple[Reason, ...]:
        """The reasons that speak against the lead, strongest first."""
        return tuple(reason for reason in self.reasons if reason.contribution < 0)
