"""What MLflow keeps of the training run of the model in use: figures, pictures, drivers. Read only."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from serving.pages.driver_record import DriverRecord, read_drivers

if TYPE_CHECKING:
    from serving.runtime import Runtime

__all__ = ["PICTURES", "RunRecord", "find_run", "read_picture"]

PICTURES = ("calibration", "gain", "summary", "comparison", "points")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A training run.

    Parameters
    ----------
    store
        The tracking URI that it is kept under.
    metrics
        Figures by name, as `training/record.py` logs them: `auc`, `auc_low`, `rules/auc`, ...
    pictures
        Names out of `PICTURES` that the run has.
    drivers
        The largest drivers in words; None where the run kept none.
    """

    run_id: str
    store: str
    metrics: Mapping[str, float]
    pictures: tuple[str, ...]
    drivers: DriverRecord | None = None


def find_run(runtime: Runtime) -> RunRecord | None:
    """Return the run of the registered version in use; None where the model is no registered one.

    A registry that does not answer leaves the page without these figures: it says so, and the log says why.
    """
    if runtime.config is None or not runtime.models.name.isdigit():
        return None
    import mlflow
    from mlflow.exceptions import MlflowException

    store = runtime.config.mlflow.store_uri(runtime.folder)
    try:
        client = mlflow.MlflowClient(tracking_uri=store, registry_uri=store)
        version = client.get_model_version(runtime.config.mlflow.model_name, runtime.models.name)
        run = client.get_run(str(version.run_id))
        files = {Path(item.path).stem for item in client.list_artifacts(run.info.run_id, "pictures")}
    except (MlflowException, OSError) as error:
        logger.warning("the record of the training run is not at hand", extra={"error": type(error).__name__})
        return None
    pictures = tuple(name for name in PICTURES if name in files)
    drivers = read_drivers(store, run.info.run_id)
    return RunRecord(run.info.run_id, store, dict(run.data.metrics), pictures, drivers)


def read_picture(run: RunRecord, name: str) -> bytes | None:
    """Return the bytes of one of the run's pictures; None where it has none of that name."""
    return _read(run.store, run.run_id, name) if name in run.pictures else None


@lru_cache(maxsize=32)
def _read(store: str, run_id: str, name: str) -> bytes:
    import mlflow

    place = mlflow.artifacts.download_artifacts(
        run_id=run_id, artifact_path=f"pictures/{name}.png", tracking_uri=store
    )
    return Path(place).read_bytes()
