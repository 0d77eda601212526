"""Wins that each order of calling finds: whom a team had called at an origin, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualify.evaluate import Metric
from qualify.evaluate.draws import interval, resample
from qualify.evaluate.ranking import Ranking
from qualify.evaluate.rows import check_rows
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, FloatArray, IntArray
from training.origins import Origin, horizon_of

__all__ = ["AGAINST", "ARRIVAL", "NEWEST", "Queue", "Wins", "count_wins", "queue_of"]

ARRIVAL = "arrival"
"""First come, first served: the open lead that has waited longest is called first."""

NEWEST = "newest"
"""Whoever came in last is called first. Old leads have gone cold, so this order is the harder one to beat."""

AGAINST = ("rules", ARRIVAL, NEWEST)
"""The orders that a team has without a model."""

_WEEK = 7 * MICROSECONDS_A_DAY


@dataclass(frozen=True)
class Queue:
    """The leads that were open at an origin, and the orders in which they could be called.

    Parameters
    ----------
    lead
        Ids, shape (rows,): one lead may be open at several origins.
    label, weight
        Outcome, and for how many leads it stands, shape (rows,).
    week
        The week after the origin in which the outcome came, from 1; 0 where there is none or no time is
        known; shape (rows,).
    weeks
        How many weeks the horizon has; 0 where no time is known.
    scores
        By order, what it ranks by (the highest is called first), shape (rows,).
    share
        Which share of the leads sales can call.
    """

    lead: NDArray[np.object_]
    label: FloatArray
    weight: FloatArray
    week: IntArray
    weeks: int
    scores: Mapping[str, FloatArray]
    share: float


@dataclass(frozen=True)
class Wins:
    """Outcomes among the leads that each order calls, of one origin or summed over several.

    Parameters
    ----------
    called, possible
        How many leads are called, and how many outcomes there are among all open ones.
    found
        By order: outcomes among the called. Of equal scores at the border a like part counts.
    by_week
        By order: outcomes among the called up to the end of each week after the origin; empty where no time
        is known.
    ahead
        What the model finds more than each of `AGAINST`, with the 95 % interval over leads.
    """

    called: float
    possible: float
    found: Mapping[str, float]
    by_week: Mapping[str, tuple[float, ...]]
    ahead: Mapping[str, Metric]

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON; `by_week` is null where no time is known."""
        return {
            "called": self.called,
            "possible": self.possible,
            "found": dict(self.found),
            "by_week": {name: list(found) for name, found in self.by_week.items()} or None,
            "model_minus": {name: metric.as_dict() for name, metric in self.ahead.items()},
        }


def queue_of(origin: Origin, weight: FloatArray, scores: Mapping[str, FloatArray], share: float) -> Queue:
    """Return the leads of an origin with the weeks of their outcomes.

    Parameters
    ----------
    weight
        For how many leads each row stands, shape (rows,).
    scores
        By order, what it ranks by, shape (rows,).
    share
        Which share of the leads sales can call, 0 to 1.
    """
    known = origin.outcome_at != NO_TIME
    week = np.zeros(len(origin.lead), dtype=np.int64)
    # An outcome exactly a week later still belongs to that week.
    week[known] = -((origin.as_of[known] - origin.outcome_at[known]) // _WEEK)
    weeks = -(-horizon_of(origin.history.config.targets[0]) // _WEEK)
    lead = origin.tables.lead_id[origin.lead]
    return Queue(lead, origin.label, weight, week, weeks, scores, share)


def count_wins(queues: Sequence[Queue], *, bootstrap: int, seed: int) -> Wins:
    """Let each order call the top of each queue, and count the outcomes among the called.

    Parameters
    ----------
    queues
        One or more, all with the same orders. A lead that is open at several origins is called, and counts,
        at each of them; a draw has it at all of them or at none.
    bootstrap, seed
        Draws of the intervals, and what they follow from.
    """
    names, weeks = tuple(queues[0].scores), queues[0].weeks
    rankings = [{name: Ranking.of(queue.scores[name]) for name in names} for queue in queues]
    rows = check_rows(
        np.concatenate([queue.label for queue in queues]),
        np.concatenate([queue.weight for queue in queues]),
        pd.factorize(np.concatenate([queue.lead for queue in queues]))[0],
    )
    ends = np.cumsum([len(queue.label) for queue in queues])[:-1]

    def found(weight: FloatArray) -> FloatArray:
        total = np.zeros(len(names))
        for queue, ranking, drawn in zip(queues, rankings, np.split(weight, ends), strict=True):
            total += [float(ranking[name].gains(queue.label, drawn).found_at(queue.share)) for name in names]
        return total

    value, drawn = resample(found, rows, bootstrap, seed)
    place = {name: names.index(name) for name in ("model", *AGAINST)}
    by_week = {
        name: np.sum([_by_week(q, r[name]) for q, r in zip(queues, rankings, strict=True)], axis=0)
        for name in names
    }
    return Wins(
        called=float(sum(queue.share * queue.weight.sum() for queue in queues)),
        possible=float((rows.label * rows.weight).sum()),
        found={name: float(value[k]) for k, name in enumerate(names)},
        by_week={name: tuple(counts.tolist()) for name, counts in by_week.items()} if weeks else {},
        ahead={name: _ahead(value, drawn, place["model"], place[name]) for name in AGAINST},
    )


def _ahead(value: FloatArray, drawn: FloatArray, model: int, other: int) -> Metric:
    return interval(float(value[model] - value[other]), drawn[:, model] - drawn[:, other])


def _by_week(queue: Queue, ranking: Ranking) -> FloatArray:
    """Return the outcomes among the called up to the end of each week, shape (weeks,)."""
    mass = ranking.taken(queue.weight, queue.share) * queue.weight * queue.label
    return np.cumsum(np.bincount(queue.week, weights=mass, minlength=queue.weeks + 1)[1:])
