"""The Spark session that a job runs in, and what to say where there is none."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qualify.errors import UserError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["spark_session"]

_SETTINGS = {
    # Without it Spark writes times in a form that other readers call deprecated.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.session.timeZone": "UTC",
}


@contextmanager
def spark_session() -> Iterator[SparkSession]:
    """Give the session that is running, or one of our own, which ends with the block.

    Settings of a session that was there before are put back.

    Raises
    ------
    UserError
        There is no pyspark, no Java, or Spark does not start.
    """
    _check_programs()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*pandas", category=FutureWarning)  # we hand it Arrow
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        running = SparkSession.getActiveSession()
        try:
            spark = running or _started()
        except (PySparkException, RuntimeError) as error:
            raise UserError("Spark does not start.", where="--engine spark", got=str(error),
                            mend="try spark-shell, which says more") from error  # fmt: skip
        before = {key: spark.conf.get(key, None) for key in _SETTINGS}
        try:
            for key, value in _SETTINGS.items():
                spark.conf.set(key, value)
            yield spark
        finally:
            if running is None:
                spark.stop()
            else:
                _put_back(spark, before)


def _started() -> SparkSession:
    from pyspark.sql import SparkSession

    # On this machine the workers are to be of this environment, not of the first python3 on the PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("qualify score")
    return builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()


def _put_back(spark: SparkSession, before: dict[str, str | None]) -> None:
    for key, value in before.items():
        if value is None:
            spark.conf.unset(key)
        else:
            spark.conf.set(key, value)


def _check_programs() -> None:
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError as error:
        raise UserError("Spark for Python is not installed.", where="--engine spark",
                        mend="pip install 'qualify[spark]', or use --engine local") from error  # fmt: skip
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").is_file()):
        raise UserError(
            "Spark needs a Java runtime, and there is none.", where="--engine spark",
            expected="Java 17 or newer",
            mend="install one (apt-get install openjdk-17-jre-headless), or use --engine local",
        )  # fmt: skip
