"""`qualify.yaml`: where the tables are, what the columns mean, what is to be predicted.

`qualify init` writes the file with its evidence as comments; a person edits it; every command reads it. An
unknown key is an error, never ignored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from qualify.config.base import Share, Strict
from qualify.config.label_words import fold_label
from qualify.config.service import Service, anchored
from qualify.config.tables import ColumnSpec, Data, Excluded, Label

MOST_SALT = 64
"""Bytes: as long as the key of a BLAKE2b hash may be."""


class Target(Strict):
    """What is to be predicted: a label column of a flat table, or a stage entered within a horizon.

    Parameters
    ----------
    name
        Short name; the score list has a column `p_<name>`.
    column
        The label column of the leads table.
    positive
        The label's value for yes. Of two values the other is a no, and an empty cell is not known.
    negative
        Values for no; an empty text among them: an empty cell is a no. null: the label has two values.
    open
        Values of leads that are not decided yet. Where `negative` or `open` is given, every value of the
        label has to be named: a new one would otherwise become an outcome unseen.
    stage
        The stage whose entry is predicted.
    within_days
        How long after the moment of scoring the stage has to be entered to count. A longer horizon finds more
        outcomes and waits longer for each: leads younger than this teach nothing yet.
    label
        The name to show; null: the stage's or the column's own.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    column: str | None = None
    positive: str | None = None
    negative: tuple[str, ...] | None = None
    open: tuple[str, ...] | None = None
    stage: str | None = None
    within_days: float | None = Field(default=None, gt=0)
    label: Label | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Target:
        flat = self.column is not None and self.positive is not None
        staged = self.stage is not None and self.within_days is not None
        if flat == staged:
            raise ValueError("a target has either `column` and `positive`, or `stage` and `within_days`")
        if staged and (self.negative is not None or self.open is not None):
            raise ValueError("`negative` and `open` name values of a label `column`; a stage has none")
        named = {fold_label(self.positive or ""): "positive"} if flat else {}
        for means, words in (("negative", self.negative), ("open", self.open)):
            for word in words or ():
                if named.setdefault(fold_label(word), means) != means:
                    raise ValueError(f"{word!r} stands under `{named[fold_label(word)]}` and `{means}`")
        return self


StageRole = Literal["mql", "accepted", "meeting", "sql", "won", "lost", "rejected", "recycled"]


class StageOrder(Strict):
    """The stages in the order of the funnel, and those after which nothing follows.

    Parameters
    ----------
    order
        All stages, first to last. It is used for figures and pages.
    closed
        Stages that decide a lead: afterwards it is no longer open, and leaves the call list.
    roles
        Which stage plays which part, where its name does not tell: ``{sql: Opportunity}``. Shared figures and
        the answers of sales are told in these parts.
    """

    order: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    roles: dict[StageRole, str] = Field(default_factory=dict)


class Training(Strict):
    """How the model is made.

    Parameters
    ----------
    seed
        Another seed, another model; same data and same seed, same bytes.
    budget_seconds
        Buys trials in the search for settings; more find a little better ones. 0: none.
    test_share
        The share of the leads, the latest ones, that is kept aside to judge the model. More make the figures
        surer and leave less to learn from for the judged model; the model in use learns from all.
    snapshot_every_days
        How often an open lead is looked at in training. Smaller: more rows, more time.
    snapshots_per_lead
        At most so many looks at one lead, and as many at its first stage entries.
    bags
        Models that are averaged. More are steadier in reasons and intervals, and slower in proportion.
    threads
        Processor threads. The result does not depend on it.
    conflicts
        Who is believed where an answer of sales and the CRM contradict each other (won and lost): the later
        of the two, the CRM, or sales. Nobody knows when the label of a flat table was written, so there
        `later` believes the label. `qualify retrain` lists every conflict.
    max_leads
        Of more leads, every second is learned from, every fourth, and so on, drawn by their ids: memory and
        time of training stay what this many leads take. A query (`sql`) is read as a whole.
    negatives
        The share of the leads without an outcome that is learned from, drawn by their ids. Each stands for
        the others in fits, calibration, figures and base rates, so that chances stay what they are. Where
        outcomes are rare, a smaller share is faster or sees more of them; of few leads it tells less.
    """

    seed: int = 0
    budget_seconds: float = Field(default=60.0, ge=0)
    test_share: Share = 0.2
    snapshot_every_days: float = Field(default=14.0, gt=0)
    snapshots_per_lead: int = Field(default=8, ge=1)
    bags: int = Field(default=4, ge=2, le=16)
    threads: int = Field(default=2, ge=1)
    conflicts: Literal["later", "crm", "sales"] = "later"
    max_leads: int = Field(default=400_000, ge=1_000)
    negatives: float = Field(default=1.0, gt=0, le=1)


class Capacity(Strict):
    """How many leads sales can call: cuts the bands and sets `precision_at_capacity`.

    Parameters
    ----------
    share
        Of all leads. It judges models: who is among the first so many.
    band_shares
        Cumulated shares of A, A+B and A+B+C among the leads that the model was compared with; the rest is D.
        New cuts take effect with the next training.
    """

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
        Another text gives another lot: leads picked so far lose their mark.
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
    """Where runs and models are kept.

    Parameters
    ----------
    tracking_uri
        An SQLite file seen from the configuration, or the address of an MLflow server.
    experiment
        Name of the experiment that gets the runs.
    model_name
        Name of the registered model. Two projects on one server need two names.
    """

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
    version
        Of the format of this file.
    data
        See below.
    targets
        See below. `probability`, rank, bands and reasons are about the first one; each further one adds a
        column. All are label columns, or all are stages.
    columns
        By name, what each column of the leads table means. A column that is not named is not used.
    exclude
        By name, columns that no model sees, and why.
    stages
        See below.
    scorecard
        File of the rules; null: the scorecard that ships with qualify.
    language
        Of reasons, pages and reports, where no option says otherwise.
    capacity
        See below.
    exploration
        The share of leads that are picked by lot and to be worked whatever their score; 0: none, and every
        outcome counts as it is.
    selection
        See below.
    training
        See below.
    mlflow
        See below.
    service
        See below.
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
