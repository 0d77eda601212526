"""The user's tables, read, with the columns that carry ids and times found."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.engine import make_url

from qualify.config import ActivityColumns, Data, Source, SqlSource, StageColumns
from qualify.errors import UserError, without_secrets
from qualify.leads.columns import id_keys, id_text, needed, only_leads
from qualify.leads.created import find_created_at
from qualify.leads.files import is_url
from qualify.leads.hints import ORDER_UNKNOWN
from qualify.leads.named import named_source
from qualify.leads.profile import ColumnProfile, profile
from qualify.leads.read import located, read_table
from qualify.leads.roles import (
    find_activity_columns,
    find_id,
    find_order,
    find_repeated_id,
    find_stage_columns,
)
from qualify.leads.stamp import read_stamp
from training.initial.other_key import explained, find_joining_id
from training.initial.unclear import refuse_two

_LOOKED_AT = 100_000
_SQLITE = "sqlite:///"
_NO_PASSWORD = (
    "leave it out of the URL: PostgreSQL takes it from PGPASSWORD or ~/.pgpass, an object store from the "
    "machine's environment or role"
)


@dataclass(frozen=True)
class Request:
    """What the user asked for on the command line; tables as they were typed (see `named_source`)."""

    leads: str
    activities: str | None = None
    stages: str | None = None
    id_column: str | None = None
    created_at: str | None = None
    target: str | None = None
    positive: str | None = None
    negative: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    target_stage: str | None = None
    within_days: float | None = None
    encoding: str | None = None
    delimiter: str | None = None
    timezone: str = "UTC"
    language: str = "en"

    def check(self) -> None:
        """Raise when the arguments do not fit together.

        Raises
        ------
        UserError
            Two targets, a stage target without stages or horizon, or a URL with a password, which
            would stand in the configuration.
        """
        if self.target is not None and self.target_stage is not None:
            raise refuse_two(self.target, self.target_stage)
        if self.target_stage is not None and self.stages is None:
            raise UserError("A target stage needs the table of stages.", where="--target-stage",
                            mend="name it with --stages FILE")  # fmt: skip
        if self.target_stage is not None and (self.negative or self.open):
            raise UserError("Values of a label do not go with a target stage.", where="--target-stage",
                            got="--negative or --open",
                            mend="leave them out, or name a --target")  # fmt: skip
        if self.target_stage is not None and self.within_days is None:
            raise UserError("A target stage needs a horizon.", where="--within-days",
                            mend="add for instance --within-days 60")  # fmt: skip
        if self.within_days is not None and not self.within_days > 0:
            raise UserError("The horizon is not positive.", where="--within-days", got=self.within_days)
        for what in ("leads", "activities", "stages"):
            if _holds_password(getattr(self, what) or ""):
                raise UserError("The URL holds a password, and the configuration would show it.",
                                where=f"--{what}", mend=_NO_PASSWORD)  # fmt: skip


@dataclass(frozen=True)
class Sources:
    """The tables, what their columns seem to mean, and the `data` section that follows.

    Parameters
    ----------
    remarks
        Why a role was given, by the key in the `data` section.
    ignored
        Columns of the activities and stages that have no role, by table.
    """

    leads: pa.Table
    activities: pa.Table | None
    stages: pa.Table | None
    profiles: Mapping[str, ColumnProfile]
    data: Data
    remarks: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, list[str]] = field(default_factory=dict)

    @property
    def repeated_id(self) -> str | None:
        """The column that is called the lead's id but names several rows each, where no other names one."""
        return find_repeated_id(self.profiles) if self.data.lead_id is None else None


def read_sources(request: Request, folder: Path) -> Sources:
    """Read the tables and find their columns; `folder` is where the configuration will stand.

    Raises
    ------
    UserError, DataError
        A file cannot be read, a column is missing, or tables do not belong together.
    """
    leads = _read(request, request.leads, "leads")
    profiles = profile(leads)
    remarks: dict[str, str] = {}
    tables = {
        what: _read(request, name, what)
        for what, name in (("activities", request.activities), ("stages", request.stages)) if name is not None
    }  # fmt: skip
    lead_id = _lead_id(request, leads, profiles, tables, remarks)
    rows = only_leads(leads, lead_id)
    if rows.num_rows < leads.num_rows:  # a row of totals would be the largest of all leads
        profiles = profile(rows)
    created_at = _created_at(request, leads, profiles, remarks)
    events = _Events(leads, lead_id, tables)
    order_by = None if created_at is not None else find_order(leads, profiles)
    if order_by is not None:
        remarks["order_by"] = "a whole number that rises from row to row: stands for time"
    if _order_unknown(profiles, events.day_first):
        remarks["day_first"] = "false: 01/04/2026 is the fourth of January. No date shows which: have a look"
    data = Data(
        leads=_written(request.leads, folder),
        activities=None if request.activities is None else _written(request.activities, folder),
        stages=None if request.stages is None else _written(request.stages, folder),
        timezone=request.timezone,
        encoding=request.encoding,
        delimiter=request.delimiter,
        lead_id=lead_id,
        created_at=created_at,
        order_by=order_by,
        day_first=_day_first(created_at, profiles, events.day_first),
        activity_columns=events.activity_columns,
        stage_columns=events.stage_columns,
    )
    return Sources(leads, events.activities, events.stages, profiles, data, remarks, events.ignored)


