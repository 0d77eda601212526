"""The funnel as the table of stages shows it: order, closed stages, and targets worth predicting."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from qualify.config import StageOrder, Target
from qualify.errors import UserError, did_you_mean
from qualify.features.kernel import first_entry
from qualify.labels.snapshots import end_of_data
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, LeadTables

FOLLOWED_SHARE = 0.01
"""A stage after which so few leads move on is closed."""

ENOUGH_TO_JUDGE = 20
ENOUGH_WINS = 50

_HORIZONS = (30.0, 60.0, 90.0, 180.0, 365.0)

# Stages entered within a minute of another one are set by the same act.
_SAME_MOMENT = 60_000_000
_WON = re.compile(
    r"\bwon\b|\bwin\b|closed.?won|customer|purchas|approved|activated|contract|signed|成約|受注|契約|購入|入会|"
    r"gewonnen|\bgagn|\bganad"
)
_LOST = re.compile(
    r"\blost\b|\bloss\b|declin|cancel|reject|disqualif|unqualif|\bdead\b|denied|withdrawn|closed.?lost|abandon|"
    r"失注|却下|辞退|取消|キャンセル|見送り|否決|verloren|abgelehnt|storniert|\bperdu|\bperdid|rechazad"
)
_BACK = re.compile(
    r"recycl|nurtur|reopen|re-?engag|on.?hold|\bhold\b|paused|リサイクル|再育成|ナーチャリング|保留|差し戻し"
)


@dataclass(frozen=True)
class StageFacts:
    """What the table says about one stage: leads that entered it, its mean place, the share that moved on."""

    name: str
    leads: int
    place: float
    followed: float


def describe_stages(tables: LeadTables) -> list[StageFacts]:
    """Return the stages by their mean place among the stages of a lead."""
    stages = tables.stages
    if not len(stages):
        return []
    lead = np.repeat(np.arange(len(tables)), np.diff(stages.offsets))
    place = np.arange(len(stages)) - stages.offsets[lead]
    last = np.maximum.reduceat(stages.entered_at, stages.offsets[:-1][np.diff(stages.offsets) > 0])
    latest = np.repeat(last, np.diff(stages.offsets)[np.diff(stages.offsets) > 0])
    moved = latest > stages.entered_at + _SAME_MOMENT
    size = len(stages.stages)
    rows = np.maximum(np.bincount(stages.stage, minlength=size), 1)
    leads = np.bincount(np.unique(lead * size + stages.stage) % size, minlength=size)
    places = np.bincount(stages.stage, weights=place, minlength=size) / rows
    followed = np.bincount(stages.stage, weights=moved, minlength=size) / rows
    facts = [
        StageFacts(name, int(leads[k]), float(places[k]), float(followed[k]))
        for k, name in enumerate(stages.stages)
    ]
    return sorted(facts, key=lambda fact: (fact.place, fact.name))


def order_stages(facts: list[StageFacts]) -> StageOrder:
    """Return the stages in the order of the funnel, closed ones last, and those after which nothing follows.

    A stage is closed when fewer than 1 % of the leads in it move on, or when it is called lost (declined,
    cancelled ...) and no more than a fifth do. Stages called recycled or nurturing never are: their leads
    come in again.
    """
    closed = [fact.name for fact in facts if is_closed(fact)]
    lost = [fact.name for fact in facts if _LOST.search(_folded(fact.name))]
    # Of those that end a lead, the mean place says only how early the others end.
    won = [name for name in closed if name not in lost]
    order = [fact.name for fact in facts if fact.name not in (*won, *lost)] + won + lost
    return StageOrder(order=tuple(order), closed=tuple(name for name in order if name in closed))


def is_closed(fact: StageFacts) -> bool:
    """Say whether a lead in this stage is decided."""
    name = _folded(fact.name)
    if _BACK.search(name):
        return False
    if _LOST.search(name) and fact.followed <= 0.2:
        return True
    return fact.leads >= ENOUGH_TO_JUDGE and fact.followed < FOLLOWED_SHARE


def stage_targets(
    tables: LeadTables, facts: list[StageFacts], stage: str, within_days: float
) -> list[Target]:
    """Return the target that was asked for, and winning as a second one where enough leads won.

    Raises
    ------
    UserError
        No lead entered a stage of that name.
    """
    by_name = {fact.name: fact for fact in facts}
    if stage not in by_name:
        told = ", ".join(f"{fact.name!r}: {fact.leads:,}" for fact in facts[:8])
        raise UserError(
            f"No lead entered a stage {stage!r}.", where="--target-stage", got=stage,
            expected=f"one of the stages (leads): {told}",
            mend=did_you_mean(stage, by_name) or "write the name as it stands in the table",
        )  # fmt: skip
    first = Target(name=slug(stage), stage=stage, within_days=within_days)
    won = _winning(facts, stage)
    if won is None or first.name == "win":
        return [first]
    return [
        first,
        Target(name="win", stage=won.name, within_days=_winning_days(tables, won.name, within_days)),
    ]


def _winning(facts: list[StageFacts], target: str) -> StageFacts | None:
    """Return the latest stage that is called won and has enough leads; none when the target is one itself."""
    if _WON.search(_folded(target)):
        return None
    called = [f for f in facts if _WON.search(_folded(f.name)) and not _LOST.search(_folded(f.name))]
    enough = [fact for fact in called if fact.leads >= ENOUGH_WINS]
    plain = [fact for fact in enough if re.search(r"\bwon\b|成約|受注", _folded(fact.name))]
    return max(plain or enough, key=lambda fact: (fact.leads, fact.place), default=None)


def _winning_days(tables: LeadTables, stage: str, at_least: float) -> float:
    """Return the first usual horizon in which nine of ten winners win, no shorter than the first target's.

    A horizon is usable when half of the leads have been watched so long.
    """
    entered, _ = first_entry(tables.stages, np.array([name == stage for name in tables.stages.stages]))
    days = (entered - tables.created_at)[entered != NO_TIME] / MICROSECONDS_A_DAY
    watched = (end_of_data(tables) - tables.created_at) / MICROSECONDS_A_DAY
    quick = float(np.quantile(days, 0.9)) if len(days) else 0.0
    usable = [h for h in _HORIZONS if h <= np.median(watched)] or [at_least]
    return max(next((h for h in usable if h >= quick), usable[-1]), at_least)


def slug(stage: str) -> str:
    """Return a stage's name as a target's name.

    Examples
    --------
    >>> slug("SQL"), slug("Closed - Won!"), slug("商談")
    ('sql', 'closed_won', 'target')
    """
    plain = unicodedata.normalize("NFKD", stage).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    name = name if name[:1].isalpha() else f"target_{name}".strip("_")
    return name[:41]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace("_", " ")
