"""Columns that no model sees but that tell persons apart: addresses, phone numbers, names."""

from __future__ import annotations

from pathlib import Path

from qualify.config import ColumnSpec, Config
from qualify.leads.build import build_tables
from qualify.leads.read import located, read_table
from qualify.leads.tables import Column

_WORDS = ("text", "email", "category")


def load_personal(config: Config, folder: Path) -> dict[str, Column]:
    """Read them, to find persons who stand in the table twice; the leads are in their usual order."""
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
    tables, _ = build_tables(data, {name: ColumnSpec(type="text") for name in names}, leads)
    return dict(tables.columns)
