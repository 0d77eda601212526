"""No segment may pay for the others: the loss by segment, with an allowance for how many are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from qualify.evaluate import Metric, row_log_loss
from qualify.leads.tables import BoolArray
from training.contested import CHAMPION, Contest, difference, parts_of, signed
from training.decision import Check
from training.power import sees

__all__ = ["FAMILY", "SEGMENT_LEADS", "SEGMENT_MARGIN", "judged_segments", "segment_checks", "told_alone"]

SEGMENT_MARGIN = 0.05
"""How much worse a segment's log-loss may be, as a share of the champion's."""
SEGMENT_LEADS = 100
"""Segments with fewer leads, or too few outcomes to see a usual model by, are not judged alone."""
FAMILY = 0.05
"""How often an equal challenger is to meet any objection, however many segments are looked at: nominally."""

_INTERVAL = 2 * 1.959964
"""Standard errors that a 95 % interval is wide."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One segment: challenger minus champion, and by how much the log-loss may be higher."""

    name: str
    loss: Metric
    allowed: float

    @property
    def chance(self) -> float:
        """How often luck alone makes a loss so much higher (one-sided)."""
        error = (self.loss.high - self.loss.low) / _INTERVAL
        if not error > 0:
            return 0.0 if self.loss.value > 0 else 1.0
        return float(ndtr(-self.loss.value / error))


def segment_checks(contest: Contest, draws: int, seed: int) -> Iterator[Check]:
    """Yield one check a segment that is worse beyond noise and margin; one that passes where none is.

    Notes
    -----
    The chance of each difference follows from its standard error over paired draws of leads. With it the
    segments are held to `FAMILY` together by Holm's (1979) steps, which hold whatever the segments share.
    The error is the width of a percentile interval of a few hundred draws, taken as normal: decision 0031 has
    how often equal challengers met an objection.
    """
    found = [_measured(contest, name, rows, draws, seed) for name, rows in judged_segments(contest)]
    worse = _beyond_noise([each.chance for each in found])
    failed = [
        each for each, sure in zip(found, worse, strict=True) if sure and each.loss.value > each.allowed
    ]
    for each in failed:
        text = (
            f"worse for {each.name}: log-loss {signed(each.loss)}, allowed {each.allowed:.4f}; beyond what "
            f"luck does in any of {len(found)} segments"
        )
        yield Check("segment", False, text, *parts_of(each.loss))
    if not failed:
        told = f"none of {len(found)} segments is worse than its margin beyond noise"
        yield Check("segment", True, told)


def _measured(contest: Contest, name: str, rows: BoolArray, draws: int, seed: int) -> _Found:
    own = row_log_loss(contest.label[rows], contest.probabilities[CHAMPION][rows])
    allowed = SEGMENT_MARGIN * float(np.average(own, weights=contest.weight[rows]))
    return _Found(name, difference(contest, CHAMPION, "log_loss", draws, seed, rows=rows), allowed)


def _beyond_noise(chances: Sequence[float]) -> BoolArray:
    """Return which of several findings are no luck, by Holm's steps.

    Examples
    --------
    >>> _beyond_noise([0.04, 0.001, 0.02]).tolist()  # .001 <= .05/3, .02 <= .05/2, .04 <= .05
    [True, True, True]
    >>> _beyond_noise([0.04, 0.001, 0.03]).tolist()  # .03 is above .05/2, and ends it
    [False, True, False]
    """
    chance = np.asarray(chances, dtype=np.float64)
    order = np.argsort(chance, kind="stable")
    steps = chance[order] <= FAMILY / np.arange(len(chance), 0, -1)
    sure: BoolArray = np.zeros(len(chance), dtype=bool)
    sure[order] = np.logical_and.accumulate(steps)
    return sure


def judged_segments(contest: Contest) -> Iterator[tuple[str, BoolArray]]:
    """Yield the segments large enough to be judged alone, and their rows."""
    for name, values in contest.segments.items():
        for value in sorted({each for each in values.tolist() if each is not None}):
            rows: BoolArray = values == value
            won = np.unique(contest.lead[rows & (contest.label == 1)]).size
            leads = np.unique(contest.lead[rows]).size
            if told_alone(won, leads):
                yield f"{name} = {value}", rows


def told_alone(won: int, leads: int) -> bool:
    """Say whether a segment with so many leads, and so many of them won, can be judged alone."""
    return leads >= SEGMENT_LEADS and sees(won, leads - won)
