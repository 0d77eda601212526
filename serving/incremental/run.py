"""A run that scores only leads with news, or whose score has aged, and leaves the other rows as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qualify.decide.score_list import by_rank
from qualify.errors import UserError
from qualify.leads.fingerprint import fingerprints
from qualify.leads.rejects import Rejects
from qualify.leads.tables import BoolArray, IntArray, LeadTables
from serving.batch import Job, moments_of, read_sources, rejects_of
from serving.batch.job import buckets_needed
from serving.batch.summary import Summary
from serving.incremental.since import Since
from serving.incremental.verdicts import Verdicts, judge, target_columns
from serving.sink import write_scores
from serving.state import read_state, write_state

__all__ = ["run_changed"]

_MADE_BY = ("another version of the model", "another scorecard", "another version of qualify",
            "another number of reasons", "another language")  # fmt: skip
"""What `_made_by` names, as what differs."""


@dataclass(frozen=True)
class _Scored:
    """What was scored anew: its rows, which leads they are (positions), and the rejects."""

    table: pa.Table
    rejects: Rejects


def run_changed(job: Job, since: Since) -> Summary:
    """Score the leads that have news; see `docs/batch.md`.

    Raises
    ------
    UserError
        The tables do not fit into the memory, or the output cannot be gone on from.
    """
    if since.time is None and "://" not in job.out and not job.out.endswith((".parquet", ".pq")):
        raise UserError("a list of this kind cannot be gone on from", where="--out", got=job.out,
                        expected="a Parquet file, or a database's table as URL#TABLE",
                        mend="name one, or use --changed-since with a time")  # fmt: skip
    if buckets_needed(job) > 1:
        raise UserError("the tables do not fit into the memory, and a run of changes holds them whole",
                        where="--memory", mend="allow more, or run without --changed-since")  # fmt: skip
    tables, rejects = read_sources(job.scorer, job.sources)
    moments = moments_of(job.scorer, tables, job.as_of)
    if since.time is not None:
        return _since_time(job, since.time, tables, moments, rejects)
    return _since_last(job, tables, moments, rejects)


def _since_time(job: Job, time: int, tables: LeadTables, moments: IntArray, rejects: Rejects) -> Summary:
    """Score what happened after a time, or has aged since; the list holds these leads alone."""
    quiet = np.flatnonzero(~_happened(tables, time, moments))
    then = np.full(len(quiet), time)
    chosen = np.ones(len(tables), dtype=bool)
    chosen[quiet] = _judged(job, tables, quiet, then).differ(_judged(job, tables, quiet, moments[quiet]))
    done = _score(job, tables, chosen, moments, rejects)
    write_scores(done.table, job.out)
    return _finished(job, done, tables, int((~chosen).sum()))


def _happened(tables: LeadTables, time: int, moments: IntArray) -> BoolArray:
    """Say which leads were created, did something or moved after a time, up to their moment."""
    found = (tables.created_at > time) | (moments < time)
    for events in (tables.activities, tables.stages):
        new = (events.known_at > time) & (events.known_at <= np.repeat(moments, np.diff(events.offsets)))
        before = np.concatenate([[0], np.cumsum(new)])
        found |= before[events.offsets[1:]] > before[events.offsets[:-1]]
    return np.asarray(found, dtype=np.bool_)


def _since_last(job: Job, tables: LeadTables, moments: IntArray, rejects: Rejects) -> Summary:
    """Score what is not as the last run found it, and go on with its list."""
    schema = _state_schema(job)
    state, made = read_state(job.out, schema), _made_by(job)
    whole_list = _list_before(job, state)
    state = (
        state.filter(pc.is_in(state["lead_id"], whole_list["lead_id"])) if whole_list is not None else state
    )
    known = fingerprints(tables, moments)
    place = _places(tables, state)
    chosen = place < 0
    had = np.flatnonzero(~chosen)
    old = state.take(pa.array(place[had]))
    chosen[had] = (
        (old["known"].to_numpy() != known[had])
        | (old["as_of"].to_numpy() > moments[had])
        | pc.not_equal(old["made_by"], made).to_numpy()
        | (tables.created_at[had] > moments[had])
    )
    why_all = _why_all(old["made_by"], made)
    quiet = np.flatnonzero(~chosen)
    before = Verdicts.of_list(state.take(pa.array(place[quiet])), job.scorer)
    chosen[quiet] = _judged(job, tables, quiet, moments[quiet]).differ(before)
    done = _score(job, tables, chosen, moments, rejects)
    fresh = _state_rows(done.table, tables, known, made, schema)
    kept = state.take(pa.array(place[np.flatnonzero(~chosen)]))
    whole = pa.concat_tables([kept, fresh])
    _write(job, done.table, whole, kept, whole_list)
    write_state(job.out, whole, fresh)
    return _finished(job, done, tables, kept.num_rows, why_all)


def _judged(job: Job, tables: LeadTables, rows: IntArray, moments: IntArray) -> Verdicts:
    return judge(job.scorer, tables, rows, moments)


def _score(job: Job, tables: LeadTables, chosen: BoolArray, moments: IntArray, rejects: Rejects) -> _Scored:
    rows = np.flatnonzero(chosen)
    table, late = job.scorer.score_rows(
        tables, rows, moments[rows], reasons=job.reasons, language=job.language
    )
    return _Scored(table, rejects.joined(late))


def _places(tables: LeadTables, state: pa.Table) -> IntArray:
    """Return where each lead stands in the state, -1 where it does not."""
    ids = pa.array(tables.lead_id, pa.string())
    found = pc.index_in(ids, value_set=state["lead_id"].combine_chunks()).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False)).astype(np.int64)


def _made_by(job: Job) -> str:
    """Return what a row was made by, beside the lead: where it differs, everything is scored."""
    scorer = job.scorer
    parts = (scorer.version, scorer.scorecard.version, version("qualify"), job.reasons, job.language)
    return " ".join(map(str, parts))


def _why_all(before: pa.ChunkedArray, now: str) -> str:
    """Return why no row can be gone on with, as a clause; empty where some can.

    Examples
    --------
    >>> _why_all(pa.chunked_array([["1a 2 0.1 3 en", "1a 2 0.1 3 en"]]), "2b 2 0.1 3 ja")
    'another version of the model, another language (before 1a, en; now 2b, ja)'
    >>> _why_all(pa.chunked_array([["1a 2 0.1 3 en"]]), "1a 2 0.1 3 en")
    ''
    """
    if not len(before):
        return "there is no earlier list of these leads to go on with"
    made = before.unique().to_pylist()
    if now in made:
        return ""
    then = made[0].split(" ")
    parts = zip(_MADE_BY, then, now.split(" "), strict=True)
    other = [(name, old, new) for name, old, new in parts if old != new]
    names, olds, news = (", ".join(each) for each in zip(*other, strict=True))
    return f"{names} (before {olds}; now {news})"


def _state_schema(job: Job) -> pa.Schema:
    texts = ("made_by", "band", "rule_band", "recommended_stage")
    return pa.schema([
        ("lead_id", pa.string()), ("as_of", pa.int64()), ("known", pa.int64()),
        *((name, pa.string()) for name in texts),
        *((name, pa.float64()) for name in target_columns(job.scorer)),
    ])  # fmt: skip


def _state_rows(
    table: pa.Table, tables: LeadTables, known: IntArray, made: str, schema: pa.Schema
) -> pa.Table:
    """Return the state of the leads that were scored."""
    ids = pa.array(tables.lead_id, pa.string())
    place = pc.index_in(table["lead_id"], value_set=ids).to_numpy()
    columns = {
        "as_of": table["as_of"].cast(pa.int64()),
        "known": pa.array(known[place]),
        "made_by": pa.repeat(made, table.num_rows),
    }
    return pa.table([columns[n] if n in columns else table[n] for n in schema.names], schema=schema)


def _list_before(job: Job, state: pa.Table) -> pa.Table | None:
    """Return the list that is gone on with; a database keeps its own (None)."""
    if "://" in job.out:
        return None
    return pq.read_table(job.out) if state.num_rows else pa.table({"lead_id": pa.array([], pa.string())})


def _write(job: Job, fresh: pa.Table, whole: pa.Table, kept: pa.Table, before: pa.Table | None) -> None:
    """Write the rows that were scored, or the whole list; `rank` is the place among all leads."""
    order = by_rank(whole["probability"].to_numpy(), np.asarray(whole["lead_id"].to_pylist(), dtype=object))
    if before is None:
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(1, len(order) + 1)
        write_scores(_ranked(fresh, ranks[kept.num_rows :]), job.out, goes_on=True)
        return
    if kept.num_rows:
        old = before.take(pc.index_in(kept["lead_id"], value_set=before["lead_id"].combine_chunks()))
        fresh = pa.concat_tables([old.select(fresh.column_names).cast(fresh.schema), fresh])
    listed = _ranked(fresh.take(pa.array(order)), np.arange(1, len(order) + 1))
    write_scores(listed, job.out, goes_on=True)


def _ranked(table: pa.Table, ranks: IntArray) -> pa.Table:
    return table.set_column(table.column_names.index("rank"), "rank", pa.array(ranks))


def _finished(job: Job, done: _Scored, tables: LeadTables, unchanged: int, why_all: str = "") -> Summary:
    path = rejects_of(job.out)
    if len(done.rejects):
        done.rejects.write_csv(path)
    else:  # an older file of the same name would mislead
        Path(path).unlink(missing_ok=True)
    found = Summary.of(done.table.num_rows, done.rejects, tables)
    return replace(found, unchanged=unchanged, why_all=why_all)
