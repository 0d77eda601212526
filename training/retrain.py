"""The loop: what sales answered becomes training data, and a better model takes over if the gate lets it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import mlflow

from qualify.config import Config
from qualify.errors import GateRefused
from training import registry
from training.answers import Joined
from training.contested import compare_scorers
from training.data import load_tables
from training.decision import Decision
from training.drawn import drawn_json
from training.gate_record import gate_document
from training.heard import with_answers
from training.lock import only_one
from training.promotion import take_over
from training.recalibrate import recalibrate_loaded
from training.recalibration import Recalibration
from training.record import LEARNED_FROM, learned_from
from training.ring import Ring
from training.train import Attempt, attempt, selection_json, skipped_json, turned_json

Status = Literal["promoted", "recalibrated", "first", "refused", "unchanged", "busy"]


@dataclass(frozen=True)
class Retrained:
    """What a retraining did.

    Parameters
    ----------
    status
        ``promoted``: the challenger is in use; ``recalibrated``: it was refused, and the version in use has
        got a new calibration; ``first``: it is in use, and there was none before; ``refused``: the gate or
        the verdict said no; ``unchanged``: an earlier run has learned from the same; ``busy``: another
        retraining is running.
    reasons
        Why, in sentences.
    joined
        What became of the answers; None where nothing was read.
    attempt
        The training run; None where none was made.
    previous
        The version in use before.
    recalibration
        What became of a new calibration for the version in use; None where none was tried.
    """

    status: Status
    reasons: tuple[str, ...]
    joined: Joined | None = None
    attempt: Attempt | None = None
    previous: str | None = None
    recalibration: Recalibration | None = None

    @property
    def version(self) -> str | None:
        """The version that was made: recalibrated, or trained."""
        if self.status == "recalibrated" and self.recalibration is not None:
            return self.recalibration.version
        return (
            None
            if self.attempt is None or self.attempt.registered is None
            else self.attempt.registered.version
        )

    def as_json(self) -> Mapping[str, Any]:
        """Return what ``--json`` prints."""
        done = self.attempt
        return {
            "status": self.status,
            "reasons": list(self.reasons),
            "promoted": self.status in ("promoted", "recalibrated", "first"),
            "answers": None if self.joined is None else self.joined.as_json(),
            "run_id": None if done is None else done.run_id,
            "version": self.version,
            "previous": self.previous,
            "verdict": None if done is None else done.verdict.use,
            "gate": None if done is None else _gate(done),
            "metrics": None if done is None else _metrics(done),
            "selection": None if done is None else selection_json(done.trained),
            "turned": None if done is None else turned_json(done.trained),
            "drawn": None if done is None else drawn_json(done.trained.data),
            "skipped_targets": [] if done is None else skipped_json(done.trained),
            "recalibration": None if self.recalibration is None else self.recalibration.as_json(),
            "seconds": None if done is None else done.seconds,
        }


def retrain(
    config: Config, folder: Path, *, budget: float, seed: int, trials: int | None = None
) -> Retrained:
    """Learn from the tables and the answers of sales, and let the gate decide.

    Safe to be run by a clock: it does nothing where nothing has changed or another one is running. Only leads
    whose horizon has passed teach anything; younger ones are censored by the labels.

    Raises
    ------
    DataError, ConfigError
        A table or the configuration is wrong, or no outcome is known yet.
    LedgerUnavailable
        The ledger does not answer.
    GateRefused
        Another version came into use while this one was trained.
    """
    with only_one(folder) as free:
        if not free:
            return Retrained("busy", ("another retraining of this project is running",))
        return _retrain(config, folder, budget=budget, seed=seed, trials=trials)


def _retrain(config: Config, folder: Path, *, budget: float, seed: int, trials: int | None) -> Retrained:
    began = time.monotonic()
    registry.open_experiment(config, folder)
    loaded, joined = with_answers(load_tables(config, folder), folder)
    before = registry.finished_run(config, LEARNED_FROM, learned_from(loaded))
    if before is not None:
        late = (
            f"; {joined.late} answers are later than the tables and wait for newer ones"
            if joined.late
            else ""
        )
        return Retrained("unchanged", (f"run {before} has learned from the same data{late}",), joined)
    left = tuple(_left_behind(config, learned_from(loaded)))
    settle = partial(_settle, config)
    done = attempt(loaded, folder, budget=budget, seed=seed, trials=trials, began=began, settle=settle)
    _log_answers(done.run_id, joined)
    decided = _decided(joined, done)
    decided = replace(decided, reasons=(*decided.reasons, *left))
    if decided.status != "refused" or decided.previous is None:
        return decided
    # Trees are not called for; a new calibration of those in use may be, and costs less than either.
    renewed = recalibrate_loaded(loaded, folder)
    if renewed.status != "recalibrated":
        return replace(decided, recalibration=renewed)
    return replace(decided, status="recalibrated", reasons=(*renewed.reasons, *left), recalibration=renewed)


def _left_behind(config: Config, learned: str) -> Iterator[str]:
    """Tell of runs that learned from the same and have not ended, and what they registered."""
    client, name = mlflow.MlflowClient(), config.mlflow.model_name
    for run_id in registry.runs_of(config, LEARNED_FROM, learned, "RUNNING"):
        made = client.search_model_versions(f"name = '{name}' and run_id = '{run_id}'")
        versions = f"; it made version {', '.join(str(each.version) for each in made)}" if made else ""
        yield f"run {run_id} learned from the same and did not end, or is still at work{versions}"


def _settle(
    config: Config, made: registry.Registered, ring: Ring | None, decision: Decision | None
) -> tuple[str, ...]:
    """Put the challenger in use, if the gate lets it; return what the gate said.

    Raises
    ------
    GateRefused
        Another version came into use while this one was trained.
    """
    if ring is None or decision is None:
        if made.alias == registry.CHALLENGER:
            raise GateRefused(
                f"version {made.version} was not promoted",
                ["another first version came into use meanwhile: run it again to compare with that"],
            )
        return ()
    return take_over(config, made.version, decision, ring.champion) if decision.passed else ()


def _decided(joined: Joined, done: Attempt) -> Retrained:
    """Say what became of the challenger."""
    previous = None if done.ring is None else done.ring.champion
    if done.registered is None:
        why = (f"the verdict is `{done.verdict.use}`", *done.verdict.reasons)
        return Retrained("refused", why, joined, done, previous)
    if done.decision is None:
        return Retrained("first", done.verdict.reasons, joined, done, previous)
    if not done.decision.passed:
        return Retrained("refused", done.decision.objections, joined, done, previous)
    return Retrained("promoted", done.settled, joined, done, previous)


def _log_answers(run_id: str, joined: Joined) -> None:
    """Keep with the run how many answers it learned from; which lead said what stays in the ledger."""
    client, counts = mlflow.MlflowClient(), joined.as_json()
    for name in ("given", "used", "later_than_tables", "in_crm_too"):
        client.set_tag(run_id, f"answers_{name}", counts[name])
    client.set_tag(run_id, "answers_conflicts", len(joined.conflicts))


def _gate(done: Attempt) -> Mapping[str, Any] | None:
    if done.ring is None or done.decision is None:
        return None
    return gate_document(done.ring, done.decision, compare_scorers(done.ring.contest, draws=100))


def _metrics(done: Attempt) -> Mapping[str, Any]:
    """Return the figures on all later leads by scorer."""
    return {
        ("challenger" if who == "model" else who): {
            name: metric.as_dict() for name, metric in figures.items()
        }
        for who, figures in done.trained.judged[0].metrics.items()
    }
