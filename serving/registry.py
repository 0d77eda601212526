"""The registry as the serving side sees it: read only."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

from qualify.config import Config, Mlflow
from qualify.errors import ModelError

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.exceptions import MlflowException


def bundle_folder(uri: str | None, config: Config | None, folder: Path) -> Path:
    """Return a local folder with the bundle of a registered model (by default the champion)."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    settings = config.mlflow if config is not None else Mlflow()
    store = settings.store_uri(folder)
    path = store.removeprefix("sqlite:///")
    if store.startswith("sqlite:///") and not Path(path).is_file():
        raise ModelError(
            "there is no model registry yet", where=path, mend="train a model with `qualify train`"
        )
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    wanted = uri or f"models:/{settings.model_name}@champion"
    try:
        place = mlflow.artifacts.download_artifacts(artifact_uri=f"{wanted.rstrip('/')}/artifacts/bundle")
    except (MlflowException, OSError) as error:
        raise ModelError(
            "the model cannot be taken from the registry", where=wanted, got=str(error).splitlines()[0][:150],
            mend="train a model with `qualify train`, or name another one with --model",
        ) from error  # fmt: skip
    return Path(place)
