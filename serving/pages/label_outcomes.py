"""What became of leads whose outcome stands in a column of their table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from qualify.config import ColumnSpec, Config
from qualify.labels.flat import read_label
from qualify.leads.build import build_tables
from qualify.leads.read import located, read_table
from qualify.leads.tables import LeadTables

__all__ = ["label_outcomes"]


def label_outcomes(
    config: Config, folder: Path, first: pa.Table, learned_until: str
) -> tuple[pa.Table, dict[str, bool]]:
    """Return the first scores that can be judged, and by lead whether the label says yes.

    A label bears no time: that a score owes nothing to it is sure only of leads that the version which gave
    the score did not learn from. A lead whose label is empty or open has no outcome yet.

    Parameters
    ----------
    first
        Those of `Ledger.first_scores` that the version in use gave, one row a lead.
    learned_until
        The end of what the model learned from (ISO 8601): leads created until then are left out. Empty where
        its table bears no dates: then none is.

    Raises
    ------
    DataError
        The table cannot be read, or no row of it can be used.
    """
    target = config.targets[0]
    tables = _read(config, folder)
    column = tables.columns[str(target.column)]
    place = {lead: row for row, lead in enumerate(tables.lead_id.tolist())}
    rows = np.array([place.get(lead, -1) for lead in first["lead_id"].to_pylist()], dtype=np.int64)
    if learned_until:
        end = int(np.datetime64(learned_until, "us").astype(np.int64))
        judged = (rows < 0) | (tables.created_at[rows] > end)
        first, rows = first.filter(pa.array(judged)), rows[judged]
    ids = first["lead_id"].to_pylist()
    outcome = np.where(rows >= 0, read_label(column, target)[rows], np.nan)
    return first, {ids[i]: bool(outcome[i]) for i in np.flatnonzero(~np.isnan(outcome))}


def _read(config: Config, folder: Path) -> LeadTables:
    """Read the leads with their label alone."""
    data = config.data
    given = read_table(
        located(data.leads, folder), encoding=data.encoding, delimiter=data.delimiter, what="leads"
    )
    columns = {str(config.targets[0].column): ColumnSpec(type="category")}
    return build_tables(data, columns, given, None, None)[0]
