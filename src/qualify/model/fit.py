"""Fitting one target: forward folds find rounds, blend and calibration; the final fit uses all rows.

Every prediction that the blend and the calibration see was made for later leads by a model fitted on earlier
ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import lightgbm as lgb
import numpy as np

from qualify.features.encode import Encoders, fit_encoders
from qualify.labels.split import forward_folds
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from qualify.model.bags import TreeParams, common_rounds, fit_bags, fit_stopped
from qualify.model.blend import Blend, Calibration
from qualify.model.blend_fit import fit_blend, fit_calibration
from qualify.model.linear import LinearModel, draw_rows, fit_linear
from qualify.model.rows import Rows
from qualify.model.target import Members, TargetModel
from qualify.model.turned import forget_turned
from qualify.side_by_side import Threads, at_work

FEWEST_OUTCOMES = 3
FOLD_ROWS = 15_000
MANY_CELLS = 3_000_000
"""From this size of the trees' design on, columns that told the folds next to nothing are left out of it."""
TOLD = 0.99
"""The share of the folds' gain that the remaining columns have to hold."""
RECENCY_SHARES = (0.5, 0.2)
"""Half-lives tried for weights of calibration rows, as shares of the rows in time order."""


@dataclass(frozen=True, slots=True)
class Params:
    """What tuning may change."""

    trees: TreeParams = field(default_factory=TreeParams)
    linear_strength: float = 0.1
    smoothing: float = 20.0


@dataclass(frozen=True)
class Forward:
    """Predictions for later leads by models fitted on earlier ones, pooled over the folds, in time order.

    Parameters
    ----------
    population
        The weights as they are, where those of the fit are clipped.
    lead
        Position of each row's lead.
    rounds
        Best number of boosting rounds by fold.
    gain
        By name of a column of the trees' design: the loss that splits on it saved, summed over the folds.
    """

    linear: FloatArray
    trees: FloatArray
    label: FloatArray
    weight: FloatArray
    population: FloatArray
    fold: IntArray
    lead: IntArray
    rounds: tuple[int, ...]
    gain: Mapping[str, float] = field(default_factory=dict)

    def extended(self, members: Members, later: Rows) -> Forward:
        """Return these predictions and what a fitted model says of leads later than all of them."""
        order = np.argsort(later.place, kind="stable")
        linear, trees = members.linear, members.by_bag.mean(axis=1)
        number = int(self.fold.max()) + 1 if len(self.fold) else 0
        return Forward(
            np.concatenate([self.linear, linear[order]]), np.concatenate([self.trees, trees[order]]),
            np.concatenate([self.label, later.label[order]]),
            np.concatenate([self.weight, later.clipped().weight[order]]),
            np.concatenate([self.population, later.weight[order]]),
            np.concatenate([self.fold, np.full(len(order), number)]),
            np.concatenate([self.lead, later.lead[order]]), self.rounds, self.gain,
        )  # fmt: skip

    def blended_loss(self) -> float:
        """Return the mean log-loss of a blend fitted on the folds' own rows, to compare settings by."""
        blend = fit_blend(self.linear, self.trees, self.label, self.weight)
        return mean_log_loss(blend.log_odds(self.linear, self.trees), self.label, self.weight)


def mean_log_loss(z: FloatArray, label: FloatArray, weight: FloatArray) -> float:
    """Return the weighted mean log-loss of log-odds."""
    return float(np.average(np.logaddexp(0.0, z) - label * z, weights=weight))


def forward_predictions(rows: Rows, params: Params, *, seed: int, threads: Threads) -> Forward:
    """Fit on earlier leads and predict later ones, fold by fold: one bag, stopped on the later block."""
    folds = enumerate(forward_folds(rows.place, rows.as_of, rows.horizon))
    with at_work(threads) as pool:
        found = list(pool.map(lambda fold: _forward_fold(rows, fold[1], fold[0], params, seed), folds))
    folds_done = [fold for fold in found if fold is not None]
    if not folds_done:
        empty = np.empty(0)
        none = empty.astype(np.int64)
        return Forward(empty, empty, empty, empty, empty, none, none, ())
    best = tuple(fold.booster.best_iteration for fold in folds_done)
    # Each fold's own best number of rounds was chosen on the rows it predicts; one number for all was not.
    rounds = common_rounds(best)
    return Forward(
        np.concatenate([fold.linear for fold in folds_done]),
        np.concatenate([fold.trees(rounds) for fold in folds_done]),
        np.concatenate([fold.test.label for fold in folds_done]),
        np.concatenate([fold.test.clipped().weight for fold in folds_done]),
        np.concatenate([fold.test.weight for fold in folds_done]),
        np.concatenate([np.full(len(fold.linear), fold.number) for fold in folds_done]),
        np.concatenate([fold.test.lead for fold in folds_done]),
        best,
        _summed([fold.gain for fold in folds_done]),
    )


