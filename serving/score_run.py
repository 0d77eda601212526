"""What `qualify score` was asked for, run by the engine that was named."""

from __future__ import annotations

from pathlib import Path

from qualify.errors import UserError
from serving.batch import Job, rejects_of, run_job
from serving.batch.summary import Summary
from serving.collector import collect_seldom
from serving.incremental import Since, run_changed
from serving.sink import check_out

__all__ = ["check_request", "rejects_place", "run_request"]


def check_request(out: str, engine: str, *, ledger: bool = False, changed_since: str | None = None) -> None:
    """Refuse what cannot be done, before anything is read.

    Raises
    ------
    UserError
        The output cannot be written (see `serving.sink.check_out`), or options do not go together.
    """
    if changed_since is not None and (ledger or engine != "local"):
        raise UserError("a run of changes goes to a file or a database's table, on the local engine",
                        where="--changed-since", got="--ledger" if ledger else f"--engine {engine}",
                        mend="leave one of the two out")  # fmt: skip
    if engine == "local":
        check_out(out)
        return
    if ledger:
        raise UserError("a job on Spark does not go to the sales desk", where="--ledger",
                        got="--engine spark", mend="score with --engine local")  # fmt: skip
    from serving.batch.spark.folder import is_folder

    if not is_folder(out):
        check_out(out)


def rejects_place(out: str, engine: str) -> str:
    """Return where the rejects of a list are."""
    if engine == "spark":
        from serving.batch.spark.folder import is_folder, rejects_beside

        if is_folder(out):
            return rejects_beside(out)
    return str(rejects_of(out))


def run_request(job: Job, bundle: Path, engine: str, since: Since | None = None) -> Summary:
    """Run a job.

    Parameters
    ----------
    bundle
        The folder of the job's model.
    engine
        ``local`` or ``spark``.
    since
        Score only what is new since then; None: everything.
    """
    collect_seldom()
    if since is not None:
        return run_changed(job, since)
    if engine == "local":
        return run_job(job)
    from serving.batch.spark.job import run_on_spark
    from serving.batch.spark.session import spark_session

    with spark_session() as spark:
        return run_on_spark(job, bundle, spark)
