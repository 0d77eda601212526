"""A training run repeated from its id: same tables, settings and seed, so the same bundle, byte by byte."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from qualify.config import Config
from qualify.errors import DataError, ModelError
from qualify.model.bundle import write_bundle
from qualify.rules import Scorecard
from training.data import Loaded, load_tables
from training.in_use import open_registry
from training.pipeline import train_model
from training.record import UNTIL, WORK_SHA256, digest_of
from training.work import Work, load_work

__all__ = ["Reproduced", "reproduce"]


@dataclass(frozen=True)
class Reproduced:
    """A run that was repeated: its id, and the digest of the bundle that both times came out."""

    run_id: str
    bundle: str
    seed: int
    trials: int
    out: str | None


def reproduce(config: Config, folder: Path, run_id: str, out: Path | None = None) -> Reproduced:
    """Repeat a run; nothing is logged or registered.

    Parameters
    ----------
    config
        Says where the registry, the tables and the ledger are; every other setting is the run's own.
    out
        A folder for the bundle; default: it is compared and not kept.

    Raises
    ------
    ModelError
        There is no such training run, or another bundle came out.
    DataError
        The tables are not those that the run learned from.
    """
    client = open_registry(config, folder)
    run = _run(client, run_id)
    loaded = _loaded(config, folder, run)
    seed, trials = int(run.data.params["seed"]), int(run.data.params["trials"])
    trained = train_model(loaded, budget=0.0, seed=seed, trials=trials)
    with tempfile.TemporaryDirectory() as scratch:
        version = write_bundle(trained.parts, Path(scratch) / "bundle")
    _check_same(run, version)
    if out is not None:
        write_bundle(trained.parts, out)
    return Reproduced(run_id, version, seed, trials, None if out is None else str(out))


def _run(client: mlflow.MlflowClient, run_id: str) -> Run:
    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        raise ModelError(
            "there is no such run", where="--reproduce", got=run_id,
            mend="take a run id from `qualify train --json` or from MLflow",
        ) from error  # fmt: skip
    lacking = [name for name in ("seed", "trials") if name not in run.data.params]
    lacking += [name for name in ("bundle", "data_sha256") if name not in run.data.tags]
    if lacking:
        raise ModelError("the run is no training run that has ended", where=f"run {run_id}",
                         got="no " + ", ".join(lacking), expected="a run of `qualify train`")  # fmt: skip
    return run


def _loaded(config: Config, folder: Path, run: Run) -> Loaded:
    """Read the tables by the run's settings, and make sure that they are the run's tables."""
    run_id = str(run.info.run_id)
    own = json.loads(_artifact(run_id, "config.json"))
    own["data"] |= {name: getattr(config.data, name) for name in ("leads", "activities", "stages")}
    places = {"scorecard": None, "mlflow": config.mlflow, "service": config.service}
    settings: Config = type(config).model_validate(own | places)
    card = Scorecard.parse(_artifact(run_id, "scorecard.yaml"), where=f"scorecard.yaml of run {run_id}")
    until = run.data.tags.get(UNTIL)
    loaded = load_tables(settings, folder, until=None if until is None else int(until))
    loaded = replace(loaded, scorecard=card)
    if WORK_SHA256 in run.data.tags:
        loaded = replace(loaded, work=_work(settings, folder, run))
    found, wanted = digest_of(loaded.tables), run.data.tags["data_sha256"]
    if found != wanted:
        raise DataError(
            "the tables are not those that the run learned from", where=f"run {run_id}, data_sha256",
            got=found[:16], expected=wanted[:16], mend=_mend(run.data.tags),
        )  # fmt: skip
    return loaded


def _work(config: Config, folder: Path, run: Run) -> Work:
    """Read what the ledger knows of sales' work, and make sure that it is what the run knew."""
    work, wanted = load_work(config, folder), run.data.tags[WORK_SHA256]
    found = None if work is None else work.digest()
    if work is None or found != wanted:
        raise DataError(
            "the ledger's record of who was to be worked is not the one that the run learned from",
            where=f"run {run.info.run_id}, {WORK_SHA256}", got=None if found is None else found[:16],
            expected=wanted[:16], mend="bring back the ledger as it was",
        )  # fmt: skip
    return work


def _mend(tags: dict[str, Any]) -> str:
    if int(tags.get("answers_used", 0)):
        return "the run of `qualify retrain` learned from answers of sales too, which are not in the tables"
    return "bring back the tables as they were, and name them in qualify.yaml"


def _artifact(run_id: str, name: str) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        try:
            place = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=name, dst_path=scratch)
            return Path(place).read_text(encoding="utf-8")
        except (MlflowException, OSError) as error:
            raise ModelError("the run lacks a file that is needed to repeat it", where=f"run {run_id}",
                             got=name) from error  # fmt: skip


def _check_same(run: Run, version: str) -> None:
    wanted = run.data.tags["bundle"]
    if version != wanted:
        raise ModelError(
            "the same tables and settings gave another bundle", where=f"run {run.info.run_id}", got=version,
            expected=wanted, mend="install the versions of qualify and its libraries that made it",
        )  # fmt: skip