def _summed(gains: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: Counter[str] = Counter()
    for each in gains:
        total.update(each)
    return dict(total)


@dataclass(frozen=True)
class _Fold:
    """One forward fold's models at work on its later rows, which are in time order."""

    number: int
    linear: FloatArray
    booster: lgb.Booster
    design: FloatArray
    names: tuple[str, ...]
    test: Rows

    @property
    def gain(self) -> dict[str, float]:
        """The loss that splits on each column saved, up to the best round."""
        found = self.booster.feature_importance("gain", iteration=self.booster.best_iteration)
        return dict(zip(self.names, found.tolist(), strict=True))

    def trees(self, rounds: int) -> FloatArray:
        """Return the trees' log-odds after so many rounds (or all that were made)."""
        made = min(rounds, self.booster.current_iteration())
        return np.asarray(
            self.booster.predict(self.design, raw_score=True, num_threads=1, num_iteration=made)
        )


def _forward_fold(
    rows: Rows, sides: tuple[BoolArray, BoolArray], number: int, params: Params, seed: int
) -> _Fold | None:
    """Fit one fold; None where the earlier or the later side has too few outcomes."""
    known, later = (_drawn(side, rows.lead, [seed, number]) for side in (sides[0], sides[1] & rows.open))
    train, test = forget_turned(rows.take(known).clipped()), rows.take(later)
    if min(train.label.sum(), (1 - train.label).sum()) < FEWEST_OUTCOMES or len(test.label) == 0:
        return None
    encoders, encoded = _encoders(train, params)
    linear = _linear(encoders, train, params, members=0, seed=seed)
    test = test.take(np.argsort(test.place, kind="stable"))
    design = encoders.design(test.frame)
    booster = fit_stopped(
        encoders.design(train.frame, encoded), train.label, train.weight, params.trees,
        (design, test.label, test.clipped().weight), seed=seed,
        signs=train.ordered.of(encoders.design_names),
    )  # fmt: skip
    return _Fold(
        number, linear.log_odds(encoders.bins(test.frame)), booster, design,
        encoders.design_names, test,
    )  # fmt: skip


def _encoders(rows: Rows, params: Params) -> tuple[Encoders, FloatArray]:
    """Fit the encoders on the features that the model may have."""
    frame = rows.frame.lacking(rows.ordered.left_out)
    return fit_encoders(frame, rows.label, rows.weight, rows.lead, params.smoothing)


def _linear(encoders: Encoders, rows: Rows, params: Params, *, members: int, seed: int) -> LinearModel:
    """Fit the scorecard on the rows; of very many rows only those that are drawn are binned."""
    rng = np.random.default_rng(seed)
    drawn = draw_rows(len(rows.label), rng)
    rows = rows if drawn is None else rows.take(drawn)
    return fit_linear(
        encoders.bins(rows.frame), encoders.bin_sizes, rows.label, rows.weight, rows.lead,
        strength=params.linear_strength, members=members, seed=rng,
        signs=rows.ordered.of(encoders.bin_names),
    )  # fmt: skip


def _telling(encoders: Encoders, gain: Mapping[str, float], rows: int) -> Encoders:
    """Return the encoders with a design of the columns that hold nearly all of the folds' gain.

    Fewer columns cost no accuracy that trials could see and half of the time; small designs stay as they are.
    """
    names = encoders.design_names
    size = np.array([gain.get(name, 0.0) for name in names])
    if rows * len(names) < MANY_CELLS or size.sum() == 0:
        return encoders
    order = np.argsort(-size, kind="stable")
    held = np.cumsum(size[order]) / size.sum()
    return encoders.keeping({names[j] for j in order[: int(np.searchsorted(held, TOLD)) + 1]})


def _drawn(side: BoolArray, lead: IntArray, seed: list[int]) -> BoolArray:
    """Return the rows of a side, or of very many a fixed draw of whole leads."""
    count = int(side.sum())
    if count <= FOLD_ROWS:
        return side
    return side & (np.random.default_rng(seed).random(int(lead.max()) + 1) < FOLD_ROWS / count)[lead]


def choose_calibration(forward: Forward, blend: Blend) -> tuple[Calibration, float]:
    """Fit the calibration, forgetting the past where that surely serves later leads; and give its error.

    Half-lives are compared by calibrating on the folds before each fold and scoring that fold. One is taken
    where it saves more log-loss than the standard error of the saving: the few folds differ by luck too.
    """
    raw = blend.log_odds(forward.linear, forward.trees)

    def fitted(chosen: BoolArray, share: float | None) -> tuple[Calibration, FloatArray]:
        age = np.arange(chosen.sum(), 0, -1) / len(raw)
        weight = forward.weight[chosen] * (1.0 if share is None else 0.5 ** (age / share))
        return fit_calibration(raw[chosen], forward.label[chosen], weight), weight

    def losses(share: float | None) -> FloatArray:
        lost = np.zeros(len(raw))
        for fold in np.unique(forward.fold)[1:]:
            now = forward.fold == fold
            z = fitted(forward.fold < fold, share)[0].log_odds(raw[now])
            lost[now] = forward.weight[now] * (np.logaddexp(0.0, z) - forward.label[now] * z)
        return lost

    steady = losses(None)
    saved = {share: by_lead(steady - losses(share), forward.lead) for share in RECENCY_SHARES}
    best = max(RECENCY_SHARES, key=lambda share: float(saved[share].sum()))
    sure = saved[best].sum() > np.sqrt((saved[best] ** 2).sum())
    every = np.ones(len(raw), dtype=bool)
    found, used = fitted(every, best if sure else None)
    p = found.probability(raw)
    # White's (1980) error of the mean log-odds, clustered by lead (Liang and Zeger 1986): the looks at one
    # lead share one outcome, and after a draw the weights follow the outcomes.
    information = float((used * p * (1 - p)).sum())
    spread = float((by_lead(used * (forward.label - p), forward.lead) ** 2).sum())
    return found, min(1.0, float(np.sqrt(spread)) / max(information, 1e-12))


def by_lead(values: FloatArray, lead: IntArray) -> FloatArray:
    """Add up the values of each lead's rows."""
    _, place = np.unique(lead, return_inverse=True)
    return np.bincount(place, values).astype(np.float64)


def fit_target(
    name: str,
    rows: Rows,
    params: Params,
    *,
    bags: int,
    seed: int,
    threads: Threads,
    forward: Forward | None = None,
) -> tuple[TargetModel, Forward]:
    """Fit one target on all the given rows.

    Returns
    -------
    model, forward
        The model, and the forward predictions from which its rounds, blend and calibration were found.
    """
    forward = (
        forward if forward is not None else forward_predictions(rows, params, seed=seed, threads=threads)
    )
    rows = forget_turned(rows.clipped())
    encoders, encoded = _encoders(rows, params)
    encoders = _telling(encoders, forward.gain, len(rows.label))
    linear = _linear(encoders, rows, params, members=bags, seed=seed)
    trees = fit_bags(
        encoders.design(rows.frame, encoded), rows.label, rows.weight, rows.lead, params.trees,
        rounds=common_rounds(forward.rounds), bags=bags, seed=seed, threads=threads, stands=rows.stands,
        signs=rows.ordered.of(encoders.design_names),
    )  # fmt: skip
    if len(forward.label):
        blend = fit_blend(forward.linear, forward.trees, forward.label, forward.weight)
        calibration, error = choose_calibration(forward, blend)
    else:
        blend, calibration, error = Blend(0.0, 0.5, 0.5), Calibration(0.0, 1.0), 1.0
    return TargetModel(name, encoders, linear, trees, blend, calibration, error), forward
