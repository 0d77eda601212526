"""The one path from tables to scores: rules, features, probability, reasons, decision.

A nightly batch, an HTTP request, a Spark partition and a notebook all come through
:meth:`Scorer.score_tables`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from qualify.decide import DISAGREEMENTS, disagreement
from qualify.decide.exploration import lot_columns
from qualify.decide.score_list import Column, Words, as_list, by_rank, in_ranks
from qualify.explain.contributions import TargetExplainer, TargetPredictor
from qualify.explain.reasons import Reasons, build_reasons
from qualify.explain.words import phrasebook
from qualify.features.build import build_frame
from qualify.features.frame import FeatureFrame, field_values
from qualify.leads.build import build_tables
from qualify.leads.rejects import Rejects
from qualify.leads.stamp import stamp
from qualify.leads.tables import NO_TIME, FloatArray, IntArray, LeadTables
from qualify.model.bundle import read_bundle
from qualify.model.parts import BANDS, ModelParts
from qualify.model.target import Prediction
from qualify.moments import existing, parse_as_of
from qualify.rules import RuleResult, Scorecard, evaluate
from qualify.side_by_side import side_by_side

ROWS_A_CHUNK = 16_384
"""Rows that one thread works on at a time: bounds the memory, whatever the number of rows."""

DEFAULT_REASONS = 3


@dataclass(frozen=True)
class Explained:
    """Scores of a chunk of rows with everything they were made from.

    Parameters
    ----------
    contributions
        Log-odds by field, shape (rows, fields).
    noise
        Their standard deviation over the bags, by topic, shape (rows, topics).
    further
        Predictions of the targets after the first.
    """

    frame: FeatureFrame
    points: RuleResult
    prediction: Prediction
    further: dict[str, Prediction]
    contributions: FloatArray
    noise: FloatArray
    base: float


class Scorer:
    """Scores leads with one bundle.

    Parameters
    ----------
    parts
        The model.
    version
        What every row will say made it.
    """

    def __init__(self, parts: ModelParts, version: str) -> None:
        self.parts = parts
        self.version = version
        self.scorecard = Scorecard.parse(parts.scorecard_text, where="scorecard.yaml of the bundle")
        self._card_version, self._stage_names = self.scorecard.version, self.scorecard.stage_names
        self.fields = parts.plan.fields
        self._explainer = TargetExplainer(parts.targets[0], self.fields)
        self._further = [TargetPredictor(model) for model in parts.targets[1:]]
        self._of_group: dict[str, IntArray] = {
            name: np.flatnonzero([field.group == name for field in self.fields])
            for name in ("fit", "engagement")
        }

    @classmethod
    def load(cls, path: str | Path) -> Scorer:
        """Read and check a bundle (see :func:`qualify.model.bundle.read_bundle`)."""
        return cls(*read_bundle(path))

    def score(
        self,
        leads: pd.DataFrame,
        activities: pd.DataFrame | None = None,
        stages: pd.DataFrame | None = None,
        as_of: str | datetime | None = None,
        *,
        reasons: int = DEFAULT_REASONS,
        language: str = "en",
    ) -> pd.DataFrame:
        """Score data frames.

        Parameters
        ----------
        leads, activities, stages
            Tables with the columns that the model was trained on.
        as_of
            A time for all leads (a naive one is meant in the time zone of the training tables), or
            ``created+DURATION`` such as ``created+1d``; None: now, or the creation date when the model was
            trained on a label column.
        reasons
            Reasons a lead.
        language
            ``en`` or ``ja``.

        Returns
        -------
        pandas.DataFrame
            The columns of the score list, ordered by rank. Leads that could not be scored are left out and
            named in ``frame.attrs["rejects"]``.
        """
        schema = self.parts.schema
        tables, rejects = build_tables(
            schema.data, schema.columns, _stamped(leads, "leads"),
            _stamped(activities, "activities"), _stamped(stages, "stages"),
        )  # fmt: skip
        moment = parse_as_of(None if as_of is None else str(as_of), schema.data.timezone)
        moments = self.moments(tables, moment.time, moment.after_creation)
        table, late = self.score_tables(tables, moments, reasons=reasons, language=language)
        frame: pd.DataFrame = table.to_pandas()
        frame.attrs["rejects"] = rejects.joined(late).frame.to_dict("records")
        return frame

    def moments(
        self, tables: LeadTables, as_of: int | None, after_creation: int | None = None, now: int | None = None
    ) -> IntArray:
        """Return each lead's moment: `as_of`, or `after_creation` later than its creation, or the default.

        The default is now (`now`, where a job has to be one moment); for models of a label column it is the
        creation date, where there is one.
        """
        count = len(tables)
        if as_of is not None:
            return np.full(count, as_of, dtype=np.int64)
        dated = tables.created_at != NO_TIME
        now = time.time_ns() // 1000 if now is None else now
        if after_creation is not None:
            return np.where(dated, tables.created_at + after_creation, NO_TIME)
        if self.parts.schema.flat:
            return np.where(dated, tables.created_at, now)
        return np.full(count, now, dtype=np.int64)

    def score_tables(
        self,
        tables: LeadTables,
        as_of: IntArray,
        *,
        reasons: int = DEFAULT_REASONS,
        language: str = "en",
        threads: int | None = None,
        advance: Callable[[int], None] | None = None,
    ) -> tuple[pa.Table, Rejects]:
        """Score every lead as of its moment; return the score list by rank, and the leads that were left out.

        Parameters
        ----------
        tables
            The leads.
        as_of
            Microseconds, shape (leads,); `NO_TIME` where none is known.
        threads
            How many to work with; None: one a core.
        advance
            Called now and then with the number of leads that were scored since.
        """
        rows = np.arange(len(tables))
        return self.score_rows(
            tables, rows, as_of, reasons=reasons, language=language, threads=threads, advance=advance
        )

    def score_rows(
        self,
        tables: LeadTables,
        rows: IntArray,
        as_of: IntArray,
        *,
        reasons: int,
        language: str,
        threads: int | None = None,
        advance: Callable[[int], None] | None = None,
    ) -> tuple[pa.Table, Rejects]:
        """Score some leads, by position, each as of its own moment (both of shape (rows,))."""
        good, late = existing(tables, rows, as_of)

        def score(chunk: IntArray) -> dict[str, Column]:
            return self._columns(tables, rows[chunk], as_of[chunk], reasons, language)

        chunks = list(_chunks(good))
        # The compiled loops, which are most of the work, run at once.
        pieces = []
        for chunk, piece in zip(
            chunks, side_by_side(score, chunks, 1 if len(chunks) == 1 else threads), strict=True
        ):
            pieces.append(piece)
            if advance is not None:
                advance(len(chunk))
        return in_ranks(pieces, threads), late

    def score_objects(
        self, tables: LeadTables, as_of: IntArray, *, reasons: int, language: str
    ) -> tuple[list[dict[str, Any]], Rejects]:
        """Score every lead as :meth:`score_tables` does; return the rows as objects, in their own order."""
        good, late = existing(tables, np.arange(len(tables)), as_of)
        found: list[dict[str, Any]] = []
        for chunk in _chunks(good):
            columns = self._columns(tables, chunk, as_of[chunk], reasons, language)
            lists = [as_list(column) for column in columns.values()]
            found += [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]
        order = by_rank(np.array([row["probability"] for row in found]), tables.lead_id[good])
        ranked: list[dict[str, Any]] = [{}] * len(found)
        for rank, position in enumerate(order.tolist(), start=1):
            row = found[position]
            ranked[position] = {"lead_id": row["lead_id"], "as_of": row["as_of"], "rank": rank, **row}
        return ranked, late

    def explain_rows(self, tables: LeadTables, rows: IntArray, as_of: IntArray) -> Explained:
        """Return the raw material of scores: features, points, predictions and contributions."""
        known = self.parts.plan.known_types
        points = evaluate(self.scorecard, tables, rows, as_of, known_types=known or None)
        frame = build_frame(self.parts.plan, tables, rows, as_of, points)
        told = self._explainer.explain(frame)
        further = {each.model.name: each.predict(frame) for each in self._further}
        return Explained(frame, points, told.prediction, further, told.contributions, told.noise, told.base)

    def reasons_of(self, explained: Explained, reasons: int, language: str) -> Reasons:
        """Return the strongest reasons of each row, in words."""

        def values(field: int, rows: IntArray) -> Mapping[str, np.ndarray]:
            return field_values(explained.frame, self.fields[field].name, rows)

        return build_reasons(
            self.fields, explained.contributions, values, phrasebook(language), reasons, explained.noise
        )

    def _columns(
        self, tables: LeadTables, rows: IntArray, as_of: IntArray, reasons: int, language: str
    ) -> dict[str, Column]:
        """Score rows that can be scored; return the columns of the score list without `rank`."""
        explained = self.explain_rows(tables, rows, as_of)
        told = self.reasons_of(explained, reasons, language)
        prediction, points = explained.prediction, explained.points
        band = self.parts.bands.codes(prediction.probability)
        return {
            "lead_id": tables.lead_id[rows],
            "as_of": as_of.astype("datetime64[us]"),
            "probability": prediction.probability,
            "probability_low": prediction.low,
            "probability_high": prediction.high,
            **({} if self.parts.schema.flat else {f"p_{self.parts.targets[0].name}": prediction.probability}),
            **{f"p_{name}": each.probability for name, each in explained.further.items()},
            "score": self.parts.reference.percentile(prediction.probability),
            "band": Words(band, BANDS),
            "fit": self._sum_of("fit", explained),
            "engagement": self._sum_of("engagement", explained),
            "rule_points": points.total,
            "rule_band": Words(points.band, BANDS),
            "recommended_stage": Words(points.stage, self._stage_names),
            "disagreement": Words(disagreement(band, points.band), DISAGREEMENTS),
            "reasons": told,
            "base_value": np.full(len(rows), explained.base),
            "other_contribution": told.other,
            "model_version": Words(np.zeros(len(rows), dtype=np.int64), (self.version,)),
            "scorecard_version": Words(np.zeros(len(rows), dtype=np.int64), (self._card_version,)),
            **lot_columns(self.parts.lot, tables.lead_id[rows], band),
        }

    def _sum_of(self, group: str, explained: Explained) -> FloatArray:
        """Return the part of the log-odds that comes from one group of fields."""
        # `take` writes row by row, so that a lead's sum has the same last bit alone as in a batch.
        part: FloatArray = explained.contributions.take(self._of_group[group], axis=1).sum(axis=1)
        return part


def _chunks(rows: IntArray) -> Iterator[IntArray]:
    """Cut into chunks; of no rows, one of none."""
    for start in range(0, max(1, len(rows)), ROWS_A_CHUNK):
        yield rows[start : start + ROWS_A_CHUNK]


def _stamped(frame: pd.DataFrame | None, name: str) -> pa.Table | None:
    return None if frame is None else stamp(pa.Table.from_pandas(frame, preserve_index=False), origin=name)
