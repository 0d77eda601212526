"""MLflow: runs, and the registered model with its aliases `champion`, `challenger` and `previous`."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy.exc import SQLAlchemyError

from qualify.config import Config
from qualify.config.reach import check_reach, patient_client
from qualify.errors import ModelError, UserError, without_secrets
from qualify.model.parts import ModelParts
from training.lock import in_turn
from training.turn import turn_on_server

# MLflow reports usage to its makers unless told otherwise; a customer's lead data is nobody's affair.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
patient_client()

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.exceptions import MlflowException
    from mlflow.models import ModelSignature
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
    from mlflow.types.schema import AnyType, Array, Object, Property

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"

MOVE = "champion_move"
"""The tag of a model whose champion is being changed: from which version to which."""


@dataclass(frozen=True)
class Registered:
    """A version in the registry."""

    run_id: str
    model_uri: str
    version: str
    alias: str


def connect(config: Config, folder: Path) -> mlflow.MlflowClient:
    """Point MLflow at the configured store; a relative SQLite file is meant from `folder`.

    Raises
    ------
    ModelError
        The store does not answer.
    """
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="mlflow")
    uri = config.mlflow.store_uri(folder)
    check_reach(uri)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    if is_local(config):
        return mlflow.MlflowClient()
    return _answering(uri)


def _answering(uri: str) -> mlflow.MlflowClient:
    """Return a client of a store that has answered it."""
    try:
        client = mlflow.MlflowClient()
        client.search_experiments(max_results=1)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise ModelError(
            "the MLflow store does not answer", where=f"mlflow.tracking_uri {without_secrets(uri)}",
            got=f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:150]}",
            mend="start it, or correct `mlflow.tracking_uri` in qualify.yaml",
        ) from error  # fmt: skip
    return client


def is_local(config: Config) -> bool:
    """Return whether the store is a file beside the configuration, not a server."""
    return config.mlflow.tracking_uri.startswith("sqlite:")


def make_store(config: Config, folder: Path) -> None:
    """Make a local store where there is none; a server has its own."""
    if is_local(config):
        _make_store(Path(config.mlflow.store_uri(folder).removeprefix("sqlite:///")))


def open_experiment(config: Config, folder: Path) -> None:
    """Make the store and the experiment where there are none; a local store keeps artifacts beside it."""
    make_store(config, folder)
    client, name = connect(config, folder), config.mlflow.experiment
    if client.get_experiment_by_name(name) is None:
        place = (folder / "mlartifacts").resolve().as_uri() if is_local(config) else None
        try:
            client.create_experiment(name, artifact_location=place)
        except MlflowException:
            if client.get_experiment_by_name(name) is None:
                raise  # else another training has made it just now


def _make_store(path: Path) -> None:
    """Make an SQLite store that is there whole or not at all, whoever else makes it or kills us.

    MLflow makes its tables in many steps, and two processes at once end in half a store.
    """
    if path.is_file() or not path.parent.is_dir():
        return
    with in_turn(path.parent):
        if path.is_file():
            return
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.ERROR)
        place = (path.parent / "mlartifacts").resolve().as_uri()
        store = SqlAlchemyStore(f"sqlite:///{part}", place)  # type: ignore[no-untyped-call]
        store.engine.dispose()
        part.replace(path)


def finished_run(config: Config, tag: str, value: str) -> str | None:
    """Return the id of a finished run of the experiment that carries a tag; None where there is none."""
    return next(iter(runs_of(config, tag, value, "FINISHED")), None)


def runs_of(config: Config, tag: str, value: str, status: str) -> list[str]:
    """Return the ids of the latest runs of the experiment, at most ten, with a tag and a status."""
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name(config.mlflow.experiment)
    if experiment is None:
        return []
    wanted = f"tags.{tag} = '{value}' and attributes.status = '{status}'"
    return [
        str(each.info.run_id)
        for each in client.search_runs([experiment.experiment_id], wanted, max_results=10)
    ]


@contextmanager
def run(config: Config, folder: Path) -> Iterator[mlflow.ActiveRun]:
    """Start a run in the configured experiment."""
    open_experiment(config, folder)
    mlflow.set_experiment(config.mlflow.experiment)
    # `mlflow run` has already opened a run for us; then ours is that one.
    with mlflow.start_run(run_id=os.environ.get("MLFLOW_RUN_ID")) as active:
        yield active


def register(
    config: Config, parts: ModelParts, bundle: Path, example: pd.DataFrame, bundle_version: str
) -> Registered:
    """Log the bundle as a pyfunc model from code and register it; the first version becomes champion."""
    client = mlflow.MlflowClient()
    info = mlflow.pyfunc.log_model(
        name="model",
        python_model=_model_code(),
        artifacts={"bundle": str(bundle)},
        signature=signature_of(parts),
        input_example=example,
        pip_requirements=["qualify"],
        registered_model_name=config.mlflow.model_name,
    )
    version = str(info.registered_model_version)
    name = config.mlflow.model_name
    client.set_model_version_tag(name, version, "bundle", bundle_version)
    alias = CHALLENGER
    with alone(name):
        finish_move(client, name)
        client.set_registered_model_alias(name, CHALLENGER, version)
        if alias_of(client, name, CHAMPION) is None:
            client.set_registered_model_alias(name, CHAMPION, version)
            alias = CHAMPION
    return Registered(str(info.run_id), f"models:/{name}/{version}", version, alias)


def _model_code() -> str:
    """Return the file of the pyfunc model, which the other wing provides as an entry point."""
    (entry,) = entry_points(group="qualify.pyfunc")
    spec = find_spec(entry.module)
    if spec is None or spec.origin is None:
        raise UserError("the package of the registered model is not installed", got=entry.module,
                        mend="install the project again")  # fmt: skip
    return spec.origin


def signature_of(parts: ModelParts) -> ModelSignature:
    """Return the signature: lead documents in, the rows of the score list out."""
    text = DataType.string
    # A value may come as 30, 30.0 or "30": the reading of tables settles that, as it does for attributes.
    anything = AnyType()  # type: ignore[no-untyped-call]
    activity = Object([
        Property("type", text), Property("occurred_at", text), Property("recorded_at", text, required=False),
        Property("topic", text, required=False), Property("value", anything, required=False),
    ])  # fmt: skip
    stage = Object([
        Property("stage", text), Property("entered_at", text), Property("recorded_at", text, required=False),
        Property("reason", text, required=False),
    ])  # fmt: skip
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec(text, "lead_id"),
        ColSpec(text, "created_at", required=False),
        ColSpec(text, "as_of", required=False),
        *(ColSpec(anything, column.name, required=False) for column in parts.plan.columns),
        ColSpec(Array(activity), "activities", required=False),
        ColSpec(Array(stage), "stages", required=False),
    ]
    params = ParamSchema([
        ParamSpec("reasons", DataType.long, 3), ParamSpec("language", text, "en"),
        ParamSpec("rejects", text, "raise"),
    ])  # fmt: skip
    return ModelSignature(inputs=Schema(inputs), outputs=None, params=params)


def versions(client: mlflow.MlflowClient, name: str) -> Mapping[str, Any]:
    """Return the registered versions by number, and fail with a clear word where there is none."""
    try:
        found = client.search_model_versions(f"name = '{name}'")
    except MlflowException as error:
        raise UserError("the model registry cannot be read", got=str(error)[:150]) from error
    if not found:
        raise UserError(f"no model named {name!r} is registered", mend="train one with `qualify train`")
    return {str(version.version): version for version in found}


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Wait until nobody else moves the aliases of a model in the store that we are connected to.

    A local store has a lock beside it. A server's callers may sit on other machines, which do not see that.
    """
    path = (mlflow.get_registry_uri() or "").partition("sqlite:///")[2]
    with in_turn(Path(path).parent) if path else turn_on_server(mlflow.MlflowClient(), name):
        yield


