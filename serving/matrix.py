"""The rows that a training learns from: features of each lead at several moments, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from qualify.config import ColumnSpec
from qualify.features.build import build_frame
from qualify.features.frame import Categorical
from qualify.labels.flat import read_label
from qualify.labels.snapshots import Snapshots, take_snapshots
from qualify.leads.tables import NO_TIME, LeadTables
from qualify.rules import evaluate
from qualify.scorer import Scorer

__all__ = ["Looks", "feature_matrix", "feature_schema", "with_labels"]


@dataclass(frozen=True, slots=True)
class Looks:
    """When leads of an event history are looked at (see `qualify.config.Training`)."""

    every_days: float
    per_lead: int


def with_labels(scorer: Scorer) -> Scorer:
    """Return the same model for tables that hold the label columns too."""
    schema = scorer.parts.schema
    labels = {t.column: ColumnSpec(type="category") for t in schema.targets if t.column is not None}
    if not labels:
        return scorer
    parts = replace(scorer.parts, schema=replace(schema, columns={**schema.columns, **labels}))
    return Scorer(parts, scorer.version)


def feature_matrix(scorer: Scorer, tables: LeadTables, looks: Looks, end: int) -> pa.Table:
    """Compute the features of a model at the moments at which a training looks at leads.

    Parameters
    ----------
    scorer
        As `with_labels` gives it: its plan says which features, its targets which labels.
    tables
        Leads, or all rows of some of them.
    end
        The last moment that the whole tables know of (microseconds): an outcome whose horizon ends later is
        not known yet.

    Returns
    -------
    pyarrow.Table
        A row a lead and moment, by id and time: ``lead_id``, ``as_of``, ``open`` (undecided then; only such
        rows are judged), ``label_TARGET`` (1, 0, null: not known), then the features by name. A flat table
        has one row a lead, as of its creation.
    """
    table = _table(scorer, tables, _rows(scorer, tables, looks, end))
    return table.sort_by([("lead_id", "ascending"), ("as_of", "ascending")])


def feature_schema(scorer: Scorer, tables: LeadTables) -> pa.Schema:
    """Return the columns of :func:`feature_matrix`."""
    none = np.empty(0, dtype=np.int64)
    labels = {target.name: np.empty(0) for target in scorer.parts.schema.targets}
    return _table(scorer, tables, Snapshots(none, none, none.astype(bool), labels)).schema


def _rows(scorer: Scorer, tables: LeadTables, looks: Looks, end: int) -> Snapshots:
    schema = scorer.parts.schema
    if not schema.flat:
        return take_snapshots(
            tables, schema.targets, schema.closed, looks.every_days, looks.per_lead, end=end
        )  # fmt: skip
    as_of = np.where(tables.created_at == NO_TIME, 0, tables.created_at)
    labels = {t.name: read_label(tables.columns[str(t.column)], t) for t in schema.targets}
    return Snapshots(np.arange(len(tables)), as_of, np.ones(len(tables), dtype=bool), labels)


def _table(scorer: Scorer, tables: LeadTables, taken: Snapshots) -> pa.Table:
    plan = scorer.parts.plan
    points = evaluate(
        scorer.scorecard, tables, taken.rows, taken.as_of, known_types=plan.known_types or None
    )  # fmt: skip
    frame = build_frame(plan, tables, taken.rows, taken.as_of, points)
    undated = scorer.parts.schema.flat & (tables.created_at[taken.rows] == NO_TIME)
    columns: dict[str, pa.Array] = {
        "lead_id": pa.array(tables.lead_id[taken.rows], pa.string()),
        "as_of": pa.array(taken.as_of, pa.timestamp("us", tz="UTC"), mask=undated),
        "open": pa.array(taken.open),
    }
    for name, label in taken.labels.items():
        columns[f"label_{name}"] = pa.array(label, pa.float64(), from_pandas=True).cast(pa.int8())
    for number in frame.numeric:
        columns[number.name] = pa.array(number.values, pa.float64(), from_pandas=True)
    for each in frame.categorical:
        columns[each.name] = _words(each)
    return pa.table(columns)


def _words(feature: Categorical) -> pa.Array:
    """Return the values as the table has them."""
    words = np.array([*(word or None for word in feature.words), None], dtype=object)
    return pa.array(words[feature.shown], pa.string())
