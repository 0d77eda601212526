"""The largest drivers of a model in words, as its training run kept them."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

__all__ = ["DriverRecord", "read_drivers"]

_FILE = "drivers.json"
logger = logging.getLogger(__name__)


class InBothLanguages(BaseModel):
    """A text in every language of the pages."""

    model_config = ConfigDict(frozen=True)
    en: str
    ja: str


class ToldDriver(BaseModel):
    """One driver: its mean absolute contribution in log-odds, its name, which values raise or lower."""

    model_config = ConfigDict(frozen=True)
    strength: FiniteFloat = Field(ge=0)
    label: InBothLanguages
    effect: InBothLanguages


class DriverRecord(BaseModel):
    """The drivers of one target, strongest first, and on how many leads they were measured."""

    model_config = ConfigDict(frozen=True)
    target: str
    rows: int = Field(ge=0)
    drivers: tuple[ToldDriver, ...]


def read_drivers(store: str, run_id: str) -> DriverRecord | None:
    """Read what a run kept; None where it kept nothing (runs of older versions), or nothing readable.

    What cannot be read leaves the page without its drivers: it says so, and the log says why.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    try:
        files = {item.path for item in mlflow.MlflowClient(tracking_uri=store).list_artifacts(run_id)}
        return DriverRecord.model_validate_json(_fetch(store, run_id)) if _FILE in files else None
    except (MlflowException, OSError, ValidationError) as error:
        logger.warning(
            "the drivers of the training run cannot be read", extra={"error": type(error).__name__}
        )
        return None


def _fetch(store: str, run_id: str) -> bytes:
    import mlflow

    with TemporaryDirectory() as folder:
        place = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path=_FILE, dst_path=folder, tracking_uri=store
        )
        return Path(place).read_bytes()
