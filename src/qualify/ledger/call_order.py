"""In which order the desk calls: by probability, with leads picked by lot at the foot of band A."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from qualify.ledger.score_rows import ScoreRows
from qualify.ledger.standing import TOP
from qualify.ledger.tables import leads

__all__ = ["call_order", "feet_of_a"]

_FIRST = 1.0
"""Where no lead is in band A, one picked by lot comes first."""


def feet_of_a(connection: Connection, rows: ScoreRows, before: Mapping[str, float]) -> Mapping[str, float]:
    """Return the lowest probability in band A by model version; nothing where no row was picked by lot.

    The leads of the list, those of its earlier pieces (`before`) and the open ones in the ledger count, for a
    list may be a single lead.
    """
    columns = rows.columns
    versions = {
        version
        for version, picked in zip(columns["model_version"], columns["picked_by_lot"], strict=True)
        if picked
    }
    if not versions:
        return {}
    asked = select(leads.c.model_version, func.min(leads.c.probability)).where(
        leads.c.open.is_(True), leads.c.band == TOP, leads.c.model_version.in_(versions)
    )
    feet = {row[0]: row[1] for row in connection.execute(asked.group_by(leads.c.model_version))}
    listed = zip(columns["model_version"], columns["band"], columns["probability"], strict=True)
    for version, band, probability in listed:
        if band == TOP and version in versions:
            feet[version] = min(probability, feet.get(version, _FIRST))
    for version in versions.intersection(before):
        feet[version] = min(before[version], feet.get(version, _FIRST))
    return feet


def call_order(row: Mapping[str, Any], feet: Mapping[str, float]) -> float:
    """Return what a lead's place on the desk goes by: its probability, or the raised one of a picked lead.

    Examples
    --------
    >>> row = {"probability": 0.02, "picked_by_lot": True, "model_version": "7"}
    >>> call_order(row, {"7": 0.4}), call_order(row | {"picked_by_lot": False}, {"7": 0.4})
    (0.4, 0.02)
    """
    probability = float(row["probability"])
    return max(probability, feet.get(row["model_version"], _FIRST)) if row["picked_by_lot"] else probability
