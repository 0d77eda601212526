"""A job on Spark: tables read once, split into buckets of leads, scored, and brought together by rank."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from qualify.console import say
from qualify.leads.stamp import RaggedRow
from qualify.leads.stream import TableStream
from qualify.leads.wanted import TABLES, wanted
from serving.batch.bucket import Told, scores_path, turned_away_path, write_run
from serving.batch.columns import join_manners
from serving.batch.finish import finish_list, rows_of_each
from serving.batch.job import Job, check_columns, open_streams
from serving.batch.size import bytes_needed
from serving.batch.spark.folder import check_folder, is_folder, write_folder
from serving.batch.spark.packed import CELLS, error_of, said, unpacked
from serving.batch.spark.read import Reading, read_rows, read_splits, splits_of
from serving.batch.spark.score import Bundle, Known, Shipped, score_cells
from serving.batch.spark.tables import spark_tables, streamed, without
from serving.batch.spill import Spilled, joined_schema, refuse_empty
from serving.batch.split import refuse_changed
from serving.batch.summary import Summary, join_told
from serving.batch.work import place_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

__all__ = ["Spread", "collected", "joined_told", "kept", "run_on_spark", "spread"]

MAX_BUCKETS = 512
_BUCKET_BYTES = 256 << 20


@dataclass(frozen=True)
class Spread:
    """The tables of a job by bucket of leads, packed, and what is known of them as a whole."""

    cells: DataFrame
    known: Known
    buckets: int


def run_on_spark(job: Job, bundle: Path, spark: SparkSession) -> Summary:
    """Score everything; the same list and rejects as `serving.batch.run_job` gives.

    Parameters
    ----------
    job
        What is to be done. `out` may also be a folder, which is written as Parquet files in order of rank.
    bundle
        The folder of its model.
    spark
        Where to run.

    Raises
    ------
    UserError
        Of what the user can mend.
    """
    if is_folder(job.out):
        check_folder(job.out, spark)
    with spread(job, spark) as found:
        known = found.known
        shipped = Shipped(
            Bundle.read(bundle, job.scorer.version), known, job.as_of, time.time_ns() // 1000, job.reasons,
            job.language,
        )  # fmt: skip
        say(f"scoring {found.buckets} buckets")
        with kept(_scored(spark, found.cells, shipped)) as results:
            summary = joined_told(job, known, results)
            if is_folder(job.out):
                write_folder(results, job.out, summary)
            else:
                _finish(job, results, found.buckets, summary)
    return summary


def joined_told(job: Job, known: Known, results: DataFrame) -> Summary:
    """Return what the buckets told, as of one table; raise what a task met."""
    told = [Told.read(row.payload) for row in collected(results, "told")]
    return join_told(told, job.scorer.parts.schema.columns, known.spilled["leads"].origin)


@contextmanager
def spread(job: Job, spark: SparkSession) -> Iterator[Spread]:
    """Read the tables once, and split them into buckets; they are kept while they are used."""
    frames = spark_tables(job, spark)
    streams = {**open_streams(without(job, frames)), **{what: streamed(f) for what, f in frames.items()}}
    streams = {what: streams[what] for what in TABLES if what in streams}
    check_columns(job, streams)
    schema = job.scorer.parts.schema
    reading = Reading(schema.data, schema.columns, job.buckets or _buckets(job, streams, spark))
    with kept(_read(spark, reading, job, streams, frames)) as cells:
        known = _learnt(streams, reading, cells)
        refuse_changed(streams)
        say(f"{sum(map(len, known.before.values()))} parts read by Spark")
        yield Spread(cells, known, reading.buckets)


def _buckets(job: Job, streams: Mapping[str, TableStream], spark: SparkSession) -> int:
    """Return into how many buckets the leads are split: small ones, and enough for all cores."""
    schema = job.scorer.parts.schema
    needed = sum(
        bytes_needed(stream, len(wanted(schema.data, schema.columns, what)), what)
        for what, stream in streams.items() if stream.schema is not None
    )  # fmt: skip
    cores = spark.sparkContext.defaultParallelism
    return int(min(MAX_BUCKETS, max(2 * cores, needed // _BUCKET_BYTES)))


def _read(
    spark: SparkSession,
    reading: Reading,
    job: Job,
    streams: Mapping[str, TableStream],
    frames: Mapping[str, DataFrame],
) -> DataFrame:
    """Return the rows of all tables by bucket, packed; one task reads one part."""
    splits = [
        split
        for what, stream in streams.items() if what not in frames
        for split in splits_of(reading, what, job.source(what), stream)
    ]  # fmt: skip
    numbers = spark.range(0, len(splits), 1, max(1, len(splits)))
    cells = numbers.mapInArrow(partial(read_splits, reading, splits), CELLS)
    for what, frame in frames.items():
        rows = frame.select(*(f"`{name.replace('`', '``')}`" for name in reading.wanted(what)))
        cells = cells.unionAll(rows.mapInArrow(partial(read_rows, reading, what), CELLS))
    return cells


def _scored(spark: SparkSession, cells: DataFrame, shipped: Shipped) -> DataFrame:
    sent = spark.sparkContext.broadcast(shipped)

    def score(group: pa.Table) -> pa.Table:
        return score_cells(sent.value, group)

    return cells.groupBy("bucket").applyInArrow(score, CELLS)


@contextmanager
def kept(frame: DataFrame) -> Iterator[DataFrame]:
    """Keep what was computed on the executors' disks while it is used."""
    from pyspark import StorageLevel

    on_disk = frame.persist(StorageLevel.DISK_ONLY)
    try:
        yield on_disk
    finally:
        on_disk.unpersist()


