"""What a running service holds: configuration, model in use, ledger, writer, figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from qualify.config import Config, Desk, Limits, Service, StageOrder, Webhook
from qualify.decide.freshness import Freshness
from qualify.decide.stage_roles import find_sql_stage
from qualify.ledger import LeadRecord, Ledger
from qualify.rules import Scorecard
from qualify.scorer import Scorer
from serving.api.apart import Apart
from serving.api.metrics import Metrics
from serving.api.spool import Spool
from serving.api.storing import Funnel, Here, Storing
from serving.api.warm_up import warm_up
from serving.api.writer import Writer
from serving.door import LedgerDoor
from serving.model_slot import ModelSlot, ModelSource
from serving.model_source import ChampionSource, FixedSource

__all__ = ["ModelSlot", "Runtime"]

SPOOL = "ledger.spool"


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
    apart
        The process that writes the ledger; without it a thread of this one does.
    """

    config: Config | None
    folder: Path
    models: ModelSlot
    door: LedgerDoor
    public_url: str
    apart: Apart | None = None
    metrics: Metrics = field(default_factory=Metrics)
    writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        storing: Storing = Here(lambda: self.ledger, self.alert_rules, self.funnel)
        if self.apart is not None:
            storing, self.apart.funnel = self.apart, self.funnel
        self.writer = Writer(Spool(self.folder / SPOOL), storing, self.metrics)

    @classmethod
    def open(
        cls, config: Config | None, folder: Path, *, model: str | None, public_url: str, apart: bool = False
    ) -> Runtime:
        """Load the model in use and make everything ready; the ledger may be away.

        Parameters
        ----------
        model
            A bundle's folder or an MLflow URI; None: the champion.
        apart
            Whether a process of its own is to write the ledger (see `serving.api.apart`).

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
        door = LedgerDoor(service.ledger_url(folder))
        writing = Apart(door.url, service.alerts.webhooks) if apart else None
        try:
            if writing is not None:
                writing.begin()  # it gets ready while the model is loaded
            return cls(config, folder, ModelSlot(source, warm_up), door, url, writing)
        except BaseException:
            if writing is not None:
                writing.close()
            raise

    def close(self) -> None:
        """Give back what was opened; what waits in the spool stays on the disk."""
        if self.apart is not None:
            self.apart.close()
        self.door.close()

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
    def timezone(self) -> str:
        """Time zone of what people are shown: the configured one, else that of the model in use."""
        if self.config is not None:
            return self.config.data.timezone
        scorer: Scorer | None = self.models.scorer
        return "UTC" if scorer is None else scorer.parts.schema.data.timezone

    def funnel(self) -> Funnel:
        """Return what the model in use says of stages."""
        scorer = self.models.scorer
        schema = scorer.parts.schema
        stages = self.config.stages if self.config is not None else StageOrder(closed=schema.closed)
        return Funnel(
            schema.closed, find_sql_stage(scorer.scorecard, stages, schema.targets), self.fresh_days,
            self.service.alerts.again_after_days,
        )  # fmt: skip

    @property
    def scorecard(self) -> Scorecard | None:
        """The scorecard of the model in use; None where there is none yet."""
        scorer: Scorer | None = self.models.scorer
        return None if scorer is None else scorer.scorecard

    @property
    def units(self) -> dict[str, str]:
        """What stands beside the numbers of some columns, by name, as the model in use learned them."""
        scorer: Scorer | None = self.models.scorer
        columns = {} if scorer is None else scorer.parts.schema.columns
        return {name: spec.unit for name, spec in columns.items() if spec.unit is not None}

    @property
    def fresh_days(self) -> float:
        """How old a score may be when a lead is called SQL, by the scorecard in use."""
        return self.models.scorer.scorecard.score_fresh_days

    def freshness(self, record: LeadRecord, now: datetime) -> Freshness:
        """Return how old a lead's latest score is."""
        return Freshness.of(record.score["as_of"], now, self.fresh_days)

    @property
    def alert_rules(self) -> tuple[Webhook, ...]:
        """Receivers of alerts."""
        return self.service.alerts.webhooks
