"""What a running service holds: configuration, model in use, ledger, writer, figures."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from qualify.config import Config, Desk, Limits, Service, Webhook
from qualify.errors import LedgerUnavailable
from qualify.ledger import Ledger
from serving.api.metrics import Metrics
from serving.api.spool import Spool
from serving.api.warm_up import warm_up
from serving.api.writer import Writer
from serving.model_slot import ModelSlot, ModelSource
from serving.model_source import ChampionSource, FixedSource

__all__ = ["LedgerDoor", "ModelSlot", "Runtime"]

SPOOL = "ledger.spool"
AGAIN_SECONDS = 1.0


class LedgerDoor:
    """The ledger, opened when it is first needed and tried again while its database is away.

    Parameters
    ----------
    url
        SQLAlchemy URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None
        self._failed: tuple[float, LedgerUnavailable] | None = None

    def ledger(self) -> Ledger:
        """Return the open ledger.

        Raises
        ------
        LedgerUnavailable
            The database does not answer; within a second the same answer is given without asking again.
        """
        if self._ledger is not None:
            return self._ledger
        with self._lock:
            if self._ledger is None:
                self._ledger = self._open()
            return self._ledger

    def _open(self) -> Ledger:
        if self._failed is not None and time.monotonic() - self._failed[0] < AGAIN_SECONDS:
            raise self._failed[1]
        try:
            return Ledger.open(self.url)
        except LedgerUnavailable as error:
            self._failed = (time.monotonic(), error)
            raise

    def close(self) -> None:
        """Give the connections back."""
        if self._ledger is not None:
            self._ledger.close()


@dataclass
class Runtime:
    """Everything that requests and pages share.

    Parameters
    ----------
    config
        None where a model is served without a project.
    folder
        The project's folder: the ledger's file and the spool are in it.
    models
        The model in use.
    door
        The way to the ledger.
    public_url
        Address under which people reach the pages, without a slash at the end.
    """

    config: Config | None
    folder: Path
    models: ModelSlot
    door: LedgerDoor
    public_url: str
    metrics: Metrics = field(default_factory=Metrics)
    writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.writer = Writer(
            Spool(self.folder / SPOOL), lambda: self.ledger, self.metrics, self.alert_rules, self.closed
        )

    @classmethod
    def open(cls, config: Config | None, folder: Path, *, model: str | None, public_url: str) -> Runtime:
        """Load the model in use and make everything ready; the ledger may be away.

        Raises
        ------
        ModelError
            There is no usable model.
        """
        source: ModelSource
        if model is None and config is not None:
            source = ChampionSource(config, folder)
        else:
            source = FixedSource(model, config, folder)
        service = config.service if config is not None else Service()
        url = (service.public_url or public_url).rstrip("/")
        return cls(config, folder, ModelSlot(source, warm_up), LedgerDoor(service.ledger_url(folder)), url)

    @property
    def ledger(self) -> Ledger:
        """The ledger.

        Raises
        ------
        LedgerUnavailable
            Its database does not answer.
        """
        return self.door.ledger()

    @property
    def service(self) -> Service:
        """The section `service` of the configuration."""
        return self.config.service if self.config is not None else Service()

    @property
    def desk(self) -> Desk:
        """What the pages show, and what sales promised."""
        return self.service.desk

    @property
    def limits(self) -> Limits:
        """What one caller may ask."""
        return self.service.limits

    @property
    def language(self) -> str:
        """Language of texts where the reader did not choose one."""
        return self.config.language if self.config is not None else "en"

    @property
    def closed(self) -> tuple[str, ...]:
        """Stages after which nothing follows."""
        return self.models.scorer.parts.schema.closed

    @property
    def alert_rules(self) -> tuple[Webhook, ...]:
        """Receivers of alerts."""
        return self.service.alerts.webhooks
