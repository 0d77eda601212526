"""The training set: which leads, at which moments, with which outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from qualify.config import Target
from qualify.errors import DataError
from qualify.features.build import build_frame
from qualify.features.frame import FeatureFrame
from qualify.features.ordered import ordered_of
from qualify.features.plan import FeaturePlan
from qualify.labels.flat import column_label
from qualify.labels.snapshots import row_weights, take_snapshots
from qualify.labels.split import later_share, lead_order, settled
from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    BoolArray,
    FloatArray,
    IntArray,
)
from qualify.model.rows import Rows
from qualify.rules import RuleResult, evaluate
from training.data import Loaded, lead_time
from training.negatives import Draw, draw_negatives
from training.selection import Selection, describe_selection, weigh

MAX_ROWS = 120_000


@dataclass(frozen=True)
class TrainingSet:
    """Rows of all targets: features once, labels by target.

    Parameters
    ----------
    lead, as_of
        Lead position and moment of each row.
    place
        Each row's lead's place in time order.
    later
        Whether the row's lead is among the last leads, on which the model is judged.
    open
        Whether the lead was undecided then.
    labels
        By target; NaN where the outcome is not known yet, or nobody was to find out.
    weights
        By target: for how many leads each row's outcome stands; empty where leads are not picked by lot.
    draw
        What a draw of the leads without an outcome left; None where all are learned from.
    of_rows
        How many rows there were before a draw of `MAX_ROWS` of them.
    """

    loaded: Loaded
    plan: FeaturePlan
    frame: FeatureFrame
    points: RuleResult
    lead: IntArray
    as_of: IntArray
    place: IntArray
    later: BoolArray
    open: BoolArray
    labels: dict[str, FloatArray]
    weights: dict[str, FloatArray] = field(default_factory=dict)
    draw: Draw | None = None
    of_rows: int = 0

    def sides_of(self, target: Target) -> tuple[BoolArray, BoolArray]:
        """Return the rows to learn from and the rows to judge on.

        The later rows are those of the last leads with a known outcome of this target, which for a longer
        horizon are older leads; the earlier rows' outcomes were known when the later ones begin.
        """
        known = ~np.isnan(self.labels[target.name])
        cut = self._cut(known)
        later = known & (self.place >= cut)
        return settled(known & (self.place < cut), later, self.as_of, _horizon(target)), later & self.open

    def _cut(self, known: BoolArray) -> int:
        """Return the place of the first later lead: by all leads, where only some of them were drawn."""
        places, first = np.unique(self.place[known], return_index=True)
        if not len(places):
            return 0
        stands = np.ones(len(places)) if self.draw is None else self.draw.stands[known][first]
        before = (1 - self.loaded.config.training.test_share) * stands.sum()
        middle = np.cumsum(stands) - 0.5 * stands
        return int(places[min(int(np.searchsorted(middle, before)), len(places) - 1)])

    def selection(self) -> Selection | None:
        """Tell whose outcomes are known and what the weights leave of the rows; None without a lot."""
        target = self.loaded.config.targets[0]
        if target.name not in self.weights:
            return None
        return describe_selection(
            self.loaded, self.lead, self.labels[target.name], self.weights[target.name], self.open,
            self.sides_of(target)[1],
        )  # fmt: skip

    def positions(self, target: Target, chosen: BoolArray) -> IntArray:
        """Return which rows :meth:`rows_of` keeps, in its order."""
        return np.flatnonzero(chosen & ~np.isnan(self.labels[target.name]))

    def rows_of(self, target: Target, chosen: BoolArray) -> Rows:
        """Return the chosen rows of which the target's outcome is known."""
        kept = self.positions(target, chosen)
        weight = row_weights(self.open[kept]) * self.stand_for(target, kept)
        return Rows(
            frame=self.frame.take(kept), label=self.labels[target.name][kept],
            weight=weight, lead=self.lead[kept], place=self.place[kept], as_of=self.as_of[kept],
            open=self.open[kept], horizon=_horizon(target), clip=self.loaded.config.selection.clip,
            stands=None if self.draw is None else self.draw.stands[kept],
            ordered=ordered_of(self.loaded.used, self.loaded.scorecard),
        )  # fmt: skip

    def stand_for(self, target: Target, rows: IntArray) -> FloatArray:
        """Return for how many leads the given rows stand, by the lot and by the draw."""
        found = np.ones(len(rows)) if self.draw is None else self.draw.stands[rows]
        return found * self.weights[target.name][rows] if target.name in self.weights else found


