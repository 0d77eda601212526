"""A job of any size: the tables are split into buckets of leads, scored one by one, and merged by rank."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from qualify.compiled import usable_cores
from qualify.config import Source
from qualify.console import progress, say
from qualify.errors import DataError, LedgerUnavailable, UserError
from qualify.leads.build import build_tables
from qualify.leads.files import File
from qualify.leads.part import Part
from qualify.leads.stamp import stamp
from qualify.leads.stream import TableStream, open_stream
from qualify.leads.wanted import TABLES, repeated, wanted
from qualify.moments import AsOf
from qualify.scorer import Scorer
from qualify.side_by_side import side_by_side
from serving.batch.bucket import BucketJob, Told, score_bucket
from serving.batch.desk import Desk
from serving.batch.finish import finish_list, rejects_of, rows_of_each
from serving.batch.size import WITH_DOCUMENTS, bucket_count, bytes_needed, row_count
from serving.batch.spill import Spilled, spill_table
from serving.batch.summary import Summary, join_told
from serving.batch.whole import Sources, score_sources
from serving.batch.work import digest_of, open_work, put_json
from serving.sink import write_scores

__all__ = ["Job", "buckets_needed", "check_columns", "open_streams", "refuse_changed", "run_job"]


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

    @property
    def shown(self) -> Sequence[str]:
        """Columns of the table of leads that are read for the desk."""
        return () if self.desk is None else self.desk.columns

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
    buckets = job.buckets or _buckets(job, streams)
    if buckets == 1 and all(stream.schema is not None for stream in streams.values()):
        return _in_one_piece(job)
    check_columns(job, streams)
    digest = digest_of(_facts(job, streams, buckets))
    folder, now, begun = open_work(job.out, digest, time.time_ns() // 1000)
    if begun:
        done = len(list(folder.glob("done-*.json")))
        say(f"continuing the job that was begun before: {done} of {buckets} buckets are done")
    with _cleared(folder):
        spilled = _spill(job, streams, folder, buckets)
        batch_rows = rows_of_each(buckets, beside=job.desk is not None)
        threads = 1 if buckets > 1 else None
        one = BucketJob(
            job.scorer, spilled, job.as_of, now, job.reasons, job.language, threads,
            folder, batch_rows, job.desk,
        )  # fmt: skip
        told = _score(one, buckets)
        summary = join_told(told, job.scorer.parts.schema.columns, spilled["leads"].origin)
        finish_list(job.out, folder, range(buckets), batch_rows, summary, job.desk)
    return summary


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
    return Summary.of(done.table.num_rows, done.rejects)


def open_streams(job: Job, *, coded: bool = False) -> dict[str, TableStream]:
    """Open the tables of a job, by their role; `coded`: texts that come again and again as codes."""
    schema = job.scorer.parts.schema
    data = schema.data
    found = {what: job.source(what) for what in TABLES}
    return {
        what: open_stream(
            source, encoding=data.encoding, delimiter=data.delimiter, what=what,
            dictionaries=repeated(data, schema.columns, what) if coded else (),
        )
        for what, source in found.items() if source is not None
    }  # fmt: skip


def buckets_needed(job: Job) -> int:
    """Return into how many buckets the tables have to be split to fit into the job's memory."""
    return _buckets(job, open_streams(job))


def _buckets(job: Job, streams: Mapping[str, TableStream]) -> int:
    schema = job.scorer.parts.schema
    needed = sum(
        bytes_needed(stream, len(wanted(schema.data, schema.columns, what, job.shown)), what)
        for what, stream in streams.items()
    )
    return bucket_count(needed * (1 if job.desk is None else WITH_DOCUMENTS), job.memory, usable_cores())


def check_columns(job: Job, streams: Mapping[str, TableStream]) -> None:
    """Refuse tables that lack a column, before anything is read or written."""
    schema = job.scorer.parts.schema
    if any(stream.schema is None for stream in streams.values()):
        return  # the rows of a query tell
    empty = {
        what: stamp(stream.schema.empty_table(), origin=stream.origin)
        for what, stream in streams.items() if stream.schema is not None
    }  # fmt: skip
    build_tables(
        schema.data, schema.columns, empty["leads"], empty.get("activities"), empty.get("stages"), part=Part()
    )
    if job.desk is not None:
        job.desk.check(empty["leads"])


def _facts(job: Job, streams: Mapping[str, TableStream], buckets: int) -> dict[str, object]:
    """Return what makes it the same job when it is begun again."""
    scorer = job.scorer
    return {
        "qualify": version("qualify"), "out": job.out, "buckets": buckets, "as_of": asdict(job.as_of),
        "reasons": job.reasons, "language": job.language, "model": scorer.version,
        "scorecard": scorer.scorecard.version, "schema": scorer.parts.schema.data.model_dump(mode="json"),
        "sources": {what: str(job.source(what)) for what in streams},
        "files": [[file.path, file.size, file.changed] for file in _files(streams)],
        "desk": None if job.desk is None else [dict(job.desk.shown), list(job.desk.closed)],
    }  # fmt: skip


def _files(streams: Mapping[str, TableStream]) -> list[File]:
    return [file for stream in streams.values() for file in stream.files]


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


def _spill(job: Job, streams: Mapping[str, TableStream], folder: Path, buckets: int) -> dict[str, Spilled]:
    """Split the tables, unless that was done before."""
    path = folder / "spilled.json"
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        return {what: Spilled.of_json(found) for what, found in known.items()}
    schema = job.scorer.parts.schema
    counts = [row_count(stream.files) for stream in streams.values()]
    total = None if None in counts else sum(count or 0 for count in counts)
    with progress(total, "reading rows") as advance:
        spilled = {
            what: spill_table(
                stream, schema.data, schema.columns, what, folder, buckets, advance, job.memory, job.shown
            )
            for what, stream in streams.items()
        }
    refuse_changed(streams)
    put_json(path, {what: each.to_json() for what, each in spilled.items()})
    return spilled


def refuse_changed(streams: Mapping[str, TableStream]) -> None:
    """Refuse a list from files that were written to while they were read.

    Raises
    ------
    DataError
        One of them changed, or is gone.
    """
    for file in _files(streams):
        now = file.now()
        if (now.size, now.changed) != (file.size, file.changed):
            raise DataError("A file of the input changed while it was read.", where=file.path,
                            mend="begin again when it is complete")  # fmt: skip


def _score(job: BucketJob, buckets: int) -> list[Told]:
    found = []
    with progress(job.spilled["leads"].rows, "scoring leads") as advance:
        for told in side_by_side(partial(score_bucket, job), range(buckets)):
            found.append(told)
            advance(told.scored + sum(told.rejected.values()))
    return found
