"""One bucket scored: its rows of the score list, its rejects, and what was noted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.build import build_tables
from qualify.leads.joined import rows_of_events
from qualify.leads.part import Part, Tally
from qualify.leads.rejects import Note, Rejects
from qualify.leads.tables import LeadTables
from qualify.moments import AsOf
from qualify.scorer import Scorer
from serving.batch.desk import Desk
from serving.batch.packing import PACKED
from serving.batch.spill import Spilled, drop_bucket, read_bucket
from serving.batch.whole import moments_of
from serving.batch.work import put_json

__all__ = [
    "BucketJob",
    "PartJob",
    "ScoredPart",
    "Told",
    "score_bucket",
    "score_part",
    "scores_path",
    "turned_away_path",
    "write_run",
]

_LATE = {"not_yet_created": 1, "no_creation_date": 2}
REJECTS = pa.schema([
    ("class", pa.int8()), ("row", pa.int64()), ("lead_id", pa.string()), ("code", pa.string()),
    ("message", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class PartJob:
    """What is the same for all buckets of a job, wherever they lie.

    Parameters
    ----------
    spilled
        What is known of each whole table, by its role.
    threads
        How many a bucket is scored with: one where buckets are scored side by side; None: one a core.
    """

    scorer: Scorer
    spilled: Mapping[str, Spilled]
    as_of: AsOf
    now: int
    reasons: int
    language: str
    threads: int | None


@dataclass(frozen=True)
class BucketJob(PartJob):
    """A job whose buckets lie in a folder.

    Parameters
    ----------
    folder
        Where the buckets lie.
    batch_rows
        Rows of the results that are read at a time when the buckets are merged.
    desk
        Takes the list.
    """

    folder: Path
    batch_rows: int
    desk: Desk | None = None


@dataclass(frozen=True)
class Told:
    """What scoring a bucket found, apart from its rows.

    Parameters
    ----------
    events
        How many rows the leads have of each table of events (`rows_of_events`).
    """

    scored: int
    usable: int
    rejected: dict[str, int]
    notes: list[Note]
    tallies: list[Tally]
    events: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Told:
        """Read what a finished bucket left, as JSON."""
        found = json.loads(text)
        notes = [Note(**{**each, "rows": tuple(each["rows"])}) for each in found.pop("notes")]
        return cls(**{**found, "notes": notes, "tallies": [Tally(**each) for each in found["tallies"]]})


@dataclass(frozen=True)
class ScoredPart:
    """A bucket's rows of the score list without their ranks, its rejects (`REJECTS`), and what was found."""

    scores: pa.Table
    rejects: pa.Table
    told: Told


def scores_path(folder: Path, bucket: int) -> Path:
    """Return where a bucket's rows of the score list are."""
    return folder / f"scores-{bucket:04d}.arrow"


def turned_away_path(folder: Path, bucket: int) -> Path:
    """Return where a bucket's rejects are."""
    return folder / f"rejects-{bucket:04d}.arrow"


def score_bucket(job: BucketJob, bucket: int) -> Told:
    """Score a bucket, unless it was done before; the last file that is written says that it is done."""
    path = job.folder / f"done-{bucket:04d}.json"
    if path.exists():
        return Told.read(path.read_text(encoding="utf-8"))
    found = {what: read_bucket(spilled, job.folder, what, bucket) for what, spilled in job.spilled.items()}
    done = score_part(job, found, job.desk)
    write_run(scores_path(job.folder, bucket), [done.scores], job.batch_rows)
    write_run(turned_away_path(job.folder, bucket), [done.rejects], job.batch_rows)
    put_json(path, asdict(done.told))
    found.clear()  # the tables are views of the files
    for what, spilled in job.spilled.items():
        drop_bucket(spilled, job.folder, what, bucket)
    return done.told


def score_part(job: PartJob, found: Mapping[str, pa.Table], desk: Desk | None = None) -> ScoredPart:
    """Score the rows of a bucket: all rows of each of its leads, by table, each in the order of the input.

    What a `desk` needs of a lead stands beside its scores.
    """
    schema, part = job.scorer.parts.schema, Part(_manners(job.spilled))
    tables, rejects = build_tables(
        schema.data, schema.columns, found["leads"], found.get("activities"), found.get("stages"), part=part
    )
    moments = moments_of(job.scorer, tables, job.as_of, job.now)
    table, late = job.scorer.score_tables(
        tables, moments, reasons=job.reasons, language=job.language, threads=job.threads
    )
    codes = Counter([*rejects.frame["code"], *late.frame["code"]])
    events = rows_of_events(tables)
    told = Told(table.num_rows, len(tables), dict(codes), list(rejects.notes), part.tallies, events)
    scores = table.drop_columns(["rank"])
    if desk is not None:
        scores = _joined(scores, tables, desk.beside(tables, moments, found["leads"]))
    return ScoredPart(scores, _rejects(rejects.joined(late)), told)


def _joined(scores: pa.Table, tables: LeadTables, beside: pa.Table) -> pa.Table:
    """Put what stands beside each of the leads to its scores."""
    ids = pa.array(tables.lead_id, pa.string())
    own = beside.take(pc.index_in(scores["lead_id"], value_set=ids))
    for name in own.column_names:
        scores = scores.append_column(own.field(name), own[name])
    return scores


def _manners(tables: Mapping[str, Spilled]) -> dict[str, Any]:
    return {role: each for spilled in tables.values() for role, each in spilled.manners.items()}


def _rejects(rejects: Rejects) -> pa.Table:
    """Return the rejects in the order in which a list in one piece has them."""
    frame: pd.DataFrame = rejects.frame
    late = frame["code"].map(_LATE).fillna(0).astype("int8")
    ordered = frame.assign(**{"class": late}).sort_values(["class", "row"], kind="stable")
    return pa.Table.from_pandas(ordered[REJECTS.names], schema=REJECTS, preserve_index=False)


def write_run(path: Path, tables: Iterable[pa.Table], batch_rows: int) -> None:
    """Write sorted rows, of which at least one table, in batches that can be read one at a time."""
    with path.open("wb") as file, ExitStack() as stack:
        writer: pa.RecordBatchWriter | None = None
        for table in tables:
            if writer is None:
                writer = stack.enter_context(pa.ipc.new_file(file, table.schema, options=PACKED))
            writer.write_table(table, max_chunksize=batch_rows)
