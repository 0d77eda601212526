"""A job of any size: the tables are split into buckets of leads, scored one by one, and merged by rank."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from qualify.config import Source
from qualify.console import progress, say
from qualify.errors import LedgerUnavailable, UserError
from qualify.leads.stamp import stamp
from qualify.leads.stream import TableStream
from qualify.moments import AsOf
from qualify.scorer import Scorer
from qualify.side_by_side import side_by_side
from serving.batch import split
from serving.batch.bucket import BucketJob, Told, score_bucket
from serving.batch.desk import Desk
from serving.batch.early import Early
from serving.batch.finish import finish_list, rejects_of, rows_of_each
from serving.batch.split import Split, files_of, split_tables
from serving.batch.summary import Summary, join_told
from serving.batch.whole import Sources, score_sources
from serving.batch.work import digest_of, open_work
from serving.sink import write_scores

__all__ = ["Job", "buckets_needed", "check_columns", "open_streams", "run_job"]


@dataclass(frozen=True)
class Job:
    """What is to be done.

    Parameters
    ----------
    scorer
        The model.
    sources, out
        Tables in; a file, or a database table (URL#TABLE).
    as_of, reasons, language
        See `qualify.scorer.Scorer.score`.
    memory
        Bytes that the process may use, roughly.
    buckets
        Into how many parts the tables are split; None: as the memory asks, and 1 where they fit.
    desk
        Takes the list before it is written.
    early
        Tables that were split before the model was known; dropped where the model reads them otherwise.
    """

    scorer: Scorer
    sources: Sources
    out: str
    as_of: AsOf
    reasons: int
    language: str
    memory: int
    buckets: int | None = None
    desk: Desk | None = None
    early: Early | None = None

    @property
    def split(self) -> Split:
        """How the model reads the tables, and what of them the desk shows."""
        schema, shown = self.scorer.parts.schema, () if self.desk is None else tuple(self.desk.columns)
        return Split(
            schema.data, schema.columns, self.sources, self.memory, shown, documents=self.desk is not None
        )

    def source(self, what: str) -> Source | None:
        """Return one of the sources."""
        found: Source | None = getattr(self.sources, what)
        return found


def run_job(job: Job) -> Summary:
    """Score everything; the list and its rejects appear whole or not at all.

    Raises
    ------
    UserError
        Of what the user can mend; what was written on the way is taken away. Where the ledger did not answer
        it stays, and the same job goes on from there.
    """
    streams = open_streams(job, coded=True)
    buckets = job.buckets or job.split.buckets(streams)
    early = _fitting(job, streams, buckets)
    if buckets == 1 and all(stream.schema is not None for stream in streams.values()):
        return _in_one_piece(job)
    check_columns(job, streams)
    digest = digest_of(_facts(job, streams, buckets))
    folder, now, begun = open_work(job.out, digest, time.time_ns() // 1000)
    if begun:
        done = len(list(folder.glob("done-*.json")))
        say(f"continuing the job that was begun before: {done} of {buckets} buckets are done")
    with _cleared(folder):
        if early is not None:
            early.move(folder)
        spilled = split_tables(job.split, streams, folder, buckets)
        batch_rows = rows_of_each(buckets, job.memory, beside=job.desk is not None)
        threads = 1 if buckets > 1 else None
        one = BucketJob(
            job.scorer, spilled, job.as_of, now, job.reasons, job.language, threads,
            folder, batch_rows, job.desk,
        )  # fmt: skip
        told = _score(one, buckets)
        summary = join_told(told, job.scorer.parts.schema.columns, spilled["leads"].origin)
        finish_list(job.out, folder, range(buckets), batch_rows, summary, job.desk)
    return summary


def _fitting(job: Job, streams: Mapping[str, TableStream], buckets: int) -> Early | None:
    """Return the tables that were split before, if this job would split them so; others are taken away."""
    if job.early is None or job.early.fits(job.split, streams, buckets):
        return job.early
    job.early.drop()
    return None


def _in_one_piece(job: Job) -> Summary:
    done = score_sources(job.scorer, job.sources, job.as_of, reasons=job.reasons, language=job.language)
    if job.desk is not None:
        job.desk.take_whole(done)
    write_scores(done.table, job.out)
    path = rejects_of(job.out)
    if len(done.rejects):
        done.rejects.write_csv(path)
    else:  # an older file of the same name would mislead
        path.unlink(missing_ok=True)
    return Summary.of(done.table.num_rows, done.rejects, done.tables)


def open_streams(job: Job, *, coded: bool = False) -> dict[str, TableStream]:
    """Open the tables of a job, by their role; `coded`: texts that come again and again as codes."""
    return job.split.streams(coded=coded)


def buckets_needed(job: Job) -> int:
    """Return into how many buckets the tables have to be split to fit into the job's memory."""
    return job.split.buckets(open_streams(job))


def check_columns(job: Job, streams: Mapping[str, TableStream]) -> None:
    """Refuse tables that lack a column of the model, or of the desk."""
    split.check_columns(job.split, streams)
    leads = streams["leads"]
    if job.desk is not None and leads.schema is not None:
        job.desk.check(stamp(leads.schema.empty_table(), origin=leads.origin))


def _facts(job: Job, streams: Mapping[str, TableStream], buckets: int) -> dict[str, object]:
    """Return what makes it the same job when it is begun again."""
    scorer = job.scorer
    return {
        "qualify": version("qualify"), "out": job.out, "buckets": buckets, "as_of": asdict(job.as_of),
        "reasons": job.reasons, "language": job.language, "model": scorer.version,
        "scorecard": scorer.scorecard.version, "schema": scorer.parts.schema.data.model_dump(mode="json"),
        "sources": {what: str(job.source(what)) for what in streams},
        "files": [[file.path, file.size, file.changed] for file in files_of(streams)],
        "desk": None if job.desk is None else [dict(job.desk.shown), list(job.desk.closed)],
    }  # fmt: skip


@contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """Take the work folder away at the end, and when the user has to mend something first.

    After anything else (a signal, a fault) it stays, and the same job goes on from there.
    """
    try:
        yield
    except LedgerUnavailable:
        raise  # what was scored waits there until the ledger answers again
    except (UserError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _score(job: BucketJob, buckets: int) -> list[Told]:
    found = []
    with progress(job.spilled["leads"].rows, "scoring leads") as advance:
        for told in side_by_side(partial(score_bucket, job), range(buckets)):
            found.append(told)
            advance(told.scored + sum(told.rejected.values()))
    return found
