"""Jobs run on the local engine and on Spark, once for all test processes: Spark takes a while to start."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from qualify.errors import UserError
from qualify.moments import parse_as_of
from qualify.scorer import Scorer
from serving.batch import Job, Sources, run_job
from serving.features import main as features
from serving.named import named_source
from tests.conftest import missing_program
from tests.serving.lead_documents import document
from tests.world import AS_OF, TABLES, World, call, shared_folder

CASES = ("files", "odd", "no_events", "japanese", "database", "all_bad", "lacking", "tables")


@dataclass(frozen=True)
class Both:
    """The outputs of one case: `local` and `spark`, and what each told."""

    folder: Path

    def out(self, engine: str) -> Path:
        return self.folder / f"{engine}.parquet"

    def table(self, engine: str) -> pa.Table:
        return pq.read_table(self.out(engine))

    def rejects(self, engine: str) -> str | None:
        path = self.folder / f"{engine}.parquet.rejects.csv"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def told(self, engine: str) -> Any:
        return json.loads((self.folder / f"{engine}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def spark_runs(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = missing_program(("java",))
    if missing and os.environ.get("CI"):
        pytest.fail(missing, pytrace=False)
    if missing:
        pytest.skip(missing)
    return shared_folder(tmp_path_factory, "spark", lambda folder: run_all(world, folder), ["done"])


@pytest.fixture(params=CASES)
def both(request: pytest.FixtureRequest, spark_runs: Path) -> Both:
    return Both(spark_runs / request.param)


def run_all(world: World, folder: Path) -> None:
    """Run every case on both engines, in one Spark session."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    names = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2",
             "spark.ui.showConsoleProgress": "false", "spark.driver.bindAddress": "127.0.0.1",
             "spark.driver.host": "127.0.0.1", "spark.sql.session.timeZone": "Asia/Tokyo"}  # fmt: skip
    builder = SparkSession.builder.master("local[2]")
    for key, value in names.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        for case in CASES:
            (folder / case).mkdir()
            globals()[case](world, folder / case)
        as_a_folder(world, folder)
        for name, bundle in (("files", world.bundle), ("japanese", bundle_in(folder / "japanese"))):
            as_features(bundle, folder / name)
        as_a_function(world, folder)
        (folder / "zone").write_text(spark.conf.get("spark.sql.session.timeZone") or "")
    finally:
        spark.stop()
    (folder / "done").touch()


def files(world: World, folder: Path) -> None:
    """Parquet: nanoseconds, small row groups, `key=value` folders, ids in dictionaries."""
    for name in TABLES:
        table = world.arrow[name]
        half = table.num_rows // 2
        (folder / name / "part=1").mkdir(parents=True)
        at = table.column_names.index("lead_id")
        coded = table.set_column(at, "lead_id", table["lead_id"].dictionary_encode())
        pq.write_table(coded.slice(half), folder / name / "a.parquet", row_group_size=100)
        pq.write_table(_nanoseconds(coded.slice(0, half)), folder / name / "part=1" / "b.parquet")
    on_both(world, folder, [str(folder / name) for name in TABLES])


def odd(world: World, folder: Path) -> None:
    """CSV files of any quality, whose manner of writing only the whole table tells; Japanese reasons."""
    leads = _texts(world.arrow["leads"])
    amounts = [f"{n},5" if n % 7 == 0 else str(n) for n in range(leads["lead_id"].num_chunks, 10_000)]
    employees = amounts[: leads.num_rows]
    leads = _with(leads, "employees", employees)
    created = leads["created_at"].to_pylist()
    created[3], created[5], created[500] = "soon", None, "31/31/2026"
    leads = _with(leads, "created_at", created)
    ids = leads["lead_id"].to_pylist()
    ids[700], ids[9] = ids[20], None
    leads = _with(leads, "lead_id", ids)
    for number, start in enumerate(range(0, leads.num_rows, 300)):
        pc.write_csv(leads.slice(start, 300), folder / f"leads{number}.csv")
    for number in (0, 1):
        with (folder / f"leads{number}.csv").open("a", encoding="utf-8") as file:
            file.write('"a row","of three","cells"\n')
    activities = _texts(world.arrow["activities"])
    values = ["two" if n % 500 == 0 else each for n, each in enumerate(activities["value"].to_pylist())]
    pc.write_csv(_with(activities, "value", values), folder / "activities.csv")
    pq.write_table(world.arrow["stages"], folder / "stages.parquet")
    sources = [str(folder / "leads*.csv"), str(folder / "activities.csv"), str(folder / "stages.parquet")]
    on_both(world, folder, sources, "ja")


def no_events(world: World, folder: Path) -> None:
    """Leads alone."""
    on_both(world, folder, [str(world.folder / "leads.parquet")])


def japanese(world: World, folder: Path) -> None:
    """A flat table in Shift_JIS with Japanese column names and no id; the model is one trained on it."""
    rows = [
        {"会社名": f"会社{n}", "業種": ("製造", "小売", "医療")[n % 3], "従業員数": f"{n % 40 * 10:,}",
         "資料請求": "はい" if n % 4 else "いいえ", "成約": "1" if (n % 3 == 0) ^ (n % 11 == 0) else "0"}
        for n in range(360)
    ]  # fmt: skip
    pc.write_csv(pa.Table.from_pylist(rows), folder / "utf8.csv")
    text = (folder / "utf8.csv").read_text(encoding="utf-8")
    (folder / "見込み客.csv").write_text(text, encoding="cp932")
    done = call("init", "--leads", "見込み客.csv", "--target", "成約", folder=folder)
    assert done.code == 0, done.err
    config = folder / "qualify.yaml"
    config.write_text(re.sub(r"bags: \d", "bags: 2", config.read_text(encoding="utf-8")), encoding="utf-8")
    done = call("train", "--budget", 0, "--force", folder=folder)
    assert done.code == 0, done.err
    on_both(world, folder, [str(folder / "見込み客.csv")], "ja", bundle=bundle_in(folder))


