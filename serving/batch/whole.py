"""The batch job in one piece, for tables that fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from qualify.config import Source
from qualify.console import progress
from qualify.leads.build import build_tables
from qualify.leads.read import read_table
from qualify.leads.rejects import Rejects
from qualify.leads.tables import IntArray, LeadTables
from qualify.moments import AsOf
from qualify.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the tables to be scored are: files, folders, patterns, URLs, or queries."""

    leads: Source
    activities: Source | None = None
    stages: Source | None = None


@dataclass(frozen=True)
class Scored:
    """What a job made, and what from.

    Parameters
    ----------
    table
        The score list.
    as_of
        Microseconds, shape (leads,): the moment of each lead of `tables`.
    """

    table: pa.Table
    rejects: Rejects
    tables: LeadTables
    as_of: IntArray


def read_sources(scorer: Scorer, sources: Sources) -> tuple[LeadTables, Rejects]:
    """Read the tables by the schema of the model."""
    data = scorer.parts.schema.data

    acts, steps = data.activity_columns, data.stage_columns

    def read(source: Source | None, what: str, *texts: str | None) -> pa.Table | None:
        if source is None:
            return None
        coded = [name for name in texts if name is not None]
        return read_table(
            source, encoding=data.encoding, delimiter=data.delimiter, what=what, dictionaries=coded
        )

    leads = read_table(sources.leads, encoding=data.encoding, delimiter=data.delimiter, what="leads")
    return build_tables(
        data, scorer.parts.schema.columns, leads,
        read(sources.activities, "activities", acts.lead_id, acts.type, acts.topic),
        read(sources.stages, "stages", steps.lead_id, steps.stage, steps.reason),
    )  # fmt: skip


def moments_of(scorer: Scorer, tables: LeadTables, as_of: AsOf, now: int | None = None) -> IntArray:
    """Return each lead's moment of scoring; `now` is one moment for all parts of a job."""
    return scorer.moments(tables, as_of.time, as_of.after_creation, now)


def score_sources(scorer: Scorer, sources: Sources, as_of: AsOf, *, reasons: int, language: str) -> Scored:
    """Score everything; leads that cannot be scored are in the rejects, never lost."""
    tables, rejects = read_sources(scorer, sources)
    moments = moments_of(scorer, tables, as_of)
    with progress(len(tables), "scoring leads") as advance:
        table, late = scorer.score_tables(
            tables, moments, reasons=reasons, language=language, advance=advance
        )
        advance(len(late))
    return Scored(table, rejects.joined(late), tables, moments)


def rejects_path(out: Path) -> Path:
    """Return the name of the rejects of an output file."""
    return out.with_name(out.name + ".rejects.csv")
