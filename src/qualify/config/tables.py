"""The parts of `qualify.yaml` about the user's tables: where they are, and what their columns mean."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from qualify.config.base import Strict

ColumnType = Literal[
    "number", "boolean", "category", "multi_select", "date", "text", "email", "job_title", "id"
]


class Label(Strict):
    """A name to show in reasons, on the desk and in reports.

    Parameters
    ----------
    en, ja
        In English and in Japanese.
    """

    en: str
    ja: str


class SqlSource(Strict):
    """A table that a query returns.

    Parameters
    ----------
    url
        SQLAlchemy URL of the database. A password in it is never shown.
    query
        The query as it is sent; it takes no parameters.
    """

    url: str
    query: str


Source = str | SqlSource


class ActivityColumns(Strict):
    """Names of the columns in the activities table; null where the table has no such column.

    Parameters
    ----------
    lead_id
        Whose activity it is.
    type
        What was done. Rules name types, and each type becomes a field of the model.
    occurred_at
        When it happened.
    recorded_at
        When the CRM knew. A score as of a moment sees what was recorded by then; null: known at once.
    topic
        What it was about (page, offer, webinar), for rules with `topics` and for the breadth of interest.
    value
        A number that belongs to it (minutes, an amount), for rules with `value_from` and as a sum.
    """

    lead_id: str = "lead_id"
    type: str = "type"
    occurred_at: str = "occurred_at"
    recorded_at: str | None = None
    topic: str | None = None
    value: str | None = None


class StageColumns(Strict):
    """Names of the columns in the stages table; null where the table has no such column.

    Parameters
    ----------
    lead_id
        Whose stage it is.
    stage
        The name of the stage.
    entered_at
        When it was entered.
    recorded_at
        When the CRM knew; null: known at once.
    reason
        Why it was entered, such as the reason of a rejection; shown and counted, never a field of the model.
    """

    lead_id: str = "lead_id"
    stage: str = "stage"
    entered_at: str = "entered_at"
    recorded_at: str | None = None
    reason: str | None = None


class Data(Strict):
    """Where the tables are, and which of their columns carry ids and times.

    Parameters
    ----------
    leads
        One row a lead: a file (CSV, CSV.gz, Parquet), a folder or a pattern of Parquet files, or a query.
        Relative names are meant from the folder of the configuration.
    activities
        One row for each thing that a lead did; null: there is none, and the model sees attributes only.
    stages
        One row for each stage that a lead entered; null: there is none, and the target is a column.
    timezone
        The zone of times without an offset. A wrong one shifts everything that happened by some hours. When
        clocks are changed, an hour that comes twice is read as the earlier one, and one that is skipped as
        the moment of the change.
    encoding
        Of CSV files; null: found by looking.
    delimiter
        Of CSV files; null: found by looking.
    lead_id
        The column that names the leads; null: rows are numbered from 0.
    created_at
        When the lead came in. It orders training and judging; null: `order_by` or the order of the rows does.
    order_by
        A column that grows with time, where there is no creation date; null: the order of the rows.
    day_first
        Whether 01/04/2026 is the first of April (true) or the fourth of January (false).
    activity_columns
        See below.
    stage_columns
        See below.
    """

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

    def without_places(self) -> Data:
        """Return what a model keeps of it.

        Where the tables lie is this machine's affair, and a URL may hold a password.
        """
        return self.model_copy(
            update={"leads": "leads", "activities": None, "stages": None, "order_by": None}
        )


class ColumnSpec(Strict):
    """What one column of the leads table means.

    Parameters
    ----------
    type
        How values are read. A `number` has an order, a `category` has none, a `multi_select` holds several
        values in a cell, each of which counts by itself, an `email` becomes the kind of its domain, a
        `job_title` rank and department, a `text` its length and common words; an `id` is never used.
    missing
        Values that stand for a missing one, such as "Select" or "-1".
    label
        The name to show; null: the column's own.
    group
        Whether its part of the log-odds counts as `fit` (who the lead is), `engagement` (what it does) or
        `history` (what was before). It moves the columns `fit` and `engagement` of a score, never the chance.
    actionable
        Whether sales or marketing can change it. Only such columns appear in what-ifs.
    monotone
        For a `number`: that the chance never falls (`rising`) or never rises (`falling`) as it grows, all
        else being equal. Training keeps to it, and the gate checks every later version; a wrong one costs
        accuracy. Rules about the column, and sums of points that hold them, are then no features of the
        model. A missing value is compared with none. null: what the data show.
    separators
        For a `multi_select`: the characters that stand between two values, such as ";" or ",|". A cell in
        brackets, such as `["a", "b"]`, is a list whatever they are.
    unit
        For a `number`: what may stand beside it in its cell, such as `km`; with a # for the number where
        something stands before it too, such as `徒歩#分`. Cells with another unit cannot be read. Spans such
        as `3d 4h` and `00:35:10` are brought into a unit of time (`s`, `min`, `h`, `d`, `分`, ...). Reasons
        show the unit.
    """

    type: ColumnType
    missing: tuple[str, ...] = ()
    label: Label | None = None
    group: Literal["fit", "engagement", "history"] = "fit"
    actionable: bool = False
    # Left out where it is not set: bundles without it stay as they were, to the byte.
    monotone: Literal["rising", "falling"] | None = Field(
        default=None, exclude_if=lambda value: value is None
    )
    separators: str | None = Field(
        default=None, min_length=1, max_length=20, exclude_if=lambda value: value is None
    )
    unit: str | None = Field(
        default=None, pattern=r"^[^#]*#?[^#]*$", max_length=20, exclude_if=lambda value: value is None
    )

    @model_validator(mode="after")
    def _separated(self) -> ColumnSpec:
        if self.type == "multi_select" and self.separators is None:
            raise ValueError('a `multi_select` needs `separators`, such as `separators: ";"`')
        if self.type != "multi_select" and self.separators is not None:
            raise ValueError(
                f"`separators` needs a column of type multi_select, got type {self.type}: delete the line, "
                "or set the type to multi_select"
            )
        return self

    @model_validator(mode="after")
    def _measured(self) -> ColumnSpec:
        if self.unit is not None and self.type != "number":
            raise ValueError(
                f"`unit: {self.unit}` needs a column of type number, got type {self.type}: delete the line, "
                "or set the type to number"
            )
        if self.unit is not None and not self.unit.strip(" #"):
            raise ValueError("`unit` is empty, expected such as `unit: km`: name it, or delete the line")
        return self

    @model_validator(mode="after")
    def _ordered(self) -> ColumnSpec:
        if self.monotone is not None and self.type != "number":
            raise ValueError(
                f"`monotone: {self.monotone}` needs a column of type number, got type {self.type}: delete "
                "the line, or set the type to number"
            )
        return self


class Excluded(Strict):
    """Why a column is not used. Delete the entry to use the column.

    Parameters
    ----------
    code
        A stable code: L... it seems to know the outcome, C... it tells nothing, D... it tells the date.
    evidence
        What was seen, in words. Not read by any command.
    """

    code: str
    evidence: str = ""