def bundle_in(folder: Path) -> Path:
    """The bundle of the only model of a project."""
    (manifest,) = (folder / "mlartifacts").rglob("artifacts/bundle/manifest.json")
    return manifest.parent


def database(world: World, folder: Path) -> None:
    """Tables of a database."""
    from sqlalchemy import create_engine

    url = f"sqlite:///{folder / 'crm.db'}"
    engine = create_engine(url)
    for name in TABLES:
        world.arrow[name].to_pandas().to_sql(name, engine, index=False)
    engine.dispose()
    on_both(world, folder, [f"{url}#{name}" for name in TABLES])


def all_bad(world: World, folder: Path) -> None:
    """A column that cannot be read in any row of any part."""
    leads = world.arrow["leads"]
    pc.write_csv(_with(leads, "created_at", ["soon"] * leads.num_rows), folder / "leads.csv")
    on_both(world, folder, [str(folder / "leads.csv")])


def lacking(world: World, folder: Path) -> None:
    """A column that is not there."""
    pq.write_table(world.arrow["leads"].drop_columns(["industry"]), folder / "leads.parquet")
    on_both(world, folder, [str(folder / "leads.parquet")])


def tables(world: World, folder: Path) -> None:
    """Tables of Spark's catalog, beside files for the local engine."""
    from pyspark.sql import SparkSession

    spark = SparkSession.getActiveSession()
    assert spark is not None
    names = {}
    for name in TABLES:
        names[name] = str(world.folder / f"{name}.parquet")
        frame = spark.read.parquet(names[name])
        frame.coalesce(1).createOrReplaceTempView(name)
    on_both(world, folder, list(names.values()), spark_names=[f"table:{name}" for name in TABLES])


def as_a_folder(world: World, folder: Path) -> None:
    """The command, with the session's time zone as it was, into a folder; and once more."""
    out = folder / "folder"
    words = ["score", "--engine", "spark", "--model", world.bundle, "--as-of", AS_OF, "--out", out, "--json"]
    for name in ("first", "second"):
        done = world.call(*words)
        (folder / f"{name}.json").write_text(json.dumps([done.code, done.out, done.err]), encoding="utf-8")


def as_features(bundle: Path, folder: Path) -> None:
    """The feature matrix of a training, on both engines."""
    tables = [folder / name for name in TABLES] if (folder / "stages").exists() else [folder / "見込み客.csv"]
    words = ["--model", str(bundle), "-c", str(folder / "none.yaml")]
    for name, path in zip(TABLES, tables, strict=False):
        words += [f"--{name}", str(path)]
    for engine, out in (("local", "features.parquet"), ("spark", "features")):
        assert features([*words, "--engine", engine, "--out", str(folder / out)]) == 0


def as_a_function(world: World, folder: Path) -> None:
    """The registered model as a function of Spark, on lead documents."""
    import mlflow
    from pyspark.sql import SparkSession, functions

    store = world.config.mlflow.store_uri(world.folder)
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    spark = SparkSession.getActiveSession()
    assert spark is not None
    ids = pq.read_table(folder / "files" / "local.parquet")["lead_id"].to_pylist()[::97]
    lines = [json.dumps(document(world, lead_id)) for lead_id in ids]
    (folder / "documents.json").write_text("\n".join(lines), encoding="utf-8")
    found = spark.read.json(str(folder / "documents.json"), multiLine=False)
    wanted = (
        "lead_id string, probability double, band string, rule_points double, recommended_stage string, "
        "reasons array<struct<feature: string, text: string, contribution: double>>"
    )
    score = mlflow.pyfunc.spark_udf(
        spark, "models:/qualify@champion", result_type=wanted, env_manager="local"
    )
    rows = found.select(score(functions.struct(*found.columns)).alias("s")).select("s.*").collect()
    (folder / "function.json").write_text(
        json.dumps([row.asDict(recursive=True) for row in rows]), encoding="utf-8"
    )


def on_both(
    world: World, folder: Path, names: list[str], language: str = "en", *, bundle: Path | None = None,
    spark_names: list[str] | None = None,
) -> None:  # fmt: skip
    from pyspark.sql import SparkSession

    from serving.batch.spark.job import run_on_spark

    bundle = bundle or world.bundle
    scorer, sources = Scorer.load(bundle), Sources(*map(named_source, names))
    spark = SparkSession.getActiveSession()
    assert spark is not None
    runs: dict[str, Callable[[Job], Any]] = {
        "local": run_job, "spark": lambda job: run_on_spark(job, bundle, spark)
    }  # fmt: skip
    for engine, run in runs.items():
        if engine == "spark" and spark_names is not None:
            sources = Sources(*spark_names)
        buckets = 1 if engine == "local" else 3
        out = str(folder / f"{engine}.parquet")
        job = Job(scorer, sources, out, parse_as_of(AS_OF, "UTC"), 3, language, 2 << 30, buckets)
        try:
            summary = run(job)
            told = [summary.scored, summary.counts(), summary.lines()]
        except UserError as error:
            told = [str(error)]
        (folder / f"{engine}.json").write_text(json.dumps(told), encoding="utf-8")


def _texts(table: pa.Table) -> pa.Table:
    return table.cast(pa.schema([pa.field(name, pa.string()) for name in table.column_names]))


def _with(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values, pa.string()))


def _nanoseconds(table: pa.Table) -> pa.Table:
    kinds = [
        pa.timestamp("ns", tz=f.type.tz) if pa.types.is_timestamp(f.type) else f.type for f in table.schema
    ]
    return table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True))))
