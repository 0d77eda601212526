"""Columns in use that were filled in after, or because of, the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qualify.labels.audit import audit_columns
from qualify.leads.tables import FloatArray
from training.checks.finding import Finding, Level
from training.data import Loaded


def check_leakage(loaded: Loaded, label: FloatArray) -> Iterator[Finding]:
    """Audit the columns that a model would see; excluded ones are listed elsewhere, by their reasons."""
    used = {name: column for name, column in loaded.tables.columns.items() if name in loaded.used}
    tables = replace(loaded.tables, columns=used)
    for found in audit_columns(tables, label, loaded.used, raw_order=loaded.tables.order):
        level: Level = "warning" if found.exclude else "note"
        yield Finding(found.code, level, found.column, found.evidence.rstrip("."))
