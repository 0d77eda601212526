"""What the sales desk shows of leads beside their scores: facts and documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from qualify.config import Config, Desk
from qualify.errors import ConfigError, did_you_mean
from qualify.leads.stamp import source_rows
from qualify.leads.strings import as_text
from qualify.leads.tables import NO_TIME, BoolArray, IntArray, LeadTables
from qualify.ledger import LeadFacts
from qualify.ledger.values import to_time
from serving.lead_documents import LeadDocuments

__all__ = [
    "check_desk",
    "contacts_of",
    "desk_columns",
    "fact_columns",
    "lead_facts",
    "open_documents",
    "open_rows",
]

_SHOWN = ("name", "company", "owner", "source")
_CONTACTS = ("phone", "email")
"""Kept with the document alone: neither searched nor told to receivers of alerts."""


def open_documents(tables: LeadTables, as_of: IntArray, leads: pa.Table, config: Config) -> LeadDocuments:
    """Return the documents of the leads that are open."""
    return LeadDocuments(
        tables,
        open_rows(tables, as_of, config.stages.closed),
        as_of,
        contacts_of(tables, leads, config.service.desk),
    )


def lead_facts(tables: LeadTables, as_of: IntArray, leads: pa.Table, desk: Desk) -> Mapping[str, LeadFacts]:
    """Return what the desk shows of each lead, as it was known at its moment."""
    rows = zip(tables.lead_id.tolist(), *fact_columns(tables, as_of, leads, desk), strict=True)
    return {each[0]: LeadFacts(*each[1:]) for each in rows}


def fact_columns(tables: LeadTables, as_of: IntArray, leads: pa.Table, desk: Desk) -> list[list[Any]]:
    """Return the fields of `LeadFacts`, each with a value a lead of `tables`."""
    check_desk(desk, leads)
    shown = [_shown(getattr(desk, what), leads, tables) for what in _SHOWN]
    stages, acts = tables.stages, tables.activities
    stage = _last(stages.offsets, stages.known_at, as_of)
    names = [stages.stages[stages.stage[at]] if at >= 0 else None for at in stage.tolist()]
    return [
        *shown, names, _times(_taken(stages.entered_at, stage)), _times(tables.created_at),
        _times(_taken(acts.occurred_at, _last(acts.offsets, acts.known_at, as_of))),
    ]  # fmt: skip


def desk_columns(desk: Desk) -> list[str]:
    """Return the columns of the table of leads that the desk shows, each once."""
    named = (getattr(desk, what) for what in (*_SHOWN, *_CONTACTS))
    return list(dict.fromkeys(column for column in named if column is not None))


def contacts_of(tables: LeadTables, leads: pa.Table, desk: Desk) -> dict[str, list[str | None]]:
    """Return the telephone numbers and mail addresses that the desk names: by column, one a lead of `tables`.

    A lead whose cell is empty has None.

    Parameters
    ----------
    leads
        The table as it was read, with more columns than the model knows.
    """
    named = [getattr(desk, what) for what in _CONTACTS]
    return {column: _shown(column, leads, tables) for column in named if column is not None}


def check_desk(desk: Desk, leads: pa.Table) -> None:
    """Refuse a desk whose columns are not in the table of leads.

    Raises
    ------
    ConfigError
        Names the setting and near columns.
    """
    for what in (*_SHOWN, *_CONTACTS):
        column = getattr(desk, what)
        if column is not None and column not in leads.column_names:
            raise ConfigError(
                "a column of the sales desk is not in the table of leads", where=f"service.desk.{what}",
                got=column, expected="the name of a column, or null",
                mend=did_you_mean(column, leads.column_names) or None,
            )  # fmt: skip


def open_rows(tables: LeadTables, as_of: IntArray, closed: Collection[str]) -> IntArray:
    """Return the positions of the leads whose stage is none of those after which nothing follows."""
    stages = tables.stages
    last = _last(stages.offsets, stages.known_at, as_of)
    ends = np.array([name in closed for name in stages.stages], dtype=bool)
    over: BoolArray = np.zeros(len(tables), dtype=bool)
    over[last >= 0] = ends[stages.stage[last[last >= 0]]]
    return np.flatnonzero(~over)


def _last(offsets: IntArray, known_at: IntArray, as_of: IntArray) -> IntArray:
    """Return each lead's latest event that was known at its moment, -1 where there is none."""
    lead = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    last = np.full(len(offsets) - 1, -1, dtype=np.int64)
    known = np.flatnonzero(known_at <= as_of[lead])
    # Events are in the order of time: the highest position is the latest.
    np.maximum.at(last, lead[known], known)
    return last


def _taken(values: IntArray, at: IntArray) -> IntArray:
    taken = np.full(len(at), NO_TIME, dtype=np.int64)
    taken[at >= 0] = values[at[at >= 0]]
    return taken


def _times(micros: IntArray) -> list[datetime | None]:
    return [None if each == NO_TIME else to_time(each) for each in micros.tolist()]


def _shown(column: str | None, leads: pa.Table, tables: LeadTables) -> list[str | None]:
    """Return a column of the table as text, for the leads that are in use."""
    if column is None:
        return [None] * len(tables)
    rows = source_rows(leads)
    at = np.searchsorted(rows, tables.source_row)
    found: list[str | None] = as_text(leads.column(column), column).take(pa.array(at)).to_pylist()
    return found
