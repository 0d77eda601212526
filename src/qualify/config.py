"""`qualify.yaml`: where the tables are, what the columns mean, what is to be predicted.

`qualify init` writes the file with its evidence as comments; a person edits it; every command reads it. An
unknown key is an error, never ignored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from qualify.errors import ConfigError, did_you_mean

Share = Annotated[float, Field(gt=0.0, lt=1.0)]
ColumnType = Literal["number", "boolean", "category", "date", "text", "email", "job_title", "id"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Strict):
    """A name to show, in English and Japanese."""

    en: str
    ja: str


class SqlSource(_Strict):
    """A table that a query returns (SQLAlchemy URL; the query takes no user input)."""

    url: str
    query: str


Source = str | SqlSource


class ActivityColumns(_Strict):
    """Names of the columns in the activities table; None where the table has no such column."""

    lead_id: str = "lead_id"
    type: str = "type"
    occurred_at: str = "occurred_at"
    recorded_at: str | None = None
    topic: str | None = None
    value: str | None = None


class StageColumns(_Strict):
    """Names of the columns in the stages table; None where the table has no such column."""

    lead_id: str = "lead_id"
    stage: str = "stage"
    entered_at: str = "entered_at"
    recorded_at: str | None = None
    reason: str | None = None


class Data(_Strict):
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


class Target(_Strict):
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


class ColumnSpec(_Strict):
    """What one column of the leads table means."""

    type: ColumnType
    missing: tuple[str, ...] = ()
    label: Label | None = None
    group: Literal["fit", "engagement", "history"] = "fit"
    actionable: bool = False


class Excluded(_Strict):
    """Why a column is not used: a stable code and the evidence in words."""

    code: str
    evidence: str = ""


class StageOrder(_Strict):
    """The stages in the order of the funnel, and those after which nothing follows."""

    order: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


class Training(_Strict):
    """How the model is made."""

    seed: int = 0
    budget_seconds: float = Field(default=60.0, ge=0)
    test_share: Share = 0.2
    snapshot_every_days: float = Field(default=14.0, gt=0)
    snapshots_per_lead: int = Field(default=8, ge=1)
    bags: int = Field(default=4, ge=2, le=16)
    threads: int = Field(default=2, ge=1)


class Capacity(_Strict):
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


class Mlflow(_Strict):
    """Where runs and models are kept."""

    tracking_uri: str = "sqlite:///mlflow.db"
    experiment: str = "qualify"
    model_name: str = "qualify"

    def store_uri(self, folder: Path) -> str:
        """Return the tracking URI; a relative SQLite file is meant from `folder`."""
        prefix = "sqlite:///"
        if self.tracking_uri.startswith(prefix) and not self.tracking_uri.startswith(prefix + "/"):
            return prefix + str((folder / self.tracking_uri.removeprefix(prefix)).resolve())
        return self.tracking_uri


class Config(_Strict):
    """The whole of `qualify.yaml`."""

    version: Literal[1] = 1
    data: Data
    targets: tuple[Target, ...] = Field(min_length=1)
    columns: dict[str, ColumnSpec] = Field(default_factory=dict)
    exclude: dict[str, Excluded] = Field(default_factory=dict)
    stages: StageOrder = StageOrder()
    scorecard: str | None = None
    language: Literal["en", "ja"] = "en"
    capacity: Capacity = Capacity()
    training: Training = Training()
    mlflow: Mlflow = Mlflow()

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


def load_config(path: str | Path) -> Config:
    """Read and check a configuration; relative file names in it are meant from its own folder.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, or holds a key or a value that is not understood.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(
            "the configuration is missing",
            where=str(path),
            mend="write one with `qualify init --leads FILE ...`, or name it with -c PATH",
        )
    return parse_config(path.read_text(encoding="utf-8"), where=str(path))


def parse_config(text: str, where: str) -> Config:
    """Check the text of a configuration; `where` is used in messages."""
    try:
        raw = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        raise ConfigError("the file is not valid YAML", where=place, got=error.problem or "") from error
    except YAMLError as error:
        raise ConfigError("the file is not valid YAML", where=where, got=str(error)) from error
    if not isinstance(raw, dict):
        raise ConfigError("the configuration is empty or not a mapping", where=where, got=type(raw).__name__)
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise _explained(error, where) from error


def _explained(error: ValidationError, where: str) -> ConfigError:
    # A key that is misspelt is missing under its right name too: the misspelling is what has to be told.
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"]) or "the whole file"
    mend = None
    if first["type"] == "extra_forbidden":
        known = _keys_at(first["loc"][:-1])
        mend = did_you_mean(str(first["loc"][-1]), known)
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return ConfigError(
        f"`{place}`: {first['msg']}{more}", where=where, got=repr(first.get("input"))[:200], mend=mend or None
    )


def _keys_at(location: tuple[Any, ...]) -> list[str]:
    model: Any = Config
    for part in location:
        annotation = getattr(model, "model_fields", {}).get(part)
        model = annotation.annotation if annotation is not None else None
    return list(getattr(model, "model_fields", {}))


def dump_config(config: Config) -> str:
    """Return the configuration as canonical JSON text, for digests and for the bundle."""
    return config.model_dump_json(indent=1)
