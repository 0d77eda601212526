"""A score list put on the sales desk in pieces, for lists that are larger than the memory.

What the desk needs of a lead beside its score is made where the lead is scored, and goes with its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import orjson
import pyarrow as pa

from qualify.config import Config
from qualify.leads.tables import IntArray, LeadTables
from qualify.ledger import LeadFacts, Ledger, Recorded
from qualify.rules import Scorecard
from serving.publish import fact_columns, manner, open_documents

__all__ = ["beside_scores", "publish_piece", "without_beside"]

_BESIDE = "beside "
"""Begins the names of columns that stand beside those of a score list."""

_MOMENTS = ("stage_since", "created_at", "last_activity_at")
_FACTS = tuple(
    pa.field(f"{_BESIDE}{each.name}", pa.timestamp("us", "UTC") if each.name in _MOMENTS else pa.string())
    for each in fields(LeadFacts)
)
_DOCUMENT = f"{_BESIDE}document"


def beside_scores(tables: LeadTables, as_of: IntArray, leads: pa.Table, config: Config) -> pa.Table:
    """Return what a piece of a list needs beside its scores to be stored, a row a lead of `tables`.

    The facts of the desk, and each open lead's document as JSON; see :func:`publish_piece`.

    Parameters
    ----------
    leads
        The rows of `tables` with the columns of `serving.publish.desk_columns`.

    Raises
    ------
    ConfigError
        A column of the desk is not in the table of leads.
    """
    documents = open_documents(tables, as_of, leads, config)
    opened = frozenset(documents)
    told = [orjson.dumps(documents[each]) if each in opened else None for each in tables.lead_id.tolist()]
    facts = zip(_FACTS, fact_columns(tables, as_of, leads, config.service.desk), strict=True)
    columns = {field.name: pa.array(values, field.type) for field, values in facts}
    return pa.table({**columns, _DOCUMENT: pa.array(told, pa.large_binary())})


def publish_piece(
    ledger: Ledger, piece: pa.Table, config: Config, card: Scorecard, feet: Mapping[str, float]
) -> Recorded:
    """Store rows of a score list with what :func:`beside_scores` says of them.

    Parameters
    ----------
    feet
        See `qualify.ledger.Ledger.record_scores`.

    Raises
    ------
    LedgerUnavailable
        The ledger's database does not answer; nothing of these rows was stored.
    """
    ids = piece["lead_id"].to_pylist()
    columns = [piece[field.name].to_pylist() for field in _FACTS]
    facts = {each[0]: LeadFacts(*each[1:]) for each in zip(ids, *columns, strict=True)}
    documents = _ReadWhenAsked(dict(zip(ids, piece[_DOCUMENT].to_pylist(), strict=True)))
    return ledger.record_scores(piece, facts=facts, documents=documents, feet=feet, **manner(config, card))


def without_beside(piece: pa.Table) -> pa.Table:
    """Return the rows as the score list has them."""
    return piece.select([name for name in piece.column_names if not name.startswith(_BESIDE)])


class _ReadWhenAsked(Mapping[str, dict[str, Any]]):
    """Documents that are JSON until they are asked for; of leads without one, None."""

    def __init__(self, packed: Mapping[str, bytes | None]) -> None:
        self._packed = {lead_id: document for lead_id, document in packed.items() if document is not None}

    def __getitem__(self, lead_id: str) -> dict[str, Any]:
        """Read a document."""
        found: dict[str, Any] = orjson.loads(self._packed[lead_id])
        return found

    def __iter__(self) -> Iterator[str]:
        """Go through the ids."""
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)
