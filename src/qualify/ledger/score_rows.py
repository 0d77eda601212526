"""A score list on its way into the ledger: Arrow columns as rows, waves of one row a lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from qualify.errors import DataError
from qualify.ledger.tables import SCORE_COLUMNS
from qualify.ledger.values import clean, pack

ROWS_A_CHUNK = 5_000
OF_LOT = ("picked_by_lot", "work_probability")
"""Columns that a score list has only where leads are picked by lot."""
_PLAIN = (
    *(name for name in SCORE_COLUMNS if name not in ("as_of", *OF_LOT)), "base_value", "other_contribution",
)  # fmt: skip
_FLOATS = frozenset({"probability", "probability_low", "probability_high", "fit", "engagement", "rule_points",
                     "base_value", "other_contribution"})  # fmt: skip


@dataclass(frozen=True)
class ScoreRows:
    """A score list in the form that the tables take.

    Parameters
    ----------
    lead_id
        One a row.
    columns
        The columns of the table of scores, without `lead_id`, `origin` and `recorded_at`.
    documents
        Packed lead documents by lead id.
    """

    lead_id: list[str]
    columns: Mapping[str, list[Any]]
    documents: Mapping[str, bytes]

    def row(self, position: int) -> dict[str, Any]:
        """Return one row of the table of scores."""
        found = {name: values[position] for name, values in self.columns.items()}
        found["lead_id"] = self.lead_id[position]
        return found

    def chunks(self) -> Iterator[list[int]]:
        """Yield positions, in chunks that hold each lead once; a lead's rows come in the order of time."""
        as_of = np.asarray(self.columns["as_of"], dtype=np.int64)
        seen: dict[str, int] = {}
        waves: list[list[int]] = []
        for position in np.argsort(as_of, kind="stable").tolist():
            lead_id = self.lead_id[position]
            wave = seen.get(lead_id, 0)
            seen[lead_id] = wave + 1
            if wave == len(waves):
                waves.append([])
            waves[wave].append(position)
        for wave_rows in waves:
            # By id, so that neighbours in the list are neighbours in the indexes too.
            wave_rows.sort(key=self.lead_id.__getitem__)
            for start in range(0, len(wave_rows), ROWS_A_CHUNK):
                yield wave_rows[start : start + ROWS_A_CHUNK]


def score_rows(scores: pa.Table, documents: Mapping[str, Mapping[str, Any]]) -> ScoreRows:
    """Read a score list; `documents` is asked once for each lead.

    Raises
    ------
    DataError
        A column of the score list is missing.
    """
    wanted = ("lead_id", "as_of", "reasons", *_PLAIN)
    missing = [name for name in wanted if name not in scores.column_names]
    if missing:
        raise DataError("The score list lacks columns.", where="the ledger", got=missing,
                        expected="the columns of `qualify score`")  # fmt: skip
    raw_ids: list[str] = scores["lead_id"].cast(pa.string()).to_pylist()
    columns: dict[str, list[Any]] = {name: _plain(scores, name) for name in _PLAIN}
    columns["as_of"] = scores["as_of"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    columns |= {name: _if_there(scores, name) for name in OF_LOT}
    ranked = "rank" in scores.column_names
    columns["rank"] = scores["rank"].to_pylist() if ranked else list(range(1, len(raw_ids) + 1))
    columns["reasons"] = [orjson.dumps(told or []).decode() for told in scores["reasons"].to_pylist()]
    columns["targets"] = _targets(scores)
    packed = {}
    for raw in dict.fromkeys(raw_ids):
        document = documents.get(raw)
        if document is not None:
            packed[clean(raw)] = pack(document)
    return ScoreRows([clean(raw) for raw in raw_ids], columns, packed)


def _plain(scores: pa.Table, name: str) -> list[Any]:
    values = scores[name]
    if name in _FLOATS:
        values = pc.cast(values, pa.float64())
    found: list[Any] = values.to_pylist()
    return found


def _if_there(scores: pa.Table, name: str) -> list[Any]:
    """Return a column, or None for each row."""
    return _plain(scores, name) if name in scores.column_names else [None] * scores.num_rows


def _targets(scores: pa.Table) -> list[str]:
    """Return the probabilities of all targets as one JSON object a row."""
    names = [name for name in scores.column_names if name.startswith("p_")]
    if not names:
        return ["{}"] * scores.num_rows
    return [orjson.dumps(row).decode() for row in scores.select(names).to_pylist()]
