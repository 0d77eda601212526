"""A run repeated from its id: same tables, answers, settings and seed, so the same bundle, byte by byte."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from qualify.config import Config
from qualify.errors import DataError, ModelError
from qualify.model.bundle import write_bundle
from qualify.model.parts import ModelParts
from qualify.rules import Scorecard
from qualify.scorer import Scorer
from training.data import Loaded, load_tables
from training.heard import with_answers, with_work
from training.in_use import open_registry
from training.pipeline import train_model
from training.record import (
    DATA_SHA256,
    HEARD_ANSWERS,
    HEARD_UNTIL,
    RECALIBRATED_FROM,
    RECALIBRATION,
    UNTIL,
    WORK_SHA256,
    digest_of,
)
from training.renewal import renewal_of

__all__ = ["Reproduced", "reproduce"]


@dataclass(frozen=True)
class Reproduced:
    """A run that was repeated: its id, and the digest of the bundle that both times came out.

    Seed and trials are those of a training; a recalibration has neither.
    """

    run_id: str
    bundle: str
    seed: int | None
    trials: int | None
    out: str | None


def reproduce(config: Config, folder: Path, run_id: str, out: Path | None = None) -> Reproduced:
    """Repeat a run of `train`, `retrain` or `recalibrate`; nothing is logged or registered.

    Parameters
    ----------
    config
        Says where the registry, the tables and the ledger are; every other setting is the run's own.
    out
        A folder for the bundle; default: it is compared and not kept.

    Raises
    ------
    ModelError
        There is no such run, or another bundle came out.
    DataError
        The tables, or what the ledger knew then, are not those that the run learned from.
    """
    client = open_registry(config, folder)
    run = _run(client, run_id)
    loaded = _loaded(config, folder, run)
    again = _recalibrated(config, loaded, run) if _is_recalibration(run) else _trained(loaded, run)
    with tempfile.TemporaryDirectory() as scratch:
        version = write_bundle(again, Path(scratch) / "bundle")
    _check_same(run, version)
    if out is not None:
        write_bundle(again, out)
    seed, trials = (int(text) if (text := run.data.params.get(name)) else None for name in ("seed", "trials"))
    return Reproduced(run_id, version, seed, trials, None if out is None else str(out))


def _is_recalibration(run: Run) -> bool:
    return bool(run.data.tags.get("kind") == RECALIBRATION)


def _run(client: mlflow.MlflowClient, run_id: str) -> Run:
    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        raise ModelError(
            "there is no such run", where="--reproduce", got=run_id,
            mend="take a run id from `qualify train --json` or from MLflow",
        ) from error  # fmt: skip
    params = () if _is_recalibration(run) else ("seed", "trials")
    lacking = [name for name in params if name not in run.data.params]
    lacking += [name for name in ("bundle", DATA_SHA256) if name not in run.data.tags]
    if lacking:
        raise ModelError("the run is none that made a model and has ended", where=f"run {run_id}",
                         got="no " + ", ".join(lacking),
                         expected="a run of `qualify train`, `retrain` or `recalibrate`")  # fmt: skip
    return run


def _trained(loaded: Loaded, run: Run) -> ModelParts:
    seed, trials = int(run.data.params["seed"]), int(run.data.params["trials"])
    return train_model(loaded, budget=0.0, seed=seed, trials=trials).parts


def _recalibrated(config: Config, loaded: Loaded, run: Run) -> ModelParts:
    """Find the calibration again that the run gave to an earlier version."""
    name, version = config.mlflow.model_name, run.data.tags[RECALIBRATED_FROM]
    try:
        place = mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/{version}/artifacts/bundle")
    except (MlflowException, OSError) as error:
        raise ModelError(
            "the version that was recalibrated is not in the registry any more",
            where=f"run {run.info.run_id}, model {name!r}", got=f"no version {version}",
        ) from error  # fmt: skip
    return renewal_of(loaded, Scorer.load(place)).parts()


def _loaded(config: Config, folder: Path, run: Run) -> Loaded:
    """Read tables and ledger by the run's settings as of the run, and make sure that they are the run's."""
    run_id, tags = str(run.info.run_id), run.data.tags
    own = json.loads(_artifact(run_id, "config.json"))
    own["data"] |= {name: getattr(config.data, name) for name in ("leads", "activities", "stages")}
    places = {"scorecard": None, "mlflow": config.mlflow, "service": config.service}
    settings: Config = type(config).model_validate(own | places)
    loaded = load_tables(settings, folder, until=int(tags[UNTIL]) if UNTIL in tags else None)
    if not _is_recalibration(run):
        where = f"scorecard.yaml of run {run_id}"
        loaded = replace(loaded, scorecard=Scorecard.parse(_artifact(run_id, "scorecard.yaml"), where=where))
    loaded = _heard(loaded, folder, run)
    found, wanted = digest_of(loaded.tables), tags[DATA_SHA256]
    if found != wanted:
        raise DataError(
            "the tables are not those that the run learned from", where=f"run {run_id}, {DATA_SHA256}",
            got=found[:16], expected=wanted[:16], mend=_mend(loaded),
        )  # fmt: skip
    return loaded


def _heard(loaded: Loaded, folder: Path, run: Run) -> Loaded:
    """Return the tables with what the ledger knew, and make sure that it is what the run knew."""
    tags = run.data.tags
    until = int(tags[HEARD_UNTIL]) if HEARD_UNTIL in tags else None
    if tags.get(HEARD_ANSWERS) == "true":
        loaded, _ = with_answers(loaded, folder, until)
    elif until is not None or WORK_SHA256 in tags:
        loaded = with_work(loaded, folder, until)
    wanted = tags.get(WORK_SHA256)
    found = None if loaded.work is None else loaded.work.digest()
    if wanted is not None and found != wanted:
        raise DataError(
            "the ledger's record of who was to be worked is not the one that the run learned from",
            where=f"run {run.info.run_id}, {WORK_SHA256}", got=None if found is None else found[:16],
            expected=wanted[:16], mend="bring back the ledger as it was; a lead that was forgotten is gone",
        )  # fmt: skip
    return loaded


def _mend(loaded: Loaded) -> str:
    if loaded.heard is not None and loaded.heard.answers:
        return (
            "bring back the tables as they were, and the ledger with the answers that sales had given by "
            "then; what was forgotten is gone"
        )
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
