"""What the sales desk asks for, and what it gets: the queue, the grid and the lists of filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from qualify.errors import UserError
from qualify.ledger.records import Verdict

BINS = 4
"""Steps of the grid in each direction: quartiles of the stored leads."""
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """Which open leads are asked for.

    Parameters
    ----------
    bands, stages, recommended_stages
        Any of these; empty: all. `stages` are those of the leads, `recommended_stages` the scorecard's.
    owner
        Leads of this owner; ``""``: leads without one.
    visible_to
        Leads of this owner and those without one (what a sales person may see).
    waiting
        Leads without an answer since more, or not more, than `limit_hours`.
    answered
        False: without an answer, or come back since; True: answered and still open; None: both.
    q
        Words that are all in the id, name or company; neither case, width nor blanks within these matter.
    fit_bin, engagement_bin
        A cell of the grid, counted from 0 (lowest).
    limit
        Rows of a page, 1 to 1000.
    cursor
        `QueuePage.next_cursor` of the page before, for the same query.
    now
        For waiting times; None: now.

    Raises
    ------
    UserError
        `limit` or a bin is out of its range.
    """

    bands: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    recommended_stages: tuple[str, ...] = ()
    owner: str | None = None
    visible_to: str | None = None
    source: str | None = None
    disagreement: str | None = None
    waiting: Literal["over_limit", "within_limit"] | None = None
    limit_hours: float = 24.0
    answered: bool | None = False
    q: str | None = None
    fit_bin: int | None = None
    engagement_bin: int | None = None
    limit: int = 50
    cursor: str | None = None
    now: datetime | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_ROWS:
            raise UserError("`limit` is out of range", got=self.limit, expected=f"1 to {MOST_ROWS}")
        for name, value in (("fit_bin", self.fit_bin), ("engagement_bin", self.engagement_bin)):
            if value is not None and not 0 <= value < BINS:
                raise UserError(f"`{name}` is out of range", got=value, expected=f"0 to {BINS - 1}")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One lead of the queue.

    Parameters
    ----------
    rank
        Place within the result, from 1.
    reasons
        The strongest three, as objects of the score list.
    picked_by_lot
        Whether the lead is to be worked whatever its score; None where no lot was drawn.
    score_change
        Against the latest score that is at least 7 days older; None where there is none.
    last_answer, answer_id
        Verdict and id of the last answer that was not undone.
    model_version
        What made the score; empty where it is not known.
    """

    lead_id: str
    rank: int
    name: str | None
    company: str | None
    owner: str | None
    source: str | None
    stage: str | None
    created_at: datetime | None
    waiting_since: datetime | None
    as_of: datetime
    probability: float
    probability_low: float
    probability_high: float
    score: int
    band: str
    fit: float
    engagement: float
    rule_points: float
    rule_band: str
    recommended_stage: str | None
    disagreement: str
    picked_by_lot: bool | None
    reasons: tuple[Mapping[str, Any], ...]
    score_change: int | None
    last_answer: Verdict | None
    answer_id: str | None = None
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue; `total` counts the whole result."""

    rows: tuple[QueueRow, ...]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class GridCell:
    """Open leads of one cell; `probability` is their mean, None where there are none."""

    fit_bin: int
    engagement_bin: int
    leads: int
    probability: float | None


@dataclass(frozen=True, slots=True)
class GridCounts:
    """Fit by engagement.

    Parameters
    ----------
    cells
        All 16, by `fit_bin` and then `engagement_bin`.
    fit_cuts, engagement_cuts
        The quartiles of the stored leads (3 each; empty where nothing is stored): a value is in bin b where
        b cuts are at or below it.
    """

    cells: tuple[GridCell, ...]
    fit_cuts: tuple[float, ...]
    engagement_cuts: tuple[float, ...]

    def cell(self, fit_bin: int, engagement_bin: int) -> GridCell:
        """Return one cell."""
        return self.cells[fit_bin * BINS + engagement_bin]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many leads of the call list each filter would find: the open ones without an answer.

    Values that only answered leads have are there with a count of 0. Leads without an owner, source or stage
    are not counted by it.

    Parameters
    ----------
    stored
        Whether there is any lead at all, open or not.
    """

    owners: Mapping[str, int]
    sources: Mapping[str, int]
    stages: Mapping[str, int]
    recommended_stages: Mapping[str, int]
    bands: Mapping[str, int]
    stored: bool
