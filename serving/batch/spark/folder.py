"""A list as a folder of Parquet files, written by all executors, wherever Spark can write."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from qualify.errors import UserError
from serving.batch.finish import write_rejects
from serving.batch.spark.packed import unpacked
from serving.batch.summary import Summary

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["check_folder", "is_folder", "rejects_beside", "spark_types", "unreachable", "write_folder"]

_FILES = (".parquet", ".pq", ".csv", ".csv.gz")
_DONE = "_SUCCESS"


def is_folder(out: str) -> bool:
    """Say whether an output is a folder: the URL of a store, or a path without the ending of a file.

    Examples
    --------
    >>> is_folder("s3a://bucket/scores"), is_folder("scores/"), is_folder("scores.parquet")
    (True, True, False)
    >>> is_folder("postgresql://host/crm#scores")
    False
    """
    if "://" in out:
        return "#" not in out
    return out.endswith("/") or not out.endswith(_FILES)


def rejects_beside(out: str) -> str:
    """Return where the rejects of a folder are: beside it."""
    return out.rstrip("/") + ".rejects.csv"


def check_folder(out: str, spark: SparkSession) -> None:
    """Refuse a folder that holds a whole list, before anything is computed.

    Raises
    ------
    UserError
        It is there and complete, or it cannot be reached.
    """
    from pyspark.errors import PySparkException

    try:
        system, path = _located(_inside(out, _DONE), spark)
        there = system.exists(path)
    except PySparkException as error:
        raise unreachable(out, error) from error
    if there:
        raise UserError("the output folder holds a whole list already", where="--out", got=out,
                        mend="name a folder of its own for each run, or take this one away")  # fmt: skip


def write_folder(results: DataFrame, out: str, summary: Summary) -> None:
    """Write the list in order of rank, and its rejects beside it; `_SUCCESS` in the folder says: whole.

    Parameters
    ----------
    results
        Packed rows (see `packed.CELLS`).

    Raises
    ------
    UserError
        Spark cannot write there; the rejects are taken away again.
    """
    from pyspark import StorageLevel
    from pyspark.errors import PySparkException
    from pyspark.sql import functions

    spark, rejects = results.sparkSession, rejects_beside(out)
    first = results.where(results.kind == "scores").take(1)[0]
    schema = unpacked(first.payload).schema
    scores = results.where(results.kind == "scores").select("payload").mapInArrow(_rows, spark_types(schema))
    ordered = scores.orderBy(scores.probability.desc(), scores.lead_id.asc()).persist(StorageLevel.DISK_ONLY)
    try:
        _write_rejects(results, rejects, summary)
        counts = ordered.groupBy(functions.spark_partition_id().alias("part")).count().collect()
        ranked = schema.insert(2, pa.field("rank", pa.int64()))
        before = _before({row["part"]: row["count"] for row in counts})
        table = ordered.mapInArrow(_ranking(before), spark_types(ranked))
        table.write.mode("overwrite").option("compression", "zstd").parquet(out)
    except PySparkException as error:
        with suppress(PySparkException):
            _remove(rejects, spark)
        raise unreachable(out, error) from error
    finally:
        ordered.unpersist()


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for payload in batch.column(0):
            yield from unpacked(payload.as_buffer()).to_batches()


def _before(counts: dict[int, int]) -> dict[int, int]:
    """Return how many rows stand before each part."""
    parts = sorted(counts)
    sums = np.cumsum([0, *(counts[part] for part in parts)]).tolist()
    return dict(zip(parts, sums, strict=False))


def _ranking(before: dict[int, int]) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def rank(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        assert context is not None, "runs in a task"
        last = before.get(context.partitionId(), 0)
        for batch in batches:
            numbers = pa.array(np.arange(last + 1, last + batch.num_rows + 1, dtype=np.int64))
            yield batch.add_column(2, "rank", numbers)
            last += batch.num_rows

    return rank


def spark_types(schema: pa.Schema):  # type: ignore[no-untyped-def]
    """Return Spark's types of the columns."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def _write_rejects(results: DataFrame, out: str, summary: Summary) -> None:
    spark = results.sparkSession
    if not summary.rejected:
        _remove(out, spark)
        return
    rows = results.where(results.kind == "rejects").collect()
    table = pa.concat_tables([unpacked(row.payload) for row in rows])
    sink = io.BytesIO()
    write_rejects(iter([table.sort_by([("class", "ascending"), ("row", "ascending")])]), sink)
    system, path = _located(out, spark)
    stream = system.create(path, True)
    try:
        stream.write(bytearray(sink.getvalue()))
    finally:
        stream.close()


def _remove(path: str, spark: SparkSession) -> None:
    system, place = _located(path, spark)
    system.delete(place, True)


def _located(path: str, spark: SparkSession):  # type: ignore[no-untyped-def]
    """Return Spark's own file system of a path, with the rights that Spark has."""
    jvm: Any = spark._jvm
    place = jvm.org.apache.hadoop.fs.Path(path)
    return place.getFileSystem(spark._jsc.hadoopConfiguration()), place


def _inside(out: str, name: str) -> str:
    return f"{out.rstrip('/')}/{name}"


def unreachable(out: str, error: Exception) -> UserError:
    """Return what to say of an output that Spark refuses."""
    return UserError("Spark cannot write the output.", where="--out", got=f"{out}: {error}",
                     mend="check the address, and the rights to it")  # fmt: skip
