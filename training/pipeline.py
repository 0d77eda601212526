"""From a configuration to a judged model: training set, tuning, comparison on later leads, final fit.

The model that is judged never saw the later leads. The model that is kept is fitted again on all leads with
the same settings; its blend, its calibration and its reference population come from predictions for later
leads: those of the forward folds, and those of the judged model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qualify.config import Config, Excluded, Target
from qualify.errors import DataError
from qualify.leads.tables import BoolArray
from qualify.model.evidence import Evidence, fit_evidence, one_row_a_lead
from qualify.model.fit import Forward
from qualify.model.parts import Lot, ModelParts, Schema, Window, bands_of, reference_of
from qualify.model.target import TargetModel
from qualify.model.turned import Turn, turned_values
from training.calendars import drop_calendars
from training.data import Loaded
from training.dataset import TrainingSet, build_training_set
from training.judging import Judged, fitting
from training.steps import Steps, Tell, begin
from training.tuning import Tuned, tune


@dataclass(frozen=True, slots=True)
class Skipped:
    """A further target of which no model was made, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Seen:
    """What is known as soon as the first target has been judged."""

    data: TrainingSet
    judged: Judged
    calendars: Mapping[str, Excluded]
    seed: int


@dataclass(frozen=True)
class Trained:
    """Everything a training run found out.

    Parameters
    ----------
    turned
        Values of which the model in the bundle has forgotten the past, for the first target.
    skipped
        Further targets of which no model could be made.
    """

    parts: ModelParts
    data: TrainingSet
    judged: tuple[Judged, ...]
    tuned: Tuned
    calendars: Mapping[str, Excluded]
    seconds: dict[str, float]
    turned: tuple[Turn, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def seen(self) -> Seen:
        """What was known when the first target had been judged."""
        return Seen(self.data, self.judged[0], self.calendars, self.parts.seed)


def _nothing(_: Seen) -> None:
    """Do nothing in the meantime."""


def train_model(
    loaded: Loaded,
    *,
    budget: float,
    seed: int,
    trials: int | None = None,
    tell: Tell = begin,
    meanwhile: Callable[[Seen], None] = _nothing,
) -> Trained:
    """Run the whole pipeline.

    Parameters
    ----------
    budget
        Seconds for tuning.
    seed
        Same data, same seed, same budget: same bytes.
    trials
        The number of tuning trials, to repeat an earlier run exactly.
    tell
        Called with each step as it begins.
    meanwhile
        Called when the first target has been judged, beside the fits that are still to be made.
    """
    steps, config = Steps(tell), loaded.config
    first, threads = config.targets[0], config.training.threads
    steps.begin("features")
    data = build_training_set(loaded)
    # Finding columns that only tell the date belongs to this step, and is all of it without a budget.
    steps.begin(
        "tuning", "tuning" if (budget if trials is None else trials) else "columns that tell the date"
    )
    _check_sides(first, data)
    _check_features(data, data.sides_of(first)[0])
    data, calendars = drop_calendars(data, first, seed=seed, threads=threads)
    train_rows = data.rows_of(first, data.sides_of(first)[0])
    tuned = tune(train_rows, budget=budget, seed=seed, threads=threads, trials=trials)
    steps.begin("evaluation", "judging on later leads")
    usable, skipped = _usable_targets(config, data)
    with fitting(data, usable, tuned.params, seed=seed, threads=threads) as fits:
        meanwhile(Seen(data, fits[0].judged.result(), calendars, seed))
        judged = tuple(each.judged.result() for each in fits)
        steps.begin("final fit")
        finals = [each.final.result() for each in fits]
    steps.end()
    parts = _assemble(data, finals, seed)
    turned = turned_values(data.rows_of(first, np.ones(len(data.lead), dtype=bool)).clipped())
    return Trained(parts, data, judged, tuned, calendars, steps.seconds, turned, skipped)


def _check_sides(target: Target, data: TrainingSet) -> None:
    earlier, later = data.sides_of(target)
    label = data.labels[target.name]
    sides = {"earlier": label[earlier], "later": label[later]}
    for name, side in sides.items():
        if len(side) == 0 or side.min() == side.max():
            raise DataError(
                f"the {name} leads have one outcome only, so nothing can be learned or judged",
                where=f"target {target.name}, split by time",
                got=f"{int(side.sum())} positives of {len(side)}",
                expected="both outcomes on both sides",
                mend="bring a longer history, or set `training.test_share` so that both sides have outcomes",
            )  # fmt: skip


def _check_features(data: TrainingSet, earlier: BoolArray) -> None:
    """Refuse rows that are all alike: there would be nothing to tell them apart by."""
    numeric = (np.unique(values[earlier]) for _, block in data.frame.blocks for values in block)
    coded = (np.unique(each.values[earlier]) for each in data.frame.categorical)
    if not any(len(values) > 1 for held in (numeric, coded) for values in held):
        raise DataError(
            "there is nothing to learn from: no column differs among the earlier leads", where="`columns`",
            expected="columns that are known when a lead comes in, or activities",
            mend="add columns to the export, or take one that is known so early out of `exclude`",
        )  # fmt: skip


def _usable_targets(config: Config, data: TrainingSet) -> tuple[Sequence[Target], tuple[Skipped, ...]]:
    """Return the first target and those further ones that have both outcomes on both sides of the split.

    The others come with the reason why not.
    """
    lacking = {target.name: _lacking(target, data) for target in config.targets[1:]}
    usable = [target for target in config.targets if lacking.get(target.name) is None]
    return usable, tuple(Skipped(name, why) for name, why in lacking.items() if why is not None)


def _lacking(target: Target, data: TrainingSet) -> str | None:
    """Say what one of the sides lacks to be learned from or judged on; None: nothing."""
    for name, side in zip(("earlier", "later"), data.sides_of(target), strict=True):
        label = data.labels[target.name][side & data.open]
        positives = int(label.sum())
        if not len(label):
            return f"no outcome of the {name} leads is known"
        if positives in (0, len(label)):
            return f"the {name} leads have one outcome only ({positives:,} positives in {len(label):,} rows)"
    return None


def _assemble(data: TrainingSet, finals: list[tuple[TargetModel, Forward]], seed: int) -> ModelParts:
    loaded, config = data.loaded, data.loaded.config
    model, forward = finals[0]
    raw = model.blend.log_odds(forward.linear, forward.trees)
    if len(raw):
        reference = reference_of(model.calibration.probability(raw), forward.population, forward.label)
    else:
        rows = data.rows_of(config.targets[0], data.open)
        reference = reference_of(model.predict(rows.frame).probability, rows.weight, rows.label)
    label = data.labels[config.targets[0].name]
    counted = data.open & ~np.isnan(label)
    times = data.as_of[counted]
    dated = not config.flat or config.data.created_at is not None
    won = data.lead[counted & (label == 1)]
    window = Window(
        begins=_iso(times.min()) if dated else "",
        ends=_iso(times.max()) if dated else "",
        leads=len(np.unique(data.lead[counted])) if data.draw is None else data.draw.leads,
        rows=int(counted.sum()),
        positives=len(np.unique(won)) if data.draw is None else data.draw.positives,
    )
    targets = tuple(t for t in config.targets if t.name in {m.name for m, _ in finals})
    return ModelParts(
        schema=Schema(
            config.data.without_places(), loaded.used, targets, config.stages.closed, config.flat
        ),
        plan=data.plan,
        scorecard_text=loaded.scorecard.to_text(),
        targets=tuple(m for m, _ in finals),
        bands=bands_of(reference, config.capacity.band_shares),
        reference=reference,
        window=window,
        seed=seed,
        evidence=_evidence_of(data),
        lot=Lot(config.exploration, config.selection.salt) if config.exploration > 0 else None,
    )  # fmt: skip


def _evidence_of(data: TrainingSet) -> Evidence:
    """Count past leads by their values at one moment each, at which they were undecided."""
    label = data.labels[data.loaded.config.targets[0].name]
    rows = one_row_a_lead(data.lead, data.open & ~np.isnan(label))
    stands = None if data.draw is None else data.draw.stands[rows]
    return fit_evidence(data.plan.fields, data.frame, rows, label[rows], stands)


def _iso(micros: int) -> str:
    return str(np.datetime64(int(micros), "us"))
