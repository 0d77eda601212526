"""Stored scores as one table, for figures over all leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Row, func, select

from qualify.ledger.rows import in_micros
from qualify.ledger.tables import leads, scores

_TYPES = {
    "lead_id": pa.string(), "as_of": pa.timestamp("us", tz="UTC"), "probability": pa.float64(),
    "band": pa.string(), "rule_points": pa.float64(), "rule_band": pa.string(), "disagreement": pa.string(),
    "model_version": pa.string(),
}  # fmt: skip


def open_scores(connection: Connection) -> pa.Table:
    """Return the latest score of every open lead; see `Ledger.open_scores`."""
    asked = in_micros(leads, tuple(_TYPES)).where(leads.c.open.is_(True)).order_by(leads.c.lead_id)
    return _table(connection.execute(asked).all())


def first_scores(connection: Connection) -> pa.Table:
    """Return the first score of every lead; see `Ledger.first_scores`."""
    place = func.row_number().over(partition_by=scores.c.lead_id, order_by=(scores.c.as_of, scores.c.id))
    first = select(scores.c.id, place.label("place")).subquery()
    asked = in_micros(scores, tuple(_TYPES)).join(first, first.c.id == scores.c.id).where(first.c.place == 1)
    return _table(connection.execute(asked.order_by(scores.c.lead_id)).all())


def _table(rows: Sequence[Row[Any]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(_TYPES)
    pairs = zip(_TYPES.items(), columns, strict=True)
    return pa.table({name: pa.array(list(values), kind) for (name, kind), values in pairs})
