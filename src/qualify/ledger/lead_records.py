"""One lead as it stands, its document and all of its scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, and_, select

from qualify.ledger.answers import last_answer
from qualify.ledger.facts import facts_of
from qualify.ledger.records import LeadRecord, ScoreRecord
from qualify.ledger.rows import in_micros
from qualify.ledger.score_rows import OF_LOT
from qualify.ledger.tables import documents, leads, scores
from qualify.ledger.values import clean, to_time, unpack

_SIMILAR = 20_000
_OF_LEDGER = ("id", "origin", "recorded_at", "targets", "reasons")
SAME_SCORE = and_(
    scores.c.lead_id == leads.c.lead_id, scores.c.as_of == leads.c.as_of,
    scores.c.model_version == leads.c.model_version,
    scores.c.scorecard_version == leads.c.scorecard_version,
)  # fmt: skip
"""Finds the latest score of a lead among all scores."""


def lead_record(connection: Connection, lead_id: str) -> LeadRecord | None:
    """Return one lead; see `Ledger.lead`."""
    found = connection.execute(in_micros(leads).where(leads.c.lead_id == clean(lead_id)))
    row = found.mappings().one_or_none()
    if row is None:
        return None
    latest, previous = _latest_two(connection, row)
    return LeadRecord(
        row["lead_id"], facts_of(row), latest, previous, row["open"], _time(row["waiting_since"]),
        last_answer(connection, row["answer_id"]), _time(row["returned_at"]),
    )  # fmt: skip


def document(connection: Connection, lead_id: str) -> dict[str, Any] | None:
    """Return the document of the latest score; None where none was kept."""
    body = connection.scalar(select(documents.c.body).where(documents.c.lead_id == clean(lead_id)))
    return None if body is None else unpack(body)


def history(connection: Connection, lead_id: str) -> list[ScoreRecord]:
    """Return all scores of a lead, oldest first."""
    asked = select(scores).where(scores.c.lead_id == clean(lead_id)).order_by(scores.c.as_of, scores.c.id)
    return [
        ScoreRecord(row["lead_id"], row["as_of"], row["recorded_at"], row["origin"], score_of(row))
        for row in connection.execute(asked).mappings()
    ]


def similar_ids(connection: Connection, lead_id: str) -> list[str]:
    """Return stored ids to compare a mistyped one with: those that begin as it does, or else the first."""
    id_ = leads.c.lead_id
    ordered = select(id_).order_by(id_).limit(_SIMILAR)
    begins = connection.scalars(ordered.where(id_.startswith(clean(lead_id)[:3], autoescape=True))).all()
    return list(begins or connection.scalars(ordered))


def score_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row of the table of scores by the names of the score list."""
    unsaid = [*_OF_LEDGER, *(name for name in OF_LOT if row[name] is None)]
    plain = {name: value for name, value in row.items() if name not in unsaid}
    return {**plain, **orjson.loads(row["targets"]), "reasons": orjson.loads(row["reasons"])}


def _latest_two(
    connection: Connection, lead: Mapping[Any, Any]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the latest score, and the one before it."""
    asked = select(scores).join(leads, SAME_SCORE).where(leads.c.lead_id == lead["lead_id"])
    latest = connection.execute(asked).mappings().one()
    others = select(scores).where(
        scores.c.lead_id == lead["lead_id"], scores.c.as_of <= lead["as_of"], scores.c.id != latest["id"]
    )
    before = connection.execute(others.order_by(scores.c.as_of.desc(), scores.c.id.desc()).limit(1))
    previous = before.mappings().one_or_none()
    return score_of(latest), None if previous is None else score_of(previous)


def _time(micros: int | None) -> Any:
    return None if micros is None else to_time(micros)
