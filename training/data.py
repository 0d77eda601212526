"""The configured tables, read and brought into the form that the kernels use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from qualify.config import ColumnSpec, Config, Data, Source
from qualify.leads.build import build_tables
from qualify.leads.drawn import read_drawn
from qualify.leads.read import located, read_table
from qualify.leads.rejects import Rejects
from qualify.leads.stream import open_stream
from qualify.leads.tables import LeadTables
from qualify.leads.wanted import TABLES, used_columns
from qualify.rules import Scorecard, default_scorecard
from training.future import Later, past_of, until_now
from training.steps import begin
from training.work import Work


@dataclass(frozen=True, slots=True)
class Heard:
    """As of when the ledger was asked (microseconds), and whether answers of sales stand in the tables."""

    until: int
    answers: bool


@dataclass(frozen=True)
class Loaded:
    """What a configuration points at.

    Parameters
    ----------
    tables
        Attributes are those to be used, and the label columns.
    used
        The attributes that a model may see: what is configured, less labels and excluded columns.
    until
        Up to when rows counted as past (microseconds); None: nothing was looked at.
    later
        What was left out because it lies after that.
    work
        What the ledger knows of sales' work; None: leads are not picked by lot, and every outcome counts.
    read
        How many rows of the leads table were read, and how many it has; None: all were read.
    heard
        What was taken from the ledger, and as of when; None: it was not asked.
    """

    config: Config
    tables: LeadTables
    used: dict[str, ColumnSpec]
    rejects: Rejects
    scorecard: Scorecard
    work: Work | None = None
    until: int | None = None
    later: tuple[Later, ...] = ()
    read: tuple[int, int] | None = None
    heard: Heard | None = None


def load_tables(config: Config, folder: Path, *, whole: bool = False, until: int | None = None) -> Loaded:
    """Read the tables and the scorecard; relative names are meant from `folder`.

    What lies after `until` (default: a day from now) is left out (see `training.future`). Of more leads than
    `training.max_leads` a fixed draw is read, unless they are to be seen as a `whole`.
    """
    begin("reading tables")
    data = config.data
    labels = {t.column: ColumnSpec(type="category") for t in config.targets if t.column is not None}
    used = used_columns(config)
    wanted = {**used, **labels}
    sources = {
        what: located(getattr(data, what), folder) for what in TABLES if getattr(data, what) is not None
    }
    drawn = None if whole else read_drawn(data, wanted, sources, config.training.max_leads)
    found = drawn or {what: _read(data, source, what) for what, source in sources.items()}
    tables, rejects = build_tables(data, wanted, found["leads"], found.get("activities"), found.get("stages"))
    until = until_now() if until is None else until
    tables, later = past_of(tables, until, data.timezone)
    card = load_scorecard(config, folder)
    read = None if drawn is None else (drawn["leads"].num_rows, _count_rows(data, sources["leads"]))
    return Loaded(config, tables, used, rejects, card, until=until, later=later, read=read)


def load_scorecard(config: Config, folder: Path) -> Scorecard:
    """Return the configured scorecard, or the one that ships with the program."""
    return Scorecard.load(folder / config.scorecard) if config.scorecard else default_scorecard()


def _count_rows(data: Data, source: Source) -> int:
    """Count the rows of a table of leads, piece by piece and by its first column alone."""
    stream = open_stream(source, encoding=data.encoding, delimiter=data.delimiter, what="leads")
    first = None if stream.schema is None else stream.schema.names[:1]
    return sum(piece.num_rows for piece in stream.pieces(first))


def _read(data: Data, source: Source, what: str) -> pa.Table:
    return read_table(source, encoding=data.encoding, delimiter=data.delimiter, what=what)


def lead_time(tables: LeadTables) -> np.ndarray:
    """Return a quantity that grows with time, one a lead: the creation date, else the configured order."""
    if tables.order is not None:
        return np.asarray(tables.order, dtype=np.float64)
    return tables.created_at.astype(np.float64)