class _Events:
    """The tables of activities and stages, where there are any, and the roles of their columns."""

    def __init__(self, leads: pa.Table, lead_id: str | None, tables: Mapping[str, pa.Table]) -> None:
        self.activities, self.stages = tables.get("activities"), tables.get("stages")
        self.activity_columns, self.stage_columns = ActivityColumns(), StageColumns()
        self.ignored: dict[str, list[str]] = {}
        self.day_first: list[bool | None] = []
        if not tables:
            return
        if lead_id is None:
            raise UserError(
                "The table of leads has no id, so activities and stages cannot be brought to their leads.",
                where=read_stamp(leads).origin, got=leads.column_names[:12], mend="name the column with --id",
            )  # fmt: skip
        keys = pc.unique(pc.drop_null(id_keys(id_text(leads.column(lead_id), lead_id))))
        if self.activities is not None:
            found, names = self._look(self.activities, "activities")
            with explained(leads, lead_id, found, "activities"):
                self.activity_columns = find_activity_columns(found, names, keys)
            self._note("activities", names, self.activity_columns)
        if self.stages is not None:
            found, names = self._look(self.stages, "stages")
            with explained(leads, lead_id, found, "stages"):
                self.stage_columns = find_stage_columns(found, names, keys)
            self._note("stages", names, self.stage_columns)

    def _look(self, table: pa.Table, what: str) -> tuple[pa.Table, dict[str, ColumnProfile]]:
        """Profile a table by evenly spread rows; a table without rows has no roles to find."""
        if table.num_rows == 0:
            raise UserError(f"The table of {what} has no rows.", where=read_stamp(table).origin,
                            mend=f"leave --{what} out, or bring a table with rows")  # fmt: skip
        if table.num_rows > _LOOKED_AT:
            rows = np.linspace(0, table.num_rows - 1, _LOOKED_AT).astype(np.int64)
            table = table.take(pa.array(rows))
        return table, profile(table)

    def _note(
        self, what: str, names: Mapping[str, ColumnProfile], roles: ActivityColumns | StageColumns
    ) -> None:
        taken = set(roles.model_dump().values())
        self.ignored[what] = [name for name in names if name not in taken]
        self.day_first += [names[name].day_first for name in names if name in taken]


def _read(request: Request, name: str, what: str) -> pa.Table:
    return read_table(named_source(name), encoding=request.encoding, delimiter=request.delimiter, what=what)


def _written(name: str, folder: Path) -> Source:
    """Return a table as the configuration names it, a file as seen from that one's folder."""
    source = named_source(name)
    if isinstance(source, str):
        return source if is_url(source) else _relative(source, folder)
    here = located(source, Path())
    if here is source or isinstance(here, str):
        return source
    # Only the URL of a relative SQLite file is another one there.
    path = here.url.removeprefix(_SQLITE)
    return SqlSource(url=_SQLITE + _relative(path, folder), query=source.query)


def _holds_password(name: str) -> bool:
    """Say whether a table is named by a URL with a password in it."""
    source = named_source(name)
    if isinstance(source, SqlSource) and make_url(source.url).password:
        return True
    return is_url(name) and any(without_secrets(text) != text for text in (name, unquote(name)))


def _relative(path: str, folder: Path) -> str:
    """Return a path as seen from the configuration's folder, where that can be said."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return str(Path(path).absolute())


def _lead_id(
    request: Request,
    leads: pa.Table,
    profiles: Mapping[str, ColumnProfile],
    tables: Mapping[str, pa.Table],
    remarks: dict[str, str],
) -> str | None:
    if request.id_column is not None:
        needed(leads, request.id_column, "leads", read_stamp(leads).origin, "--id")
        remarks["lead_id"] = "as you said"
        return request.id_column
    found = find_id(profiles)
    joining = None if found is not None else find_joining_id(leads, profiles, tables.values())
    if joining is not None:
        remarks["lead_id"] = "differs from row to row, and the events name the leads by it"
        return joining
    if found is None:
        remarks["lead_id"] = "no column is called like an id and differs from row to row: leads are numbered"
    else:
        repeated = profiles[found].given - profiles[found].distinct
        more = f"; {repeated:,} rows repeat one" if repeated else ""
        remarks["lead_id"] = f"called like an id, and differs from row to row{more}"
    return found


def _created_at(
    request: Request, leads: pa.Table, profiles: Mapping[str, ColumnProfile], remarks: dict[str, str]
) -> str | None:
    if request.created_at is not None:
        needed(leads, request.created_at, "leads", read_stamp(leads).origin, "--created-at")
        remarks["created_at"] = "as you said"
        return request.created_at
    found = find_created_at(profiles)
    if found is not None:
        remarks["created_at"] = f"a date in every row, {' to '.join(profiles[found].examples)}"
    elif request.target_stage is not None:
        raise UserError(
            "No column of the table of leads can be the creation date.", where=read_stamp(leads).origin,
            got=leads.column_names[:12], mend="name the column with --created-at",
        )  # fmt: skip
    else:
        remarks["created_at"] = "no date in every row is called so: `order_by` or the row stands for time"
    return found


def _order_unknown(profiles: Mapping[str, ColumnProfile], events: list[bool | None]) -> bool:
    """Say whether dates such as 01/04/2026 may be meant in two ways, and none shows which."""
    shown = [p.day_first for p in profiles.values()] + events
    return not any(each is not None for each in shown) and any(
        p.hint == ORDER_UNKNOWN for p in profiles.values()
    )


def _day_first(
    created_at: str | None, profiles: Mapping[str, ColumnProfile], events: list[bool | None]
) -> bool:
    """Decide by the creation date; else by whatever date shows its order."""
    if created_at is not None and profiles[created_at].day_first is not None:
        return bool(profiles[created_at].day_first)
    shown = [p.day_first for p in profiles.values()] + events
    return shown.count(True) > shown.count(False)
