"""Who was to be worked, from when, and with which chance: what outcomes are weighted by."""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import BigInteger, Connection, case, func, select, true, type_coerce

from qualify.ledger.tables import scores

_TYPES = {
    "lead_id": pa.string(), "scored_at": pa.timestamp("us", tz="UTC"),
    "selected_at": pa.timestamp("us", tz="UTC"), "picked_at": pa.timestamp("us", tz="UTC"),
    "chance": pa.float64(), "best_band": pa.string(),
}  # fmt: skip
_SURE = 1.0


def assignments(connection: Connection, until: int | None) -> pa.Table:
    """Return one row a lead that was scored while a lot was drawn; see `Ledger.assignments`."""
    moment = type_coerce(scores.c.as_of, BigInteger)
    chance = scores.c.work_probability
    asked = (
        select(
            scores.c.lead_id,
            func.min(moment),
            func.min(case((chance >= _SURE, moment))),
            func.min(case((scores.c.picked_by_lot.is_(True), moment))),
            func.min(chance),
            func.min(scores.c.band),
        )
        .where(chance.is_not(None), true() if until is None else scores.c.recorded_at <= until)
        .group_by(scores.c.lead_id)
        .order_by(scores.c.lead_id)
    )
    rows = connection.execute(asked).all()
    columns = zip(*rows, strict=True) if rows else ((),) * len(_TYPES)
    pairs = zip(_TYPES.items(), columns, strict=True)
    return pa.table({name: pa.array(list(values), kind) for (name, kind), values in pairs})
