"""A simulated funnel that is worked by its own model's advice, cycle by cycle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import ColumnSpec, Config, Data, Target, Training
from qualify.decide.exploration import in_lot
from qualify.evaluate import compute_metrics
from qualify.features.build import build_frame
from qualify.leads.build import build_tables
from qualify.leads.stamp import stamp
from qualify.leads.tables import BoolArray, FloatArray
from qualify.model.fit import Params, fit_target
from qualify.model.parts import Lot
from qualify.rules import default_scorecard, evaluate
from qualify.simulate import simulate
from training.data import Loaded
from training.dataset import TrainingSet, build_training_set
from training.work import Work

CYCLES, COHORT, JUDGED = 5, 3000, 4000
TOP = 1 / 3
"""The share of a cohort that sales work: the top of it by the champion's score."""
NEW, COLDEST, NEW_CHANCE = "partner portal", 0.16, 0.5
"""After the first cohort the coldest leads, by all that was known, come by a new source, and convert."""
HARDLY = 0.02
"""The chance by that source in the first cohort, where it was there already and turned later."""
DAY = 86_400_000_000

SPECS = {name: ColumnSpec(type="category") for name in ("source", "industry", "region")} | {
    name: ColumnSpec(type="number") for name in ("employees", "visits", "hands")
}
TARGET = Target(name="sql", column="sql", positive="yes")
_VISITS = ("site_visit", "product_view", "pricing_view", "blog_view")
_HANDS = ("contact_form", "demo_request", "call_booked", "trial_signup")


@dataclass(frozen=True)
class Funnel:
    """Leads in order of time, their true chance if they are worked, and what becomes of them then."""

    leads: pa.Table
    chance: FloatArray
    converts: BoolArray

    @property
    def first_judged(self) -> int:
        return COHORT * (CYCLES + 1)

    def auc(self, probability: FloatArray) -> float:
        """Return the AUC on all leads of the last cohort, over what each would do, without luck of the draw.

        Every lead counts as a winner by its true chance and as a loser by the rest.
        """
        chance, ones = self.chance[self.first_judged :], np.ones(len(probability))
        return compute_metrics(
            np.concatenate([ones, 0 * ones]), np.tile(probability, 2), bootstrap=0, names=("auc",),
            weight=np.concatenate([chance, 1 - chance]),
        )["auc"].value  # fmt: skip


def make_funnel(seed: int, *, turned: bool = False) -> Funnel:
    """Simulate leads as known one day after creation; worked, a lead converts by its true propensity.

    Parameters
    ----------
    turned
        The source that converts in the end is no new one: any lead may come by it, and in the first cohort
        hardly one of them converted.
    """
    count = COHORT * (CYCLES + 1) + JUDGED
    made = simulate(count, seed, work_share=1.0, months=24, activities_per_lead=8)
    rng = np.random.default_rng(seed)
    chance = made.truth["p_sql"].to_numpy()
    # Who has become SQL by itself on the first day has no propensity any more.
    chance = np.where(np.isnan(chance), 1.0, chance)
    later = np.arange(count) >= COHORT
    new = rng.random(count) < COLDEST if turned else (chance <= np.quantile(chance, COLDEST)) & later
    source = np.where(new, NEW, np.array(made.leads["source"].to_pylist(), dtype=object))
    chance = np.where(new, np.where(later, NEW_CHANCE, HARDLY), chance)
    columns = {
        "source": pa.array(source.tolist(), pa.string()),
        "visits": _on_day_one(made, _VISITS), "hands": _on_day_one(made, _HANDS),
    }  # fmt: skip
    kept = made.leads.select(["lead_id", "created_at", "industry", "region", "employees"])
    for name, values in columns.items():
        kept = kept.append_column(name, values)
    return Funnel(kept, chance, rng.random(count) < chance)


def _on_day_one(made: Any, types: tuple[str, ...]) -> pa.Array:
    """Count activities of some types that were recorded within a day of each lead's creation."""
    lead = pc.index_in(made.activities["lead_id"], value_set=made.leads["lead_id"]).to_numpy()
    created = made.leads["created_at"].cast(pa.int64()).to_numpy()
    early = made.activities["recorded_at"].cast(pa.int64()).to_numpy() <= created[lead] + DAY
    wanted = pc.is_in(made.activities["type"], pa.array(types)).to_numpy(zero_copy_only=False)
    return pa.array(np.bincount(lead[early & wanted], minlength=len(created)).astype(float))


