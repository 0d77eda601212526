"""One bucket scored: its rows of the score list, its rejects, and what was noted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from qualify.leads.build import build_tables
from qualify.leads.part import Part, Tally
from qualify.leads.rejects import Note, Rejects
from qualify.moments import AsOf
from qualify.scorer import Scorer
from serving.batch.spill import Spilled, read_bucket
from serving.batch.whole import moments_of
from serving.batch.work import put_json

__all__ = ["BucketJob", "Told", "score_bucket", "scores_path", "turned_away_path"]

_LATE = {"not_yet_created": 1, "no_creation_date": 2}
REJECTS = pa.schema([
    ("class", pa.int8()), ("row", pa.int64()), ("lead_id", pa.string()), ("code", pa.string()),
    ("message", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class BucketJob:
    """What is the same for all buckets of a job.

    Parameters
    ----------
    folder
        Where the buckets lie.
    spilled
        What is known of each whole table, by its role.
    batch_rows
        Rows of the results that are read at a time when the buckets are merged.
    """

    scorer: Scorer
    folder: Path
    spilled: Mapping[str, Spilled]
    as_of: AsOf
    now: int
    reasons: int
    language: str
    batch_rows: int


@dataclass(frozen=True)
class Told:
    """What scoring a bucket found, apart from its rows."""

    scored: int
    usable: int
    rejected: dict[str, int]
    notes: list[Note]
    tallies: list[Tally]

    @classmethod
    def read(cls, path: Path) -> Told:
        """Read what a finished bucket left."""
        found = json.loads(path.read_text(encoding="utf-8"))
        notes = [Note(**{**each, "rows": tuple(each["rows"])}) for each in found.pop("notes")]
        return cls(**{**found, "notes": notes, "tallies": [Tally(**each) for each in found["tallies"]]})


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
        return Told.read(path)
    schema, part = job.scorer.parts.schema, Part(_manners(job))
    found = {what: read_bucket(spilled, job.folder, what, bucket) for what, spilled in job.spilled.items()}
    tables, rejects = build_tables(
        schema.data, schema.columns, found["leads"], found.get("activities"), found.get("stages"), part=part
    )
    moments = moments_of(job.scorer, tables, job.as_of, job.now)
    table, late = job.scorer.score_tables(tables, moments, reasons=job.reasons, language=job.language)
    _write(scores_path(job.folder, bucket), table.drop_columns(["rank"]), job.batch_rows)
    _write(turned_away_path(job.folder, bucket), _rejects(rejects.joined(late)), job.batch_rows)
    codes = Counter([*rejects.frame["code"], *late.frame["code"]])
    told = Told(table.num_rows, len(tables), dict(codes), list(rejects.notes), part.tallies)
    put_json(path, asdict(told))
    return told


def _manners(job: BucketJob) -> dict[str, Any]:
    return {role: each for spilled in job.spilled.values() for role, each in spilled.manners.items()}


def _rejects(rejects: Rejects) -> pa.Table:
    """Return the rejects in the order in which a list in one piece has them."""
    frame: pd.DataFrame = rejects.frame
    late = frame["code"].map(_LATE).fillna(0).astype("int8")
    ordered = frame.assign(**{"class": late}).sort_values(["class", "row"], kind="stable")
    return pa.Table.from_pandas(ordered[REJECTS.names], schema=REJECTS, preserve_index=False)


def _write(path: Path, table: pa.Table, batch_rows: int) -> None:
    """Write rows in batches that can be read one at a time."""
    with (
        path.open("wb") as file,
        pa.ipc.new_file(file, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer,
    ):
        writer.write_table(table.combine_chunks(), max_chunksize=batch_rows)