def collected(cells: DataFrame, kind: str) -> list[Row]:
    """Return the small rows of a kind; raise what a task met."""
    rows = cells.where(cells.kind.isin(kind, "error")).collect()
    for row in sorted(rows, key=attrgetter("what", "split", "bucket")):
        if row.kind == "error":
            raise error_of(row.payload)
    return rows


def _learnt(streams: Mapping[str, TableStream], reading: Reading, cells: DataFrame) -> Known:
    """Put together what each part told, as if the tables had been gone through in one piece."""
    found = {(row.what, row.split): said(row.payload) for row in collected(cells, "seen")}
    known = Known({}, {}, {})
    for what, stream in streams.items():
        parts = {number: found[role, number] for role, number in sorted(found) if role == what}
        known.spilled[what], known.before[what] = _joined(stream.origin, parts)
        refuse_empty(known.spilled[what], what)
        schemas = [
            pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(s))) for p in parts.values() for s in p["schemas"]
        ]
        schema = joined_schema(stream, schemas, reading.wanted(what))
        known.schemas[what] = schema.serialize().to_pybytes()
    return known


def _joined(origin: str, parts: Mapping[int, dict[str, Any]]) -> tuple[Spilled, dict[int, int]]:
    """Put the parts of a table together, in order; and how many rows stand before each."""
    whole, before, rows = Spilled(origin), dict[int, int](), 0
    for number, part in parts.items():
        one = Spilled.of_json({**part, "origin": origin, "files": 0})
        for role, manner in one.manners.items():
            whole.manners[role] = join_manners(whole.manners.get(role), manner)
        whole.ragged += [
            RaggedRow(each.row + rows, each.cells, each.expected, each.text) for each in one.ragged
        ]
        before[number] = rows
        rows += one.rows
        whole.rows += one.rows - len(one.ragged)
    return whole, before


def _finish(job: Job, results: DataFrame, buckets: int, summary: Summary) -> None:
    """Fetch the buckets' lists, one after the other, and merge them into one file or table."""
    batch_rows = rows_of_each(buckets)
    with tempfile.TemporaryDirectory(prefix=".spark-", dir=place_of(job.out).parent) as name:
        found = set[int]()
        rows = results.where(results.kind.isin("scores", "rejects"))
        for (bucket, kind), each in groupby(rows.toLocalIterator(), attrgetter("bucket", "kind")):
            found.add(bucket)
            path = (scores_path if kind == "scores" else turned_away_path)(Path(name), bucket)
            write_run(path, (unpacked(row.payload) for row in each), batch_rows)
        finish_list(job.out, Path(name), sorted(found), batch_rows, summary)
