"""The feature matrix of a training, computed and written by Spark: a folder of Parquet files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from qualify.labels.snapshots import end_of_data
from qualify.leads.build import build_tables
from qualify.leads.joined import rows_of_events
from qualify.leads.part import Part
from qualify.leads.rejects import Rejects
from qualify.leads.tables import LeadTables
from qualify.scorer import Scorer
from serving.batch.bucket import Told
from serving.batch.job import Job
from serving.batch.spark.folder import check_folder, spark_types, unreachable
from serving.batch.spark.job import Spread, collected, joined_told, kept, spread
from serving.batch.spark.packed import CELLS, cell, guarded, said
from serving.batch.spark.score import Bundle, Known, bucket_tables, scorer_of
from serving.batch.summary import Summary
from serving.matrix import Looks, feature_matrix, feature_schema, with_labels

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["write_matrix"]


@dataclass(frozen=True)
class _Sent:
    """What every executor gets once; the end of the data is known when all buckets have been looked at."""

    bundle: Bundle
    known: Known
    looks: Looks
    end: int = 0


def write_matrix(job: Job, bundle: Path, looks: Looks, spark: SparkSession) -> Summary:
    """Write the rows of `serving.matrix.feature_matrix`; a lead's rows are together in one file, in order.

    Parameters
    ----------
    job
        Its tables, and as `out` a folder; its scorer is one of `with_labels`.
    bundle
        The folder of its model.

    Returns
    -------
    Summary
        Its `scored` counts the leads that were used.

    Raises
    ------
    UserError
        Of what the user can mend.
    """
    from pyspark.errors import PySparkException

    check_folder(job.out, spark)
    with spread(job, spark) as found:
        sent = _Sent(Bundle.read(bundle, job.scorer.version), found.known, looks)
        with kept(_each(spark, found, sent)) as told:
            summary = joined_told(job, found.known, told)
            ends = [said(row.payload) for row in collected(told, "end")]
        schema = pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(ends[0]["schema"])))
        whole = spark.sparkContext.broadcast(replace(sent, end=max(each["end"] for each in ends)))
        rows = found.cells.groupBy("bucket").applyInArrow(
            lambda group: _matrix(whole.value, group), spark_types(schema)
        )
        try:
            rows.write.mode("overwrite").option("compression", "zstd").parquet(job.out)
        except PySparkException as error:
            raise unreachable(job.out, error) from error
    return summary


def _each(spark: SparkSession, found: Spread, sent: _Sent) -> DataFrame:
    shared = spark.sparkContext.broadcast(sent)
    return found.cells.groupBy("bucket").applyInArrow(
        lambda group: pa.Table.from_batches(list(guarded(partial(_look, shared.value, group)))), CELLS
    )


def _look(sent: _Sent, group: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield what a bucket tells before its rows are computed."""
    bucket, part = _bucket(group), Part(_manners(sent))
    scorer, tables, rejects = _built(sent, group, part)
    codes = dict(Counter(rejects.frame["code"]))
    told = Told(len(tables), len(tables), codes, list(rejects.notes), part.tallies, rows_of_events(tables))
    schema = feature_schema(scorer, tables).serialize().to_pybytes().hex()
    yield cell("told", asdict(told), bucket=bucket)
    yield cell("end", {"end": end_of_data(tables), "schema": schema}, bucket=bucket)


def _matrix(sent: _Sent, group: pa.Table) -> pa.Table:
    scorer, tables, _ = _built(sent, group, Part(_manners(sent)))
    return feature_matrix(scorer, tables, sent.looks, sent.end)


def _built(sent: _Sent, group: pa.Table, part: Part) -> tuple[Scorer, LeadTables, Rejects]:
    scorer = with_labels(scorer_of(sent.bundle))
    schema, found = scorer.parts.schema, bucket_tables(sent.known, _bucket(group), group)
    tables, rejects = build_tables(
        schema.data, schema.columns, found["leads"], found.get("activities"), found.get("stages"), part=part
    )
    return scorer, tables, rejects


def _manners(sent: _Sent):  # type: ignore[no-untyped-def]
    return {role: each for seen in sent.known.spilled.values() for role, each in seen.manners.items()}


def _bucket(group: pa.Table) -> int:
    return int(group.column("bucket")[0].as_py())
