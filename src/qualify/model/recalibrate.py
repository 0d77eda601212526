"""A new calibration for a model that stays as it is: found on matured rows in time order, or left alone.

The old calibration is a prior that weighs as much as the rows it was found on, and ages as rows do. How fast
evidence ages, and whether the slope may move besides the intercept, is chosen by the log-loss of the next
block of rows, each predicted from what was known before it; to change nothing is one of the choices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
from scipy.special import expit

from qualify.leads.tables import BoolArray, FloatArray, IntArray
from qualify.model.blend import Calibration

__all__ = ["Evidence", "Form", "Old", "Walk", "calibration_error", "fit_form", "walk"]

BLOCKS = 40
"""The matured rows are walked through in so many blocks, or fewer of `FEWEST_ROWS` each."""
FEWEST_ROWS = 50
FEWEST_OUTCOMES = 10
"""With fewer of the rarer outcome nothing is fitted, and the old calibration stays."""
FEWEST_FOR_SLOPE = 100
"""With fewer of the rarer outcome, aged as the form says, the slope is not moved."""
HALF_LIVES = (None, 8_000.0, 4_000.0, 2_000.0, 1_000.0, 500.0, 250.0, 125.0)
"""Rows after which evidence counts half; None: it does not age."""
LEAST_INFORMATION = 2.0
"""What the old calibration weighs however old it is: rows of one outcome alone cannot carry it off."""
_STEPS, _CLOSE = 50, 1e-7
"""Newton steps, and how small one ends them."""
_FORGOTTEN = 12
"""After so many half-lives evidence counts nothing."""
_SLOPES = (0.1, 5.0)
"""Bounds of the factor on the slope: the order of leads never turns."""

Kind = Literal["same", "intercept", "slope"]


@dataclass(frozen=True, slots=True)
class Form:
    """What may move (``slope``: the intercept too), and after how many rows evidence counts half."""

    kind: Kind
    half_life: float | None = None


SAME = Form("same")
_MOVING: tuple[Kind, ...] = ("intercept", "slope")
FORMS = (SAME, *(Form(kind, life) for kind, life in product(_MOVING, HALF_LIVES)))


@dataclass(frozen=True, slots=True)
class Old:
    """The calibration that is there, and the standard error of its log-odds."""

    calibration: Calibration
    error: float

    def __post_init__(self) -> None:
        if not self.error > 0:
            raise ValueError(f"the standard error of a calibration is positive, got {self.error}")

    @property
    def information(self) -> float:
        """Σ p(1 − p) over the rows that it was found on."""
        return self.error**-2


@dataclass(frozen=True)
class Evidence:
    """Matured rows in time order.

    Parameters
    ----------
    raw
        Uncalibrated log-odds of the model that stays.
    label, weight
        Outcome, and for how many leads it stands.
    time, known
        When the row was scored and when its outcome was known, in any unit that grows with time; equal where
        labels are known at once.
    """

    raw: FloatArray
    label: FloatArray
    weight: FloatArray
    time: IntArray
    known: IntArray

    def __len__(self) -> int:
        return len(self.raw)

    def take(self, chosen: BoolArray | IntArray) -> Evidence:
        """Return the chosen rows."""
        return Evidence(
            self.raw[chosen], self.label[chosen], self.weight[chosen], self.time[chosen], self.known[chosen]
        )

    def rarer(self) -> int:
        """Return how many rows have the rarer outcome."""
        return int(min(self.label.sum(), (1 - self.label).sum()))


def faded(form: Form, count: int) -> tuple[FloatArray, float]:
    """Return what the latest of so many rows weigh (the forgotten are left out), and those before them."""
    if form.half_life is None:
        return np.ones(count), 1.0
    age = np.arange(min(count, int(_FORGOTTEN * form.half_life)), 0, -1)
    fade: FloatArray = 0.5 ** (age / form.half_life)
    return fade, float(0.5 ** (count / form.half_life))


def fit_form(form: Form, old: Old, rows: Evidence) -> Calibration:
    """Return the calibration of a form; the old one where the rows hold too few outcomes for it.

    Notes
    -----
    With the old calibrated log-odds z of mean m and variance v over the rows, it minimises
    Σᵢ wᵢ log-loss(c + d·zᵢ) + I/2 · [(c + (d − 1)·m)² + v·(d − 1)²] by Newton's method: I is the information
    of the old calibration, aged by as many rows as came after it.
    """
    if form.kind == "same" or rows.rarer() < FEWEST_OUTCOMES:
        return old.calibration
    fade, remembered = faded(form, len(rows))
    rows = rows.take(np.arange(len(rows) - len(fade), len(rows)))
    z, weight = old.calibration.log_odds(rows.raw), rows.weight * fade
    rarer = min(float((fade * rows.label).sum()), float((fade * (1 - rows.label)).sum()))
    moves = form.kind == "slope" and rarer >= FEWEST_FOR_SLOPE
    mean = float(np.average(z, weights=weight))
    x = np.column_stack([np.ones(len(z)), z - mean])[:, : 2 if moves else 1]
    information = max(old.information * remembered, LEAST_INFORMATION)
    prior = information * np.array([1.0, float(np.average((z - mean) ** 2, weights=weight))])
    shift = _newton(x, z, rows.label, weight, prior[: x.shape[1]])
    factor = float(np.clip(1.0 + (shift[1] if moves else 0.0), *_SLOPES))
    # c + d·z with the shift counted at the mean of z.
    first = float(shift[0]) - (factor - 1.0) * mean
    return Calibration(first + factor * old.calibration.intercept, factor * old.calibration.slope)


def _newton(
    x: FloatArray, z: FloatArray, label: FloatArray, weight: FloatArray, prior: FloatArray
) -> FloatArray:
    """Return the shift s that minimises Σ w·log-loss(z + x·s) + ½ Σ prior·s², which is strictly convex."""

    def loss(s: FloatArray) -> float:
        at = z + x @ s
        return float((weight * (np.logaddexp(0.0, at) - label * at)).sum() + 0.5 * (prior * s**2).sum())

    shift = np.zeros(x.shape[1])
    value = loss(shift)
    for _ in range(_STEPS):
        p = expit(z + x @ shift)
        slope = x.T @ (weight * (p - label)) + prior * shift
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(prior)
        step = np.linalg.solve(curve, slope)
        if np.abs(step).max() < _CLOSE:
            break
        while (new := loss(shift - step)) > value and np.abs(step).max() > _CLOSE:
            step /= 2
        shift, value = shift - step, min(new, value)
    return shift


def calibration_error(form: Form, old: Old, calibration: Calibration, rows: Evidence) -> float:
    """Return the standard error of the new calibrated log-odds, from the aged evidence of all rows."""
    if form.kind == "same" or not len(rows):
        return old.error
    fade, remembered = faded(form, len(rows))
    p = calibration.probability(rows.raw[len(rows) - len(fade) :])
    # Faded rows count as n = (Σw)² / Σw² equal ones (Kish 1965).
    weight = rows.weight[len(rows) - len(fade) :] * fade
    effective = weight.sum() ** 2 / (weight**2).sum()
    information = float(np.average(p * (1 - p), weights=weight)) * effective + old.information * remembered
    return float(1.0 / np.sqrt(max(information, 1.0)))


@dataclass(frozen=True)
class Walk:
    """What recalibrating would have done, block by block of the matured rows.

    Parameters
    ----------
    rows
        In time order.
    blocks
        Of each row, the number of its block; the first, 0, is only learned from.
    by_form
        Calibrated log-odds of each row by what was known when its block began.
    """

    old: Old
    rows: Evidence
    blocks: IntArray
    by_form: Mapping[Form, FloatArray]

    @cached_property
    def losses(self) -> Mapping[Form, FloatArray]:
        """By form, the weighted log-loss of each row."""
        label, weight = self.rows.label, self.rows.weight
        return {form: weight * (np.logaddexp(0.0, z) - label * z) for form, z in self.by_form.items()}

    def best(self, before: int | None = None) -> Form:
        """Return the form with the lowest log-loss on what was predicted and known before a block began.

        None: on all that was predicted. Where nothing was known yet, the form that moves least.
        """
        judged = self.blocks > 0
        if before is not None:
            begins = int(self.rows.time[self.blocks == before].min())
            judged &= (self.blocks < before) & (self.rows.known <= begins)
        if not judged.any():
            return Form("intercept")
        return min(FORMS, key=lambda form: float(self.losses[form][judged].sum()))

    @cached_property
    def probability(self) -> FloatArray:
        """What the rows would have been promised: each block by the form that was best before it."""
        z = self.by_form[SAME].copy()
        for block in range(1, int(self.blocks.max(initial=0)) + 1):
            now = self.blocks == block
            z[now] = self.by_form[self.best(block)][now]
        found: FloatArray = expit(z)
        return found

    def fitted(self) -> tuple[Form, Calibration, float]:
        """Return the form to use from now on, with its calibration from all rows and its standard error."""
        form = self.best()
        found = fit_form(form, self.old, self.rows)
        if found == self.old.calibration:
            return SAME, found, self.old.error
        return form, found, calibration_error(form, self.old, found, self.rows)


def walk(old: Old, rows: Evidence, blocks: IntArray | None = None) -> Walk:
    """Walk through the rows (in time order) block by block, each predicted from outcomes known before it.

    Parameters
    ----------
    blocks
        Each row's block, rising from 0; default: up to `BLOCKS` of equal size.
    """
    if blocks is None:
        count = int(np.clip(len(rows) // FEWEST_ROWS, 1, BLOCKS))
        blocks = (np.arange(len(rows)) * count // max(1, len(rows))).astype(np.int64)
    same = old.calibration.log_odds(rows.raw)
    by_form = {form: same.copy() for form in FORMS}
    for now, before in _steps(rows, blocks):
        for form in FORMS[1:]:
            by_form[form][now] = fit_form(form, old, before).log_odds(rows.raw[now])
    return Walk(old, rows, blocks, by_form)


def _steps(rows: Evidence, blocks: IntArray) -> Iterator[tuple[BoolArray, Evidence]]:
    """Yield each block but the first, and the rows whose outcome was known when it began."""
    for block in range(1, int(blocks.max(initial=0)) + 1):
        now = blocks == block
        begins = int(rows.time[now].min())
        earlier = (blocks < block) & (rows.known <= begins)
        yield now, rows.take(earlier)
