"""The sales desk as a batch job sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Config
from qualify.leads.read import read_table
from qualify.leads.tables import IntArray, LeadTables
from qualify.ledger import Ledger, Recorded
from qualify.model.parts import BANDS
from qualify.rules import Scorecard
from serving.batch import Scored, Sources
from serving.publish import check_desk, desk_columns, publish
from serving.publish_pieces import beside_scores, publish_piece, without_beside

__all__ = ["SalesDesk"]

ROWS_AT_ONCE = 2_048
"""Rows of a transaction: so many are in memory as Python's objects, and other writers wait so long."""


@dataclass
class SalesDesk:
    """Stores a job's list in the ledger of a project.

    Parameters
    ----------
    settings, folder
        The project.
    card
        The scorecard that the list is made with.
    sources
        Where the leads are read from.
    stored
        What became of the rows so far.
    """

    settings: Config
    folder: Path
    card: Scorecard
    sources: Sources
    stored: Recorded = field(default_factory=Recorded)

    def open(self) -> Ledger:
        """Open the ledger.

        Raises
        ------
        LedgerUnavailable
            Its database does not answer.
        """
        return Ledger.open(self.settings.service.ledger_url(self.folder))

    @property
    def columns(self) -> list[str]:
        """Columns of the table of leads that the desk shows."""
        return desk_columns(self.settings.service.desk)

    @property
    def closed(self) -> tuple[str, ...]:
        """Stages after which nothing follows."""
        return tuple(self.settings.stages.closed)

    def check(self, leads: pa.Table) -> None:
        """Refuse a table of leads that lacks a column.

        Raises
        ------
        ConfigError
            Names the setting.
        """
        check_desk(self.settings.service.desk, leads)

    def take_whole(self, scored: Scored) -> None:
        """Store a list in one transaction."""
        data = self.settings.data
        leads = read_table(self.sources.leads, encoding=data.encoding, delimiter=data.delimiter, what="leads")
        with closing(self.open()) as ledger:
            self.stored = publish(ledger, scored, leads, self.settings, self.card)

    def beside(self, tables: LeadTables, as_of: IntArray, leads: pa.Table) -> pa.Table:
        """Return facts and documents; see `serving.publish_pieces.beside_scores`."""
        return beside_scores(tables, as_of, leads, self.settings)

    @contextmanager
    def taking(self) -> Iterator[Callable[[pa.Table], pa.Table]]:
        """Give a function that stores the next rows of the list, best first, a transaction a few thousand.

        What was stored stays when a later piece fails; stored again, it is counted as known before.
        """
        feet: dict[str, float] = {}

        def take(piece: pa.Table) -> pa.Table:
            for start in range(0, piece.num_rows, ROWS_AT_ONCE):
                rows = piece.slice(start, ROWS_AT_ONCE)
                done = publish_piece(ledger, rows, self.settings, self.card, feet)
                self.stored = Recorded(*map(sum, zip(astuple(self.stored), astuple(done), strict=True)))
                _lower(feet, rows)
            return without_beside(piece)

        with closing(self.open()) as ledger:
            yield take


def _lower(feet: dict[str, float], rows: pa.Table) -> None:
    """Bring the lowest probability in band A, by model version, down to these rows."""
    top = rows.filter(pc.equal(rows["band"].cast(pa.string()), BANDS[0]))
    found = top.group_by("model_version").aggregate([("probability", "min")])
    for version, lowest in zip(
        found["model_version"].to_pylist(), found["probability_min"].to_pylist(), strict=True
    ):
        feet[version] = min(lowest, feet.get(version, lowest))
