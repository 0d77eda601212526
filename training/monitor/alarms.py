"""When to wake somebody: by the size of an effect, and only where its interval excludes that there is none.

A tiny shift on a million leads is sure and does not matter; a large shift on twenty may be luck. Neither is
an alarm. What is large but harmless (a field that hardly moves any score) is a notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from qualify.evaluate import Metric
from training.monitor.drift import FieldDrift
from training.monitor.outcomes import Outcomes, fall

if TYPE_CHECKING:
    from training.monitor.look import Watched

__all__ = ["Alarm", "Level", "find_alarms"]

Level = Literal["alarm", "notice"]

PSI = 0.25
"""The customary border of a major shift; from 0.1 on it is a minor one."""

SHARE = 0.10
"""Growth of a share of leads (without a value, with a new category)."""

MATTERS = 0.02
"""A field with a smaller part of all movement of the score gives notices only."""

AUC = 0.05
"""Loss of AUC."""

CALIBRATION = 0.25
"""Observed rate less promised rate, as a share of the rarer outcome's rate, as in the gate."""

REJECTED = 0.05
"""Share of the leads that could not be read."""

STALE, AGEING = 3.0, 2.0
"""Age of the window in horizons: a fresh model has 1; each further one is a horizon of unused outcomes."""

STALE_DAYS = 365.0
"""The same for labels without a horizon."""

DATA_DAYS = 7.0
"""Tables that end so many days before the look were probably not exported again."""


@dataclass(frozen=True)
class Alarm:
    """One finding that somebody should know of.

    Parameters
    ----------
    code
        Stable: ``drift``, ``missing``, ``new_categories``, ``scores``, ``calibration``, ``auc``,
        ``expected_auc``, ``rejects``, ``stale``, ``stale_days``,
        ``old_data``.
    about
        The field's name, else empty.
    effect
        What was measured, with its interval where it was estimated.
    threshold
        From which size on it counts.
    """

    code: str
    level: Level
    effect: Metric
    threshold: float
    about: str = ""


def counts(effect: Metric, threshold: float) -> bool:
    """Say whether an effect is large and its interval excludes that there is none.

    Examples
    --------
    >>> counts(Metric(0.02, 0.019, 0.021), 0.25), counts(Metric(0.4, 0.0, 0.9), 0.25)
    (False, False)
    >>> counts(Metric(0.4, 0.2, 0.6), 0.25)
    True
    """
    return bool(np.isfinite(effect.value) and effect.value >= threshold and effect.low > 0)


def find_alarms(watched: Watched) -> tuple[Alarm, ...]:
    """Return what counts, alarms before notices."""
    found = [*_of_fields(watched.fields), *_of_scores(watched), *_of_outcomes(watched), *_of_age(watched)]
    return tuple(sorted(found, key=lambda alarm: alarm.level != "alarm"))


def _of_fields(fields: tuple[FieldDrift, ...]) -> Iterator[Alarm]:
    for each in fields:
        level: Level = "alarm" if each.importance >= MATTERS else "notice"
        sized = (("drift", each.psi, PSI), ("missing", each.missing, SHARE),
                 ("new_categories", each.unknown, SHARE))  # fmt: skip
        for code, effect, threshold in sized:
            if effect is not None and counts(effect, threshold):
                yield Alarm(code, level, effect, threshold, each.field.name)


def _of_scores(watched: Watched) -> Iterator[Alarm]:
    if watched.scores is not None and counts(watched.scores, PSI):
        yield Alarm("scores", "alarm", watched.scores, PSI)
    if len(watched.expected) == 2:
        lost = fall(watched.expected["reference"]["auc"], watched.expected["recent"]["auc"])
        if counts(lost, AUC):
            yield Alarm("expected_auc", "notice", lost, AUC)
    share = watched.rejected_share
    if share >= REJECTED:
        yield Alarm("rejects", "alarm", Metric(share, share, share), REJECTED)


def _of_outcomes(watched: Watched) -> Iterator[Alarm]:
    if watched.outcomes is None:
        return
    gap, border = miscalibration(watched.outcomes)
    if counts(gap, border):
        yield Alarm("calibration", "alarm", gap, border)
    if "auc" in watched.promised:
        # Matured rows of new leads are young ones, which are harder to tell apart: the fall has to stand
        # against what the same rows would show if the probabilities were right, too.
        hoped = (watched.promised["auc"], watched.outcomes.expected["auc"])
        lost = [fall(each, watched.outcomes.observed["auc"]) for each in hoped]
        if all(counts(each, AUC) for each in lost):
            yield Alarm("auc", "alarm", min(lost, key=lambda each: each.value), AUC)


def miscalibration(outcomes: Outcomes) -> tuple[Metric, float]:
    """Return the distance of observed and promised rate, and from which size on it counts."""
    gap, rate = outcomes.observed["gap"], outcomes.expected["base_rate"].value
    size = gap if gap.value >= 0 else Metric(-gap.value, -gap.high, -gap.low)
    return size, CALIBRATION * min(rate, 1.0 - rate)


def _of_age(watched: Watched) -> Iterator[Alarm]:
    age = watched.freshness
    found = age.horizons
    if found is not None and found >= AGEING:
        yield Alarm("stale", "alarm" if found >= STALE else "notice", Metric(found, found, found), STALE)
    elif found is None and age.window is not None and age.window >= STALE_DAYS:
        yield Alarm("stale_days", "alarm", Metric(age.window, age.window, age.window), STALE_DAYS)
    if age.data is not None and age.data >= DATA_DAYS:
        yield Alarm("old_data", "notice", Metric(age.data, age.data, age.data), DATA_DAYS)
