"""The registry of models that are there already, and the report of the model in use."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from qualify.config import Config
from qualify.errors import ModelError
from training import registry
from training.report import write_whole

REPORT = "report.html"

FITTED_IN = "fitted_in"
"""The tag of a recalibration's run: the run in which the model was fitted, which left the report."""


@dataclass(frozen=True)
class InUse:
    """A version that carries an alias."""

    version: str
    run_id: str
    bundle: str


def open_registry(config: Config, folder: Path) -> mlflow.MlflowClient:
    """Connect to the configured store; a store that is not there is not made.

    Raises
    ------
    ModelError
        There is no store yet.
    """
    path = config.mlflow.store_uri(folder).removeprefix("sqlite:///")
    if config.mlflow.tracking_uri.startswith("sqlite:") and not Path(path).is_file():
        raise ModelError(
            "there is no model registry yet", where=path, mend="train a model with `qualify train`"
        )
    return registry.connect(config, folder)


def champion(client: mlflow.MlflowClient, name: str) -> InUse:
    """Return the version in use.

    Raises
    ------
    UserError, ModelError
        No model is registered, or none is in use.
    """
    registry.versions(client, name)
    try:
        found: ModelVersion = client.get_model_version_by_alias(name, registry.CHAMPION)
    except MlflowException as error:
        raise ModelError(
            "no version of the model is in use", where=f"model {name!r}",
            expected=f"an alias {registry.CHAMPION}", mend="put one in use with `qualify promote VERSION`",
        ) from error  # fmt: skip
    return InUse(str(found.version), str(found.run_id), str(found.tags.get("bundle", "")))


def write_champion_report(config: Config, folder: Path, out: Path) -> InUse:
    """Write the report that the training run of the model in use left; return which version it is about.

    Raises
    ------
    UserError, ModelError
        There is no model, its run left no report, or the file cannot be written.
    """
    client = open_registry(config, folder)
    found = champion(client, config.mlflow.model_name)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            place = mlflow.artifacts.download_artifacts(
                run_id=_fitted_in(client, found.run_id), artifact_path=REPORT, dst_path=scratch
            )
            content = Path(place).read_bytes()
        except (MlflowException, OSError) as error:
            raise ModelError(
                "the run of the model in use left no report",
                where=f"version {found.version}, run {found.run_id}", got=str(error).splitlines()[0][:150],
                mend="train again with `qualify train`",
            ) from error  # fmt: skip
    write_whole(out, content)
    return found


def _fitted_in(client: mlflow.MlflowClient, run_id: str) -> str:
    """Return the run in which a version was fitted: its own, unless it is a recalibration."""
    return str(client.get_run(run_id).data.tags.get(FITTED_IN, run_id))
