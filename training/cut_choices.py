"""What a cut is to follow, what each choice means, and the lines that put it into the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualify.errors import UserError
from qualify.evaluate import Metric
from qualify.leads.tables import FloatArray

__all__ = ["Choice", "Cuts", "Leads", "Wish", "yaml_lines"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the cut is to follow: leads that sales can work a week, or a win's value and a lead's cost."""

    capacity: float | None = None
    value: float | None = None
    cost: float | None = None

    def __post_init__(self) -> None:
        numbers = [each for each in (self.capacity, self.value, self.cost) if each is not None]
        if not all(np.isfinite(each) and each > 0 for each in numbers):
            raise UserError("capacity, value and cost are positive numbers", where="qualify cuts",
                            got=", ".join(map(str, numbers)))  # fmt: skip
        if (self.value is None) != (self.cost is None):
            raise UserError("a value goes with a cost", where="--value, --cost",
                            expected="both: what a win brings, and what working a lead costs")  # fmt: skip
        if self.capacity is not None and self.value is not None:
            raise UserError("the cut follows one wish", where="qualify cuts",
                            expected="--capacity, or --value with --cost")  # fmt: skip


@dataclass(frozen=True)
class Leads:
    """Recent leads with a known outcome, one row each.

    Parameters
    ----------
    probability, win
        Of the first target, and of the win (the same where there is no target of its own for it).
    label, weight
        Outcome of the first target, and for how many leads it stands.
    points
        Of the rules.
    weeks
        Over how many weeks the leads came in; None: the table has no dates.
    learned
        Whether the model has learned from these leads, which flatters it.
    """

    probability: FloatArray
    win: FloatArray
    label: FloatArray
    weight: FloatArray
    points: FloatArray
    weeks: float | None
    learned: bool

    def __len__(self) -> int:
        return len(self.label)


@dataclass(frozen=True)
class Choice:
    """What working the leads from a threshold on means: a week where there are dates, else for all leads.

    Parameters
    ----------
    by
        ``model`` (threshold: a probability) or ``rules`` (points).
    share, worked
        Of the leads, and how many.
    found, rate, recall
        Observed outcomes of the first target among them: how many, what share of the worked, and of all.
    wins, net
        What the model expects: wins, and their value less the cost; `net` is None without a value.
    """

    by: str
    threshold: float
    share: float
    worked: float
    found: Metric
    rate: Metric
    recall: Metric
    wins: Metric
    net: Metric | None

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON."""
        metrics = {name: getattr(self, name) for name in ("found", "rate", "recall", "wins", "net")}
        return {
            "by": self.by, "threshold": self.threshold, "share": self.share, "worked": self.worked,
            **{name: None if each is None else each.as_dict() for name, each in metrics.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class Cuts:
    """All choices, and the one that follows the wish.

    Parameters
    ----------
    chosen
        Its place among the choices; None without a wish.
    present
        Place of the present band A.
    share, band_shares
        What to write into `qualify.yaml`; None without a wish.
    """

    version: str
    leads: int
    positives: int
    weeks: float | None
    learned: bool
    wish: Wish
    choices: tuple[Choice, ...]
    present: int
    chosen: int | None
    share: float | None
    band_shares: tuple[float, float, float] | None

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        wish = self.wish
        return {
            "version": self.version, "leads": self.leads, "positives": self.positives, "weeks": self.weeks,
            "learned_from": self.learned,
            "wish": {"capacity": wish.capacity, "value": wish.value, "cost": wish.cost},
            "choices": [choice.as_json() for choice in self.choices],
            "present": self.present, "chosen": self.chosen,
            "capacity": None if self.share is None or self.band_shares is None
            else {"share": self.share, "band_shares": list(self.band_shares)},
        }  # fmt: skip


def yaml_lines(cuts: Cuts) -> Mapping[str, str]:
    """Return the keys of `capacity` in qualify.yaml and their new values; none without a wish."""
    if cuts.share is None or cuts.band_shares is None:
        return {}
    shares = ", ".join(f"{each:g}" for each in cuts.band_shares)
    return {"share": f"{cuts.share:g}", "band_shares": f"[{shares}]"}
