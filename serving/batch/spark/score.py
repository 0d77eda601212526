"""Scoring a bucket in one of Spark's tasks; the model is built once a process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.part import ROW
from qualify.leads.stamp import stamp
from qualify.moments import AsOf
from qualify.scorer import Scorer
from serving.batch.bucket import PartJob, score_part
from serving.batch.spark.packed import cell, guarded, unpacked
from serving.batch.spill import Spilled, fitted

__all__ = ["Bundle", "Known", "Shipped", "bucket_tables", "score_cells", "scorer_of"]

_ROWS_A_CELL = 8_192


@dataclass(frozen=True)
class Bundle:
    """A model on its way: bundles of one version are the same.

    Parameters
    ----------
    files
        By their path in the bundle.
    """

    version: str
    files: dict[str, bytes] = field(compare=False, repr=False)

    @classmethod
    def read(cls, folder: Path, version: str) -> Bundle:
        """Read the files of a bundle's folder."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return cls(version, {path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


@dataclass(frozen=True)
class Known:
    """What is known of the whole tables when all parts have been read.

    Parameters
    ----------
    spilled, schemas
        What is known of each table, and its columns.
    before
        By table and number of the part: how many rows of the source stand before it.
    """

    spilled: dict[str, Spilled]
    schemas: dict[str, bytes]
    before: dict[str, dict[int, int]]


@dataclass(frozen=True)
class Shipped:
    """What every executor gets once."""

    bundle: Bundle
    known: Known
    as_of: AsOf
    now: int
    reasons: int
    language: str


def score_cells(shipped: Shipped, group: pa.Table) -> pa.Table:
    """Score one bucket: packed rows in; packed rows of the list, rejects and what was found out."""
    bucket = int(group.column("bucket")[0].as_py())
    return pa.Table.from_batches(list(guarded(lambda: _scored(shipped, bucket, group))))


def _scored(shipped: Shipped, bucket: int, group: pa.Table) -> Iterator[pa.RecordBatch]:
    found = bucket_tables(shipped.known, bucket, group)
    job = PartJob(
        scorer_of(shipped.bundle),
        shipped.known.spilled,
        shipped.as_of,
        shipped.now,
        shipped.reasons,
        shipped.language,
        threads=1,  # a bucket is a task, and Spark gives a task a core
    )
    done = score_part(job, found)
    yield from _cells("scores", done.scores, bucket)
    yield from _cells("rejects", done.rejects, bucket)
    yield cell("told", asdict(done.told), bucket=bucket)


def _cells(kind: str, table: pa.Table, bucket: int) -> Iterator[pa.RecordBatch]:
    """Cut a table into cells, of which there is at least one: it tells the columns."""
    for place, start in enumerate(range(0, max(1, table.num_rows), _ROWS_A_CELL)):
        yield cell(kind, table.slice(start, _ROWS_A_CELL), place=place, bucket=bucket)


def bucket_tables(known: Known, bucket: int, group: pa.Table) -> dict[str, pa.Table]:
    """Return a bucket's rows of each table as the local engine reads them from its files."""
    rows = group.filter(pc.equal(group.column("kind"), "rows"))
    return {what: _table(known, what, rows, bucket) for what in known.spilled}


def _table(known: Known, what: str, rows: pa.Table, bucket: int) -> pa.Table:
    own = rows.filter(pc.equal(rows.column("what"), what))
    places = pc.sort_indices(own, sort_keys=[("split", "ascending"), ("place", "ascending")])
    own = own.take(places)
    schema = pa.ipc.read_schema(pa.py_buffer(known.schemas[what]))
    before = known.before[what]
    parts = [
        _numbered(unpacked(payload.as_buffer()), before[split], schema)
        for split, payload in zip(own.column("split").to_pylist(), own.column("payload"), strict=True)
    ]
    seen = known.spilled[what]
    table = pa.concat_tables(parts) if parts else schema.empty_table()
    return stamp(table, origin=seen.origin, ragged=[] if bucket else seen.ragged)


def _numbered(table: pa.Table, before: int, schema: pa.Schema) -> pa.Table:
    """Give rows the numbers that they have in the whole table."""
    place = table.column_names.index(ROW)
    numbers = pa.array(np.asarray(table.column(ROW)) + before, pa.int64())
    return fitted(table.set_column(place, ROW, numbers), schema)


@lru_cache(maxsize=1)
def scorer_of(bundle: Bundle) -> Scorer:
    """Build the model; a process that scores several buckets does so once."""
    with tempfile.TemporaryDirectory(prefix="qualify-bundle-") as folder:
        for name, data in bundle.files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return Scorer.load(folder)