@dataclass
class Loop:
    """Five cycles: score the next cohort, work the top third and the lot, learn from what that shows.

    Parameters
    ----------
    share
        Of the lot; 0: none, and then, as the CRM has it, a lead that nobody worked did not convert.
    unknown
        Whether outcomes of unworked leads are unknown; with a lot they always are.
    """

    funnel: Funnel
    share: float
    unknown: bool = False
    plans: list[pa.Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worked = np.arange(len(self.funnel.converts)) < COHORT  # the first cohort was worked whole

    @cached_property
    def config(self) -> Config:
        return Config(
            data=Data(leads="leads", lead_id="lead_id", created_at="created_at"), targets=(TARGET,),
            columns=SPECS, exploration=self.share, training=Training(bags=2),
        )  # fmt: skip

    def run(self) -> float:
        """Return the AUC on the last cohort after five cycles."""
        for cycle in range(1, CYCLES + 1):
            begin, end = cycle * COHORT, (cycle + 1) * COHORT
            self._work(begin, end, self._predict(self._training_set(begin), begin, end))
        return self._judged(self._training_set(self.funnel.first_judged))

    def with_all_outcomes(self) -> float:
        """Return the AUC of a model for which every lead had been worked."""
        self.worked[:] = True
        return self._judged(self._training_set(self.funnel.first_judged))

    def _judged(self, data: TrainingSet) -> float:
        return self.funnel.auc(self._predict(data, self.funnel.first_judged, len(self.worked)))

    def _work(self, begin: int, end: int, probability: FloatArray) -> None:
        """Let sales work the top of a cohort and the lot, and write down who was to be worked."""
        leads = self.funnel.leads.slice(begin, end - begin)
        top = probability >= np.quantile(probability, 1 - TOP)
        ids = np.array(leads["lead_id"].to_pylist(), dtype=object)
        picked = in_lot(ids, Lot(self.share, "qualify")) if self.share else np.zeros(len(ids), dtype=bool)
        self.worked[begin:end] = top | picked
        at = leads["created_at"].cast(pa.timestamp("us", tz="UTC"))
        self.plans.append(pa.table({
            "lead_id": leads["lead_id"], "scored_at": at,
            "selected_at": pc.if_else(pa.array(top), at, None),
            "picked_at": pc.if_else(pa.array(picked), at, None),
            "chance": np.full(len(ids), self.share or 1.0), "best_band": np.where(top, "A", "D"),
        }))  # fmt: skip

    def _training_set(self, until: int) -> TrainingSet:
        """Return what can be learned from the first leads."""
        seen = np.where(self.funnel.converts & self.worked, "yes", "no")
        leads = self.funnel.leads.append_column("sql", pa.array(seen)).slice(0, until)
        columns = {**SPECS, "sql": ColumnSpec(type="category")}
        tables, rejects = build_tables(self.config.data, columns, stamp(leads, origin="leads"))
        known = bool(self.plans) and (self.share > 0 or self.unknown)
        work = Work(pa.concat_tables(self.plans)) if known else None
        return build_training_set(Loaded(self.config, tables, SPECS, rejects, default_scorecard(), work))

    def _predict(self, data: TrainingSet, begin: int, end: int) -> FloatArray:
        """Fit on everything, and score some leads in the order of the funnel."""
        rows = data.rows_of(TARGET, np.ones(len(data.lead), dtype=bool))
        model, _ = fit_target("sql", rows, QUICK, bags=2, seed=0, threads=1)
        leads = self.funnel.leads.slice(begin, end - begin)
        tables, _ = build_tables(self.config.data, SPECS, stamp(leads, origin="leads"))
        every = np.argsort(tables.source_row)
        points = evaluate(data.loaded.scorecard, tables, every, tables.created_at[every])
        frame = build_frame(data.plan, tables, every, tables.created_at[every], points)
        return model.predict(frame).probability


QUICK = replace(Params(), trees=replace(Params().trees, learning_rate=0.15))
"""As usual, with larger steps."""