def _horizon(target: Target) -> int:
    """Return the microseconds until a row's outcome is known."""
    return int((target.within_days or 0) * MICROSECONDS_A_DAY)


def build_training_set(loaded: Loaded) -> TrainingSet:
    """Choose the rows, label them, and compute their features.

    Raises
    ------
    DataError
        No outcome is known, or all outcomes of the first target are alike.
    """
    config, tables = loaded.config, loaded.tables
    if config.flat:
        lead = np.arange(len(tables))
        as_of = np.where(tables.created_at == NO_TIME, 0, tables.created_at)
        is_open = np.ones(len(tables), dtype=bool)
        labels = {t.name: column_label(tables.columns[str(t.column)], t) for t in config.targets}
    else:
        taken = take_snapshots(
            tables, config.targets, config.stages.closed, config.training.snapshot_every_days,
            config.training.snapshots_per_lead,
        )  # fmt: skip
        lead, as_of, is_open, labels = taken.rows, taken.as_of, taken.open, taken.labels
    labels, weights = weigh(loaded, lead, as_of, labels, {t.name: _horizon(t) for t in config.targets})
    known = ~np.isnan(labels[config.targets[0].name])
    _check_outcomes(config.targets[0], labels[config.targets[0].name][known & is_open])
    chosen, draw = draw_negatives(loaded, lead, labels, known & is_open)
    there = known & chosen
    kept = _kept(there, config.training.seed)
    lead, as_of, is_open = lead[kept], as_of[kept], is_open[kept]
    labels, weights = _taken(labels, kept), _taken(weights, kept)
    place, later = _places(loaded, lead)
    plan = FeaturePlan.fit(tables, loaded.used, loaded.scorecard, config.data.timezone, np.unique(lead))
    points = evaluate(loaded.scorecard, tables, lead, as_of)
    frame = build_frame(plan, tables, lead, as_of, points)
    return TrainingSet(loaded, plan, frame, points, lead, as_of, place, later, is_open, labels,
                       weights, None if draw is None else draw.take(kept), int(there.sum()))  # fmt: skip


def _kept(known: BoolArray, seed: int) -> BoolArray:
    """Keep rows with a known outcome; of very many rows a fixed draw by number."""
    if known.sum() > MAX_ROWS:
        known = known & (np.random.default_rng(seed).random(len(known)) < MAX_ROWS / known.sum())
    return known


def _taken(by_target: Mapping[str, FloatArray], kept: BoolArray) -> dict[str, FloatArray]:
    return {name: values[kept] for name, values in by_target.items()}


def _places(loaded: Loaded, lead: IntArray) -> tuple[IntArray, BoolArray]:
    """Return each row's lead's place in time order, and whether it is among the later ones."""
    used = np.unique(lead)
    place = np.full(len(loaded.tables), -1, dtype=np.int64)
    place[used] = lead_order(lead_time(loaded.tables)[used])
    later = np.zeros(len(loaded.tables), dtype=bool)
    later[used] = later_share(place[used], loaded.config.training.test_share)
    return place[lead], later[lead]


def _check_outcomes(target: Target, label: FloatArray) -> None:
    positives = int(label.sum())
    if len(label) == 0:
        raise DataError(
            "no outcome is known yet", where=f"target {target.name}",
            expected="leads whose horizon has passed before the end of the data",
            mend="shorten `within_days`, or bring an older export",
        )  # fmt: skip
    if positives in (0, len(label)):
        raise DataError(
            "all known outcomes are alike, so there is nothing to tell apart", where=f"target {target.name}",
            got=f"{positives} positives of {len(label)} rows", expected="both outcomes",
            mend="check the name of the stage or the label column, or bring a longer history",
        )  # fmt: skip
