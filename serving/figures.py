"""The shared figures of a configured project, from its tables and the ledger's answers if there is one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa

from qualify.config import ColumnSpec, Config
from qualify.decide.cohorts import last_known
from qualify.decide.grouping import By
from qualify.decide.kpi import KpiTable, compute_kpis
from qualify.errors import ConfigError, did_you_mean
from qualify.leads.build import build_tables
from qualify.leads.read import located, read_table
from qualify.leads.tables import LeadTables

__all__ = ["project_kpis", "read_funnel"]

_LIKELY_SOURCES = ("source", "lead_source", "channel", "流入元", "リードソース")


def project_kpis(
    config: Config, folder: Path, answers: pa.Table | None, *, now: datetime, by: By | None = None
) -> KpiTable:
    """Compute the figures of the configured tables.

    Parameters
    ----------
    answers
        As of ``Ledger.answers()``; None: no ledger.

    Raises
    ------
    DataError
        A table cannot be read.
    ConfigError
        Figures by source, and no column holds it.
    """
    source = source_column(config) if by == "source" else None
    tables = read_funnel(config, folder, source)
    return compute_kpis(
        tables, config.stages, answers, now=now, by=by, targets=config.targets, source=source,
        limit_hours=config.service.desk.approach_within_hours, watched_until=last_known(tables, now),
        timezone=config.data.timezone,
    )  # fmt: skip


def source_column(config: Config) -> str:
    """Return the column that holds the lead's source: the configured one, else one that is called so."""
    chosen = config.service.desk.source
    found = chosen or next((name for name in config.columns if name.lower() in _LIKELY_SOURCES), None)
    if found is None:
        raise ConfigError(
            "no column is known to hold the lead's source", where="service.desk.source",
            expected="the name of a column of the table of leads",
            mend=did_you_mean("source", config.columns) or "set service.desk.source",
        )  # fmt: skip
    return found


def read_funnel(config: Config, folder: Path, source: str | None = None) -> LeadTables:
    """Read the three tables with no attribute but the source: more is not needed for figures."""
    data = config.data
    columns = {source: ColumnSpec(type="category")} if source is not None else {}

    def read(what: str) -> pa.Table | None:
        given = getattr(data, what)
        if given is None:
            return None
        where = located(given, folder)
        return read_table(where, encoding=data.encoding, delimiter=data.delimiter, what=what)

    tables, _ = build_tables(data, columns, read("leads"), read("activities"), read("stages"))
    return tables
