"""The model in use, swapped while requests go on: a new one is loaded and warmed up aside first."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from qualify.scorer import Scorer

__all__ = ["ModelSlot", "ModelSource"]

POLL_SECONDS = 5.0
AGAIN_SECONDS = 60.0
"""A refused version is tried again after so long: its files may have been on their way."""

logger = logging.getLogger(__name__)


class ModelSource(Protocol):
    """Where models come from."""

    def current(self) -> str:
        """Return the name of the version that ought to be in use; cheap."""

    def load(self, name: str) -> Scorer:
        """Load that version."""


@dataclass(frozen=True)
class _Loaded:
    scorer: Scorer
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """A version that could not be taken into use."""

    name: str
    reason: str
    at: datetime


class ModelSlot:
    """Holds the scorer in use and looks for a newer one.

    Parameters
    ----------
    source
        The registry, or a fixed bundle.
    warm_up
        Called with a scorer before it is used; what it raises refuses the scorer.

    Raises
    ------
    ModelError
        There is no usable model at the start.
    """

    def __init__(self, source: ModelSource, warm_up: Callable[[Scorer], None]) -> None:
        self._source = source
        self._warm_up = warm_up
        self._lock = threading.Lock()
        self._loaded = self._load(source.current())
        self._tried_at = 0.0
        self.refused: Refused | None = None
        self.swaps = 0
        self.refusals = 0

    @property
    def scorer(self) -> Scorer:
        """The scorer in use; a request takes it once and keeps it."""
        return self._loaded.scorer

    @property
    def version(self) -> str:
        """The version that every score names."""
        return self._loaded.scorer.version

    @property
    def name(self) -> str:
        """The name under which the source knows it."""
        return self._loaded.name

    @property
    def loaded_at(self) -> datetime:
        """When it came into use."""
        return self._loaded.at

    def refresh(self) -> bool:
        """Take a new version into use where there is one; return whether it was done."""
        with self._lock:
            name = self._wanted()
            if name is None:
                return False
            try:
                self._loaded = self._load(name)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with a new model, the old one goes on
                self._refuse(name, error)
                return False
            self.swaps += 1
            self.refused = None
            logger.info("model swapped", extra={"model_name": name, "model_version": self.version})
            return True

    def _wanted(self) -> str | None:
        try:
            name = self._source.current()
        except Exception as error:  # noqa: BLE001 - the registry is away: what is in use goes on
            logger.warning("the registry does not answer", extra={"error": type(error).__name__})
            return None
        if name == self._loaded.name:
            self.refused = None
            return None
        waits = self.refused is not None and self.refused.name == name
        return None if waits and time.monotonic() - self._tried_at < AGAIN_SECONDS else name

    def _load(self, name: str) -> _Loaded:
        scorer = self._source.load(name)
        self._warm_up(scorer)
        return _Loaded(scorer, name, datetime.now(UTC))

    def _refuse(self, name: str, error: Exception) -> None:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        self.refused = Refused(name, reason, datetime.now(UTC))
        self.refusals += 1
        self._tried_at = time.monotonic()
        logger.error("a new model was refused", extra={"model_name": name, "reason": reason})

    def watch(self, stop: threading.Event, every: float = POLL_SECONDS) -> threading.Thread:
        """Start a thread that looks for a newer model until `stop` is set."""

        def run() -> None:
            while not stop.wait(every):
                self.refresh()

        thread = threading.Thread(target=run, name="model-watch", daemon=True)
        thread.start()
        return thread
