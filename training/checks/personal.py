"""Columns that no model sees but that tell persons apart: addresses, phone numbers, names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import ColumnSpec, Config
from qualify.leads.build import build_tables
from qualify.leads.read import located, read_table
from qualify.leads.tables import Column, LeadTables

_WORDS = ("text", "email", "category")


def load_personal(config: Config, folder: Path, tables: LeadTables) -> dict[str, Column]:
    """Read them, to find persons who stand in the table twice; for the leads of `tables`, in their order."""
    labels = {target.column for target in config.targets}
    names = [
        name
        for name, spec in config.columns.items()
        if name not in labels and (spec.type == "id" or (name in config.exclude and spec.type in _WORDS))
    ]
    if not names:
        return {}
    data = config.data
    leads = read_table(
        located(data.leads, folder), encoding=data.encoding, delimiter=data.delimiter, what="leads"
    )
    whole, _ = build_tables(data, {name: ColumnSpec(type="text") for name in names}, leads)
    # Leads of the future are left out of the tables but not of what was just read; a database may have lost
    # some since.
    place = pc.index_in(pa.array(tables.lead_id, pa.string()), value_set=pa.array(whole.lead_id, pa.string()))
    at = place.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return {
        name: Column(column.kind, np.where(at < 0, -1, column.codes[at]).astype(np.int32), column.vocabulary)
        for name, column in whole.columns.items()
    }
