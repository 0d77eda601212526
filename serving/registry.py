"""The registry as the serving side sees it: read only."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

from qualify.config import Config, Mlflow
from qualify.config.reach import check_reach, patient_client
from qualify.errors import ModelError

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
patient_client()

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.exceptions import MlflowException


def bundle_folder(uri: str | None, config: Config | None, folder: Path) -> Path:
    """Return a local folder with the bundle of a registered model (by default the champion)."""
    settings = config.mlflow if config is not None else Mlflow()
    _connect(settings, folder)
    wanted = uri or f"models:/{settings.model_name}@champion"
    try:
        place = mlflow.artifacts.download_artifacts(artifact_uri=f"{wanted.rstrip('/')}/artifacts/bundle")
    except (MlflowException, OSError, ValueError) as error:  # the last: an address that MLflow cannot read
        raise ModelError(
            "the model cannot be taken from the registry", where=wanted, got=str(error).splitlines()[0][:150],
            mend="train a model with `qualify train`, or name another one with --model",
        ) from error  # fmt: skip
    return Path(place)


def champion_version(config: Config, folder: Path) -> str:
    """Return the number of the version that the alias `champion` points at; one look into the registry."""
    _connect(config.mlflow, folder)
    name = config.mlflow.model_name
    try:
        return str(mlflow.MlflowClient().get_model_version_by_alias(name, "champion").version)
    except (MlflowException, OSError) as error:
        raise ModelError(
            "the registry has no champion", where=f"models:/{name}@champion",
            got=str(error).splitlines()[0][:150], mend="train a model with `qualify train`",
        ) from error  # fmt: skip


def _connect(settings: Mlflow, folder: Path) -> None:
    """Point MLflow at the configured store, which has to be there already."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    store = settings.store_uri(folder)
    path = store.removeprefix("sqlite:///")
    if store.startswith("sqlite:///") and not Path(path).is_file():
        raise ModelError(
            "there is no model registry yet", where=path, mend="train a model with `qualify train`"
        )
    check_reach(store)
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
