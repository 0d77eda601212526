"""Which columns of the leads table a model may use, and as what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from qualify.config import ColumnSpec, Data, Excluded, Target
from qualify.labels import Suspicion, audit_columns, excluded_columns
from qualify.leads.profile import ColumnProfile
from qualify.leads.roles import find_order
from qualify.leads.tables import FloatArray, LeadTables

_DOES = re.compile(
    r"(?i)visit|view|page|click|\bopens?\b|opened|session|download|activit|engag|time spent|time on|webinar|"
    r"訪問|閲覧|開封|クリック|滞在|ダウンロード|参加"
)
_BEFORE = re.compile(r"(?i)previous|\bprev|\bpast\b|pdays|poutcome|histor|前回|過去|履歴")


@dataclass(frozen=True)
class Attributes:
    """The proposed `columns` and `exclude` sections, with what speaks for them.

    Parameters
    ----------
    columns
        What each column means, also of those that are excluded: to use one, delete it under `exclude`.
    exclude
        Columns that are not used, and why.
    doubts
        Columns that are used, but that a person should look at.
    """

    columns: dict[str, ColumnSpec]
    exclude: dict[str, Excluded]
    doubts: dict[str, Suspicion]

    @property
    def used(self) -> dict[str, ColumnSpec]:
        """The columns that a model may see."""
        return {n: s for n, s in self.columns.items() if n not in self.exclude and s.type != "id"}


def propose_attributes(
    leads: pa.Table,
    profiles: Mapping[str, ColumnProfile],
    data: Data,
    target: Target,
    repeated_id: str | None = None,
) -> Attributes:
    """Propose by the profiles alone; columns with a role (id, creation date, order, label) are left out.

    An id that names several rows (see `find_repeated_id`) is kept to find them by, and is no attribute.
    """
    roles = {data.lead_id, data.created_at, data.order_by, target.column}
    running = find_order(leads, {n: p for n, p in profiles.items() if n not in roles})
    columns: dict[str, ColumnSpec] = {}
    exclude: dict[str, Excluded] = {}
    for name, found in profiles.items():
        if name in roles:
            continue
        kind = "id" if name == repeated_id else found.type
        columns[name] = ColumnSpec(
            type=kind,
            missing=found.missing,
            group=group_of(name, found),
            separators=found.separators if kind == "multi_select" else None,
            unit=found.unit if kind == "number" else None,
        )
        if name == repeated_id:
            evidence = (
                f"called the lead's id, but {found.given:,} rows hold {found.distinct:,} different ones"
            )
            exclude[name] = Excluded(code="C007", evidence=evidence)
        elif found.exclude is not None:
            exclude[name] = found.exclude
        elif name == running:
            exclude[name] = Excluded(code="C006", evidence="a running number: only tells the time")
    return Attributes(columns, exclude, {})


def audit_attributes(
    proposed: Attributes, tables: LeadTables, label: FloatArray, order: FloatArray | None
) -> Attributes:
    """Exclude what the leak audit finds; note what it only suspects.

    Parameters
    ----------
    proposed
        The columns, and what is excluded so far.
    tables, label
        The leads, and their outcomes (NaN unknown).
    order
        What grows with time, for tables without a creation date.
    """
    found = audit_columns(tables, label, proposed.used, raw_order=order)
    leaks = excluded_columns(found)
    doubts: dict[str, Suspicion] = {}
    for suspicion in found:
        if suspicion.column not in leaks:
            doubts.setdefault(suspicion.column, suspicion)
    excluded = {name: Excluded(code=s.code, evidence=s.evidence) for name, s in leaks.items()}
    return Attributes(proposed.columns, proposed.exclude | excluded, doubts)


def group_of(name: str, found: ColumnProfile) -> Literal["fit", "engagement", "history"]:
    """Say whether a column tells who a lead is, what it does, or what was before; by its name."""
    if _BEFORE.search(name):
        return "history"
    if found.type in ("number", "date") and _DOES.search(name):
        return "engagement"
    return "fit"
