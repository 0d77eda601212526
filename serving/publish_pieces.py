"""A score list put on the sales desk in pieces.

Of a list that is larger than the memory, what the desk needs of a lead beside its score is made where the
lead is scored, and goes with its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, fields
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Config
from qualify.decide.stage_roles import find_sql_stage
from qualify.leads.tables import IntArray, LeadTables
from qualify.ledger import LeadFacts, Ledger, Recorded
from qualify.model.parts import BANDS
from qualify.rules import Scorecard
from serving.lead_facts import fact_columns, open_documents

__all__ = ["Pieces", "beside_scores", "without_beside"]

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

    The facts of the desk, and each open lead's document as JSON; see :class:`Pieces`.

    Parameters
    ----------
    leads
        The rows of `tables` with the columns of `serving.lead_facts.desk_columns`.

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


class Pieces:
    """Stores a score list in pieces, best leads first, a transaction each: other writers wait a short time.

    What was stored stays when a later piece fails; stored again, it is counted as known before.

    Parameters
    ----------
    config
        For the desk, the closed stages and the receivers of alerts.
    card
        The scorecard that the list was made with: what it calls SQL, and on how old a score.
    """

    ROWS = 2_048
    """Rows of a piece, which are in memory as Python's objects."""

    def __init__(self, ledger: Ledger, config: Config, card: Scorecard) -> None:
        self.stored = Recorded()
        self._ledger, self._feet = ledger, dict[str, float]()
        self._manner: dict[str, Any] = {
            "origin": "batch", "alert_rules": config.service.alerts.webhooks, "closed": config.stages.closed,
            "sql_stage": find_sql_stage(card, config.stages, config.targets),
            "fresh_days": card.score_fresh_days, "alert_rest_days": config.service.alerts.again_after_days,
        }  # fmt: skip

    def of(self, rows: pa.Table) -> Iterator[pa.Table]:
        """Cut rows into pieces."""
        yield from (rows.slice(start, self.ROWS) for start in range(0, rows.num_rows, self.ROWS))

    def store(
        self, rows: pa.Table, facts: Mapping[str, LeadFacts], documents: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Store the next rows.

        Raises
        ------
        LedgerUnavailable
            The ledger's database does not answer; nothing of these rows was stored.
        """
        done = self._ledger.record_scores(
            rows, facts=facts, documents=documents, feet=self._feet, **self._manner
        )
        self.stored = Recorded(*map(sum, zip(astuple(self.stored), astuple(done), strict=True)))
        self._lower_feet(rows)

    def store_with_beside(self, rows: pa.Table) -> None:
        """Store the next rows with what :func:`beside_scores` says of them."""
        for piece in self.of(rows):
            ids = piece["lead_id"].to_pylist()
            columns = [piece[field.name].to_pylist() for field in _FACTS]
            facts = {each[0]: LeadFacts(*each[1:]) for each in zip(ids, *columns, strict=True)}
            documents = _ReadWhenAsked(dict(zip(ids, piece[_DOCUMENT].to_pylist(), strict=True)))
            self.store(piece, facts, documents)

    def _lower_feet(self, rows: pa.Table) -> None:
        """Bring the lowest probability in band A, by model version, down to these rows."""
        top = rows.filter(pc.equal(rows["band"].cast(pa.string()), BANDS[0]))
        found = top.group_by("model_version").aggregate([("probability", "min")])
        columns = (found[name].to_pylist() for name in ("model_version", "probability_min"))
        for version, lowest in zip(*columns, strict=True):
            self._feet[version] = min(lowest, self._feet.get(version, lowest))


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
