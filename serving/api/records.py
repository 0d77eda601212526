"""What goes through the spool: a score with the document that it was made from, and what the desk shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from qualify.config import Desk
from qualify.explain.reasons import REASONS_TYPE
from qualify.leads.tables import NO_TIME, IntArray, LeadTables
from qualify.ledger import LeadFacts

__all__ = ["ScoredLead", "facts_of", "pack", "to_table"]

_LONGEST = 500
_TIMES = ("stage_since", "created_at", "last_activity_at")
_TYPES = {
    "as_of": pa.timestamp("us", tz="UTC"), "rank": pa.int64(), "score": pa.int64(), "reasons": REASONS_TYPE,
    "picked_by_lot": pa.bool_(),
    **dict.fromkeys(("lead_id", "band", "rule_band", "recommended_stage", "disagreement", "model_version",
                     "scorecard_version"), pa.string()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScoredLead:
    """One score on its way into the ledger."""

    lead_id: str
    score: Mapping[str, Any]
    document: Mapping[str, Any]
    facts: LeadFacts

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> ScoredLead:
        """Read a record of the spool (see :func:`pack`)."""
        score, facts = dict(record["score"]), dict(record["facts"])
        score["as_of"] = datetime.fromisoformat(score["as_of"])
        for name in _TIMES:
            facts[name] = None if facts[name] is None else datetime.fromisoformat(facts[name])
        return cls(score["lead_id"], score, record["document"], LeadFacts(**facts))


def pack(score: bytes, document: Mapping[str, Any], facts: LeadFacts) -> bytes:
    """Put a score (JSON), its document and its facts together to a record."""
    return b'{"score":%b,"document":%b,"facts":%b}' % (
        score, orjson.dumps(document), orjson.dumps(facts)
    )  # fmt: skip


def to_table(scores: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows of one model as a score list."""
    schema = pa.schema([(name, _TYPES.get(name, pa.float64())) for name in scores[0]])
    return pa.Table.from_pylist(list(scores), schema=schema)


def facts_of(
    document: Mapping[str, Any], desk: Desk, tables: LeadTables, row: int, as_of: datetime
) -> LeadFacts:
    """Return what the desk shows of a lead: its own columns, and where it stood at the moment of the score.

    Parameters
    ----------
    tables, row
        The document as it was read for the score.
    """
    nested = document.get("attributes") or {}

    def shown(column: str | None) -> str | None:
        value = nested.get(column, document.get(column)) if column else None
        return None if value is None or value == "" else str(value).replace("\x00", "")[:_LONGEST]

    moment = _micros(as_of)
    stages, acts = tables.stages, tables.activities
    stage = _last(stages.offsets, stages.known_at, row, moment)
    act = _last(acts.offsets, acts.known_at, row, moment)
    return LeadFacts(
        name=shown(desk.name), company=shown(desk.company), owner=shown(desk.owner),
        source=shown(desk.source),
        stage=None if stage is None else stages.stages[stages.stage[stage]].replace("\x00", "")[:_LONGEST],
        stage_since=None if stage is None else _time(stages.entered_at[stage]),
        created_at=_time(tables.created_at[row]),
        last_activity_at=None if act is None else _time(acts.occurred_at[act]),
    )  # fmt: skip


def _last(offsets: IntArray, known_at: IntArray, row: int, moment: int) -> int | None:
    """Return the position of a lead's latest event that was known; events are in the order of time."""
    start = int(offsets[row])
    (known,) = (known_at[start : int(offsets[row + 1])] <= moment).nonzero()
    return start + int(known[-1]) if len(known) else None


def _micros(moment: datetime) -> int:
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


def _time(micros: np.int64) -> datetime | None:
    """Return a time; None where there is none, or it lies beyond what a calendar holds."""
    try:
        return None if micros == NO_TIME else datetime.fromtimestamp(int(micros) / 1e6, UTC)
    except (OverflowError, ValueError, OSError):
        return None