def promote(client: mlflow.MlflowClient, name: str, version: str) -> str | None:
    """Make a version champion and the old champion `previous`; return the old one."""
    known = versions(client, name)
    if version not in known:
        raise UserError("there is no such version", got=version, expected=", ".join(sorted(known, key=int)))
    old = alias_of(client, name, CHAMPION)
    if old is None:
        client.set_registered_model_alias(name, CHAMPION, version)
    elif old != version:
        _move(client, name, old, version)
    return old


def rollback(client: mlflow.MlflowClient, name: str) -> tuple[str, str]:
    """Swap champion and previous; return (the new champion, the one taken back)."""
    versions(client, name)
    old, new = alias_of(client, name, CHAMPION), alias_of(client, name, PREVIOUS)
    if old is None or new is None or old == new:
        raise UserError("there is no previous champion to go back to", mend="promote a version first")
    _move(client, name, old, new)
    return new, old


def alias_of(client: mlflow.MlflowClient, name: str, alias: str) -> str | None:
    """Return the version that an alias stands for; None where nothing has it."""
    found = client.get_registered_model(name).aliases.get(alias)
    return None if found is None else str(found)


def _move(client: mlflow.MlflowClient, name: str, old: str, new: str) -> None:
    """Change the champion. MLflow moves one alias at a time, so a note says what `previous` is to become."""
    client.set_registered_model_tag(name, MOVE, f"{old} {new}")
    client.set_registered_model_alias(name, CHAMPION, new)
    finish_move(client, name)


def finish_move(client: mlflow.MlflowClient, name: str) -> None:
    """Finish a change of the champion that was cut off; whether it took place, the champion now tells.

    Raises
    ------
    UserError
        No model of this name is registered.
    """
    known, note = versions(client, name), client.get_registered_model(name).tags.get(MOVE)
    if note is None:
        return
    old, _, new = note.partition(" ")
    if old in known and alias_of(client, name, CHAMPION) == new:
        client.set_registered_model_alias(name, PREVIOUS, old)
    client.delete_registered_model_tag(name, MOVE)
