"""What goes through the spool: a score with the document that it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa

from qualify.config import Desk
from qualify.explain.reasons import REASONS_TYPE
from qualify.ledger import LeadFacts

__all__ = ["ScoredLead", "facts_of", "pack", "to_table"]

_TYPES = {
    "as_of": pa.timestamp("us", tz="UTC"), "rank": pa.int64(), "score": pa.int64(), "reasons": REASONS_TYPE,
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
        score = dict(record["score"])
        score["as_of"] = datetime.fromisoformat(score["as_of"])
        document, desk = record["document"], Desk.model_validate(record["desk"])
        return cls(score["lead_id"], score, document, facts_of(document, desk, score["as_of"]))


def pack(score: bytes, document: bytes, desk: bytes) -> bytes:
    """Put JSON texts together to a record, without reading them again."""
    return b'{"score":' + score + b',"document":' + document + b',"desk":' + desk + b"}"


def to_table(scores: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows of one model as a score list."""
    schema = pa.schema([(name, _TYPES.get(name, pa.float64())) for name in scores[0]])
    return pa.Table.from_pylist(list(scores), schema=schema)


def facts_of(document: Mapping[str, Any], desk: Desk, as_of: datetime) -> LeadFacts:
    """Return what the desk shows of a lead document; nothing later than `as_of` is looked at."""
    attributes = {**document, **(document.get("attributes") or {})}

    def shown(column: str | None) -> str | None:
        value = attributes.get(column) if column else None
        return None if value is None or value == "" else str(value).replace("\x00", "")[:500]

    stage, since = _latest(document.get("stages"), "entered_at", "stage", as_of)
    _, active = _latest(document.get("activities"), "occurred_at", "type", as_of)
    return LeadFacts(
        name=shown(desk.name), company=shown(desk.company), owner=shown(desk.owner),
        source=shown(desk.source), stage=stage, stage_since=since,
        created_at=_time(document.get("created_at")), last_activity_at=active,
    )  # fmt: skip


def _latest(items: Any, at: str, name: str, as_of: datetime) -> tuple[str | None, datetime | None]:
    """Return the name and the time of the latest item that was known at `as_of`."""
    best: tuple[str | None, datetime | None] = (None, None)
    for item in items or ():
        moment, known = _time(item.get(at)), _time(item.get("recorded_at"))
        if moment is None or not item.get(name) or max(moment, known or moment) > as_of:
            continue
        if best[1] is None or moment >= best[1]:
            best = (str(item[name]).replace("\x00", "")[:500], moment)
    return best


def _time(value: Any) -> datetime | None:
    """Read a time of a document that was normalised (see `serving.api.documents`)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def desk_json(desk: Desk) -> bytes:
    """Return the desk's columns as JSON, for :func:`pack`."""
    return orjson.dumps(desk.model_dump(exclude_defaults=True))
