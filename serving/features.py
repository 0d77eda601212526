"""The command `features`: the feature matrix of a training as Parquet, for work of one's own.

::

    qualify features -c qualify.yaml --out features.parquet
    spark-submit serving/features.py --engine spark --model bundle --leads s3://crm/leads/ --out s3a://crm/f/

Features are those of a model, at the moments at which a training looks at leads, and with their labels.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.cli import CONFIG, Activities, Config, Engine, Json, Leads, Model, Stages

if TYPE_CHECKING:
    from qualify.config import Config as Settings
    from serving.batch import Job
    from serving.batch.summary import Summary
    from serving.matrix import Looks

__all__ = ["features", "main"]

Out = Annotated[str, typer.Option(help="A Parquet file; on Spark a folder of them.", metavar="FILE")]


def features(
    out: Out,
    leads: Leads = None,
    activities: Activities = None,
    stages: Stages = None,
    engine: Annotated[Engine, typer.Option(help="Where to run.")] = Engine.local,
    model: Model = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Write features and labels of all leads, a row for each moment at which a training looks at them."""
    from qualify.console import emit_json, only_json, say
    from qualify.moments import parse_as_of
    from qualify.scorer import Scorer
    from serving.batch import Job
    from serving.batch.work import claimed
    from serving.cli import settings_of, sources_of
    from serving.matrix import with_labels
    from serving.model_place import find_bundle

    with only_json(as_json):
        _check_out(out, engine)
        settings, folder = settings_of(config, needed=model is None or leads is None)
        sources = sources_of(leads, activities, stages, settings, folder)
        with claimed(out):
            bundle = find_bundle(model, settings, folder)
            scorer = with_labels(Scorer.load(bundle))
            job = Job(scorer, sources, out, parse_as_of(None, "UTC"), reasons=0, language="en", memory=0)
            done = _run(job, bundle, engine, _looks(settings))
        for line in [*done.lines(), f"features of {done.scored} leads: {out}"]:
            say(line)
    if as_json:
        emit_json({"leads": done.scored, "rejects": done.counts(), "out": out, "model": scorer.version})


def _check_out(out: str, engine: str) -> None:
    from qualify.errors import UserError
    from serving.batch.spark.folder import is_folder
    from serving.sink import check_file

    if engine == "spark" and is_folder(out):
        return
    if engine == "spark" or not out.endswith((".parquet", ".pq")) or "://" in out:
        expected = "a folder" if engine == "spark" else "the name of a Parquet file"
        raise UserError("features are not written there", where="--out", got=out, expected=expected)
    check_file(Path(out), "--out")


def _looks(settings: Settings | None) -> Looks:
    from qualify.config import Training
    from serving.matrix import Looks

    training = settings.training if settings is not None else Training()
    return Looks(training.snapshot_every_days, training.snapshots_per_lead)


def _run(job: Job, bundle: Path, engine: str, looks: Looks) -> Summary:
    if engine == "local":
        return _write_local(job, looks)
    from serving.batch.spark.matrix import write_matrix
    from serving.batch.spark.session import spark_session

    with spark_session() as spark:
        return write_matrix(job, bundle, looks, spark)


def _write_local(job: Job, looks: Looks) -> Summary:
    import pyarrow.parquet as pq

    from qualify.labels.snapshots import end_of_data
    from serving.batch import read_sources
    from serving.batch.summary import Summary
    from serving.matrix import feature_matrix
    from serving.sink import write_whole

    tables, rejects = read_sources(job.scorer, job.sources)
    table = feature_matrix(job.scorer, tables, looks, end_of_data(tables))
    write_whole(Path(job.out), lambda file: pq.write_table(table, file, compression="zstd"))
    return Summary.of(len(tables), rejects, tables)


def main(words: list[str]) -> int:
    """Run the command; return what the process exits with."""
    from qualify.cli import main as qualify

    return qualify(["features", *words])


if __name__ == "__main__":
    # A script's own folder stands first, and modules of this one must not hide others of the same name.
    sys.path = [place for place in sys.path if place != str(Path(__file__).resolve().parent)]
    sys.exit(main(sys.argv[1:]))
