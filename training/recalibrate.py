"""A new calibration for the model in use, behind the same gate as a new model.

Where only the share of outcomes moves, trees, points and explanations need not: two numbers do.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
import numpy as np
from mlflow.entities import Run

from qualify.config import Config
from qualify.evaluate import Metric, compute_metrics
from qualify.leads.tables import BoolArray
from qualify.model.bundle import write_bundle
from qualify.model.parts import ModelParts
from qualify.model.recalibrate import Walk
from qualify.scorer import Scorer
from training import registry
from training.behaviour import left_out, measure_behaviour
from training.comparison import draws_for
from training.contested import CHALLENGER, CHAMPION, Contest
from training.data import Loaded, load_tables
from training.decision import Decision
from training.fresh import Fresh
from training.gate import judge
from training.gate_record import log_gate
from training.heard import with_answers
from training.in_use import FITTED_IN, InUse, champion, open_registry
from training.lock import only_one
from training.parity import measure_parity
from training.promotion import take_over
from training.recalibration import Recalibration
from training.record import (
    DATA_SHA256,
    RECALIBRATED_FROM,
    RECALIBRATION,
    digest_of,
    flat_metrics,
    learned_from,
    moments_of,
    settings_of,
)
from training.renewal import Renewal, enough, renewal_of
from training.ring import Ring
from training.rivals import Rival, load_rival, segments_of, why_not
from training.train import example_of
from training.verdict import Verdict

__all__ = ["recalibrate", "recalibrate_loaded"]

TRIED = "recalibrated_on"
"""The tag of a run by which it is found that the same was tried before."""

_FIGURES = ("auc", "log_loss", "brier", "ece", "precision_at_capacity")


def recalibrate(config: Config, folder: Path) -> Recalibration:
    """Recalibrate the model in use on outcomes that have matured since it was fitted, if that helps.

    Safe to be run by a clock: the same data are tried once.

    Raises
    ------
    UserError, ModelError
        There is no model in use, or it cannot score the present tables.
    DataError, ConfigError
        A table or the configuration is wrong.
    LedgerUnavailable
        The ledger does not answer.
    """
    open_registry(config, folder)
    with only_one(folder) as free:
        if not free:
            return Recalibration("busy", ("another training run of this project is at work",))
        return recalibrate_loaded(with_answers(load_tables(config, folder), folder)[0], folder)


def recalibrate_loaded(loaded: Loaded, folder: Path) -> Recalibration:
    """Do it on tables that were read, by whoever holds the lock."""
    config = loaded.config
    used = champion(mlflow.MlflowClient(), config.mlflow.model_name)
    rival = load_rival(config)
    assert rival is not None, "the registry has just named the version in use"
    why = why_not(rival.scorer, used.version, loaded)
    if why is not None:
        return Recalibration("unneeded", (why,), previous=used.version)
    new = renewal_of(loaded, rival.scorer)
    judged = _judged(new.taken, new.fresh, rival.scorer.parts)
    kept = Recalibration("unneeded", (), previous=used.version)
    if not enough(new.fresh, judged):
        seen = f"{len(np.unique(new.fresh.lead[judged]))} leads with a new outcome are too few to judge by"
        return replace(kept, reasons=(seen,))
    if new.fitted[0].kind == "same":
        return replace(kept, reasons=("the calibration in use serves the new outcomes best",))
    tried = registry.finished_run(config, TRIED, _digest(loaded, used))
    if tried is not None:
        return Recalibration("unchanged", (f"run {tried} has tried the same",), previous=used.version)
    return _Attempt(loaded, folder, rival, used, new, judged).run()


def _judged(taken: Walk, fresh: Fresh, parts: ModelParts) -> BoolArray:
    """Return the rows to judge by: those promised from earlier ones, and new to the calibration in use."""
    judged: BoolArray = taken.blocks > 0
    done = parts.recalibrated
    if done is None:
        return judged
    if not fresh.dated:
        return judged & (fresh.evidence.time >= done.leads)
    return judged & (fresh.as_of > int(np.datetime64(done.ends, "us").astype(np.int64)))


def _digest(loaded: Loaded, used: InUse) -> str:
    return hashlib.sha256(f"{learned_from(loaded)} {used.bundle}".encode()).hexdigest()


@dataclass(frozen=True)
class _Attempt:
    """One try: a bundle with another calibration against the one in use."""

    loaded: Loaded
    folder: Path
    rival: Rival
    used: InUse
    new: Renewal
    judged: BoolArray

    def run(self) -> Recalibration:
        """Judge, log, and put in use what the gate lets pass."""
        form, calibration = self.new.fitted
        made = self.new.parts()
        with tempfile.TemporaryDirectory() as scratch:
            bundle = Path(scratch) / "bundle"
            digest = write_bundle(made, bundle)
            ring, decision, metrics = self._gate(bundle)
            done = Recalibration(
                "refused", decision.objections, None, self.used.version, None, form,
                calibration, metrics, ring, decision,
            )  # fmt: skip
            if not decision.passed and _as_good(decision):
                said = next(check.text for check in decision.checks if check.name == CHAMPION)
                return replace(done, status="unneeded", reasons=(said,))
            return self._logged(done, made, bundle, digest)

    def _gate(self, bundle: Path) -> tuple[Ring, Decision, dict[str, dict[str, Metric]]]:
        """Let the calibrations that would have been in use meet the one that is."""
        parts, seed, share = self.rival.scorer.parts, self.rival.scorer.parts.seed, self._share
        rows = self.new.fresh.take(self.judged)
        probabilities = {
            CHALLENGER: self.new.taken.probability[self.judged],
            CHAMPION: parts.targets[0].calibration.probability(rows.evidence.raw),
        }
        label, weight = rows.evidence.label, rows.evidence.weight
        scorer, names = Scorer.load(bundle), left_out(self.loaded.config, self.rival.scorer)
        contest = Contest(
            label, weight, rows.lead, rows.evidence.time, probabilities, segments_of(self.loaded, rows.lead),
            share, measure_parity(scorer, self.loaded.tables, rows.lead, rows.as_of, seed=seed),
            behaviour=measure_behaviour(
                scorer, self.loaded.tables, rows.lead, rows.as_of, names, seed=seed
            ),
        )  # fmt: skip
        draws = draws_for(len(label))
        decision = judge(contest, self._verdict(), draws=draws, seed=seed)
        metrics = {
            who: compute_metrics(label, p, weight=weight, lead=rows.lead, capacity_share=share, seed=seed,
                                 bootstrap=draws, names=_FIGURES)
            for who, p in probabilities.items()
        }  # fmt: skip
        note = (
            f"judged on {len(np.unique(rows.lead))} leads that are new to version {self.used.version}; each "
            "was promised what outcomes known before it would have made of the calibration"
        )
        return Ring(contest, self.used.version, (note,)), decision, metrics

    @property
    def _share(self) -> float:
        return self.loaded.config.capacity.share

    def _verdict(self) -> Verdict:
        """Return the verdict on the fit, whose order of leads stays."""
        found = self._source().data.tags.get("verdict", "unknown")
        why = f"that of the run in which version {self.used.version} was fitted"
        return Verdict("model" if found == "model" else "rules" if found == "rules" else "manual", (why,))

    def _source(self) -> Run:
        return mlflow.get_run(self.used.run_id)

    def _logged(self, done: Recalibration, made: ModelParts, bundle: Path, digest: str) -> Recalibration:
        """Log the run; register and promote the version if the gate lets it pass."""
        config = self.loaded.config
        assert done.ring is not None
        assert done.decision is not None
        with registry.run(config, self.folder) as active:
            mlflow.set_tags(self._tags(digest))
            mlflow.log_metrics(_metrics(done))
            log_gate(done.ring, done.decision)
            mlflow.log_dict(dict(done.as_json()), "recalibration.json")
            mlflow.log_dict(dict(settings_of(config)), "config.json")
            done = replace(done, run_id=str(active.info.run_id))
            if done.decision is None or not done.decision.passed:
                return done
            made_version = registry.register(config, made, bundle, example_of(self.loaded), digest)
            mlflow.set_tags({"model_version": made_version.version, "alias": made_version.alias})
            # Inside: a run that is killed before this is done does not count as finished.
            return self._promoted(done, made_version.version)

    def _tags(self, digest: str) -> dict[str, str]:
        source = self._source()
        fitted = source.data.tags.get(FITTED_IN, self.used.run_id)
        return {
            "kind": RECALIBRATION, "bundle": digest, RECALIBRATED_FROM: self.used.version,
            DATA_SHA256: digest_of(self.loaded.tables), **moments_of(self.loaded),
            FITTED_IN: fitted, TRIED: _digest(self.loaded, self.used),
            "verdict": self._verdict().use, "scorecard": self.rival.scorer.scorecard.version,
        }  # fmt: skip

    def _promoted(self, done: Recalibration, version: str) -> Recalibration:
        assert done.decision is not None
        config = self.loaded.config
        mlflow.MlflowClient().set_model_version_tag(
            config.mlflow.model_name, version, RECALIBRATED_FROM, self.used.version
        )
        reasons = take_over(config, version, done.decision, self.used.version)
        return replace(done, status="recalibrated", reasons=reasons, version=version)


def _as_good(decision: Decision) -> bool:
    """Say whether nothing speaks against the new calibration but that it is no better beyond noise."""
    failed = [check for check in decision.checks if not check.passed]
    only = failed[0] if len(failed) == 1 else None
    if only is None or only.name != CHAMPION or only.low is None or only.high is None:
        return False
    return only.low <= 0 <= only.high


def _metrics(done: Recalibration) -> dict[str, float]:
    """Return the figures by the names that MLflow keeps them under; those of the new one are the model's."""
    assert done.metrics is not None
    assert done.calibration is not None
    new = done.calibration
    named = {"model": done.metrics[CHALLENGER], CHAMPION: done.metrics[CHAMPION]}
    moved = {"calibration_intercept": new.calibration.intercept, "calibration_slope": new.calibration.slope,
             "calibration_sd": new.error}  # fmt: skip
    return flat_metrics(named) | moved
