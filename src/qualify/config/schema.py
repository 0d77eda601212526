"""`qualify.yaml`: where the tables are, what the columns mean, what is to be predicted.

`qualify init` writes the file with its evidence as comments; a person edits it; every command reads it. An
unknown key is an error, never ignored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from qualify.config.base import Share, Strict
from qualify.config.service import Service, anchored

MOST_SALT = 64
"""Bytes: as long as the key of a BLAKE2b hash may be."""

ColumnType = Literal["number", "boolean", "category", "date", "text", "email", "job_title", "id"]


class Label(Strict):
    """A name to show, in English and Japanese."""

    en: str
    ja: str


class SqlSource(Strict):
    """A table that a query returns (SQLAlchemy URL; the query takes no user input)."""

    url: str
    query: str


Source = str | SqlSource


class ActivityColumns(Strict):
    """Names of the columns in the activities table; None where the table has no such column."""

    lead_id: str = "lead_id"
    type: str = "type"
    occurred_at: str = "occurred_at"
    recorded_at: str | None = None
    topic: str | None = None
    value: str | None = None


class StageColumns(Strict):
    """Names of the columns in the stages table; None where the table has no such column."""

    lead_id: str = "lead_id"
    stage: str = "stage"
    entered_at: str = "entered_at"
    recorded_at: str | None = None
    reason: str | None = None


class Data(Strict):
    """Where the tables are and which of their columns carry ids and times."""

    leads: Source
    activities: Source | None = None
    stages: Source | None = None
    timezone: str = "UTC"
    encoding: str | None = None
    delimiter: str | None = None
    lead_id: str | None = None
    created_at: str | None = None
    order_by: str | None = None
    day_first: bool = False
    activity_columns: ActivityColumns = ActivityColumns()
    stage_columns: StageColumns = StageColumns()


class Target(Strict):
    """What is to be predicted: a label column of a flat table, or a stage entered within a horizon."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    column: str | None = None
    positive: str | None = None
    stage: str | None = None
    within_days: float | None = Field(default=None, gt=0)
    label: Label | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Target:
        flat = self.column is not None and self.positive is not None
        staged = self.stage is not None and self.within_days is not None
        if flat == staged:
            raise ValueError("a target has either `column` and `positive`, or `stage` and `within_days`")
        return self


class ColumnSpec(Strict):
    """What one column of the leads table means."""

    type: ColumnType
    missing: tuple[str, ...] = ()
    label: Label | None = None
    group: Literal["fit", "engagement", "history"] = "fit"
    actionable: bool = False


class Excluded(Strict):
    """Why a column is not used: a stable code and the evidence in words."""

    code: str
    evidence: str = ""


StageRole = Literal["mql", "accepted", "meeting", "sql", "won", "lost", "rejected", "recycled"]


class StageOrder(Strict):
    """The stages in the order of the funnel, and those after which nothing follows.

    Parameters
    ----------
    roles
        Which stage plays which part, where its name does not tell: ``{sql: Opportunity}``. Shared figures and
        the answers of sales are told in these parts.
    """

    order: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    roles: dict[StageRole, str] = Field(default_factory=dict)


class Training(Strict):
    """How the model is made."""

    seed: int = 0
    budget_seconds: float = Field(default=60.0, ge=0)
    test_share: Share = 0.2
    snapshot_every_days: float = Field(default=14.0, gt=0)
    snapshots_per_lead: int = Field(default=8, ge=1)
    bags: int = Field(default=4, ge=2, le=16)
    threads: int = Field(default=2, ge=1)


class Capacity(Strict):
    """How many leads sales can call: cuts the bands and sets `precision_at_capacity`."""

    share: Share = 0.1
    band_shares: tuple[float, float, float] = (0.1, 0.3, 0.6)

    @model_validator(mode="after")
    def _rising(self) -> Capacity:
        a, b, c = self.band_shares
        if not 0 < a < b < c < 1:
            raise ValueError(
                "band_shares are the cumulated shares of A, A+B and A+B+C: rising, between 0 and 1"
            )
        return self


class Selection(Strict):
    """How leads are picked by lot, and how outcomes are weighted by who was to be worked.

    Parameters
    ----------
    salt
        Another text gives another lot.
    clip
        Largest weight of an outcome in a fit: more steadiness for a little bias.
    """

    salt: str = Field(default="qualify", min_length=1)
    clip: float = Field(default=5.0, ge=1.0, le=1000.0)

    @field_validator("salt")
    @classmethod
    def _short(cls, salt: str) -> str:
        if len(salt.encode("utf-8")) > MOST_SALT:
            raise ValueError(f"the salt has at most {MOST_SALT} bytes in UTF-8")
        return salt


class Mlflow(Strict):
    """Where runs and models are kept."""

    tracking_uri: str = "sqlite:///mlflow.db"
    experiment: str = "qualify"
    model_name: str = "qualify"

    def store_uri(self, folder: Path) -> str:
        """Return the tracking URI; a relative SQLite file is meant from `folder`."""
        return anchored(self.tracking_uri, folder)


class Config(Strict):
    """The whole of `qualify.yaml`.

    Parameters
    ----------
    exploration
        The share of leads that are picked by lot and to be worked whatever their score; 0: none, and every
        outcome counts as it is.
    """

    version: Literal[1] = 1
    data: Data
    targets: tuple[Target, ...] = Field(min_length=1)
    columns: dict[str, ColumnSpec] = Field(default_factory=dict)
    exclude: dict[str, Excluded] = Field(default_factory=dict)
    stages: StageOrder = StageOrder()
    scorecard: str | None = None
    language: Literal["en", "ja"] = "en"
    capacity: Capacity = Capacity()
    exploration: float = Field(default=0.0, ge=0.0, le=0.5)
    selection: Selection = Selection()
    training: Training = Training()
    mlflow: Mlflow = Mlflow()
    service: Service = Service()

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        names = [t.name for t in self.targets]
        if len(set(names)) != len(names):
            raise ValueError(f"target names must differ, got {names}")
        kinds = {t.column is not None for t in self.targets}
        if len(kinds) > 1:
            raise ValueError("targets are either all label columns or all stages, not a mixture")
        if any(t.stage for t in self.targets) and self.data.stages is None:
            raise ValueError("a stage target needs `data.stages`")
        if any(t.stage for t in self.targets) and self.data.created_at is None:
            raise ValueError("a stage target needs `data.created_at`")
        return self

    @property
    def flat(self) -> bool:
        """Whether the label is a column of the leads table."""
        return self.targets[0].column is not None
