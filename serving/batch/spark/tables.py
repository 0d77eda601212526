"""Tables of Spark's catalog as sources: ``table:NAME``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qualify.errors import DataError
from qualify.leads.stream import TableStream
from qualify.leads.wanted import TABLES
from serving.batch.job import Job

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["spark_tables", "streamed", "without"]

_PREFIX = "table:"


def spark_tables(job: Job, spark: SparkSession) -> dict[str, DataFrame]:
    """Return those tables of a job that are in Spark's catalog, by their role.

    Raises
    ------
    DataError
        Spark knows no table of that name.
    """
    from pyspark.errors import PySparkException

    found = {}
    for what in TABLES:
        name = job.source(what)
        if isinstance(name, str) and name.startswith(_PREFIX):
            try:
                found[what] = spark.table(name.removeprefix(_PREFIX))
            except PySparkException as error:
                raise DataError(f"Spark has no such table of {what}.", where=name, got=str(error),
                                mend="check the name, and Spark's catalog") from error  # fmt: skip
    return found


def without(job: Job, frames: Mapping[str, DataFrame]) -> Job:
    """Return the job without those tables."""
    gone: dict[str, Any] = dict.fromkeys(frames)
    return replace(job, sources=replace(job.sources, **gone))


def streamed(frame: DataFrame) -> TableStream:
    """Return what is known of a Spark table before its rows are read."""
    from pyspark.sql.pandas.types import to_arrow_schema

    return TableStream("Spark's table", to_arrow_schema(frame.schema, timezone="UTC"), [], lambda _: iter(()))
