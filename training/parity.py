"""Whether a lead scored alone, as a document, gets the probability that it gets in a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from qualify.leads.documents import tables_from_documents
from qualify.leads.tables import NO_TIME, Column, IntArray, LeadTables
from qualify.scorer import Scorer

LEADS = 24


def measure_parity(
    scorer: Scorer, tables: LeadTables, lead: IntArray, as_of: IntArray, *, seed: int
) -> float:
    """Return the largest difference of probabilities between the two ways, over a draw of rows.

    Parameters
    ----------
    lead, as_of
        Position and moment of the rows to draw from.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(lead), size=min(LEADS, len(lead)), replace=False)
    rows, times = lead[drawn], as_of[drawn]
    batch = scorer.explain_rows(tables, rows, times).prediction.probability
    alone = np.array([_alone(scorer, tables, int(row), at) for row, at in zip(rows, times, strict=True)])
    return float(np.abs(batch - alone).max()) if len(drawn) else 0.0


def _alone(scorer: Scorer, tables: LeadTables, row: int, as_of: int) -> float:
    schema = scorer.parts.schema
    one, _ = tables_from_documents([document_of(tables, row, schema.columns)], schema.data, schema.columns)
    told = scorer.explain_rows(one, np.zeros(1, dtype=np.int64), np.array([as_of]))
    return float(told.prediction.probability[0])


def document_of(tables: LeadTables, row: int, columns: Any) -> dict[str, Any]:
    """Return a lead of the tables as the document that would be sent to be scored."""
    acts, stages = tables.activities, tables.stages
    of_acts = range(int(acts.offsets[row]), int(acts.offsets[row + 1]))
    of_stages = range(int(stages.offsets[row]), int(stages.offsets[row + 1]))
    return {
        "lead_id": tables.lead_id[row],
        "created_at": _time(tables.created_at[row]),
        "attributes": {name: _value(tables.columns[name], row) for name in columns},
        "activities": [
            {
                "type": acts.types[acts.type[i]], "occurred_at": _time(acts.occurred_at[i]),
                "recorded_at": _time(acts.known_at[i]),
                "topic": acts.topics[acts.topic[i]] if acts.topic[i] >= 0 else None,
                "value": None if np.isnan(acts.value[i]) else float(acts.value[i]),
            }
            for i in of_acts
        ],
        "stages": [
            {
                "stage": stages.stages[stages.stage[i]], "entered_at": _time(stages.entered_at[i]),
                "recorded_at": _time(stages.known_at[i]),
            }
            for i in of_stages
        ],
    }  # fmt: skip


def _value(column: Column, row: int) -> Any:
    value = column.values[row]
    if column.kind == "number":
        return None if np.isnan(value) else float(value)
    if column.kind == "date":
        return _time(value)
    return column.vocabulary[int(value)] if value >= 0 else None


def _time(micros: Any) -> str | None:
    return None if micros == NO_TIME else f"{np.datetime64(int(micros), 'us')}Z"
