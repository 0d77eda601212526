"""The sales desk as a batch job sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from qualify.config import Config
from qualify.leads.read import read_table
from qualify.leads.tables import IntArray, LeadTables
from qualify.ledger import Ledger, Recorded
from qualify.rules import Scorecard
from serving.batch import Scored, Sources
from serving.lead_facts import check_desk, desk_columns
from serving.publish import publish
from serving.publish_pieces import Pieces, beside_scores, without_beside

__all__ = ["SalesDesk"]


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
    def shown(self) -> dict[str, str | None]:
        """By what the desk shows, the column that it comes from."""
        found: dict[str, str | None] = self.settings.service.desk.model_dump()
        return found

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
        """Store a list whose leads are in memory."""
        data = self.settings.data
        leads = read_table(self.sources.leads, encoding=data.encoding, delimiter=data.delimiter, what="leads")
        with closing(self.open()) as ledger:
            self.stored = publish(ledger, scored, leads, self.settings, self.card)

    def beside(self, tables: LeadTables, as_of: IntArray, leads: pa.Table) -> pa.Table:
        """Return facts and documents; see `serving.publish_pieces.beside_scores`."""
        return beside_scores(tables, as_of, leads, self.settings)

    @contextmanager
    def taking(self) -> Iterator[Callable[[pa.Table], pa.Table]]:
        """Give a function that stores the next rows of the list (see `serving.publish_pieces.Pieces`)."""
        with closing(self.open()) as ledger:
            pieces = Pieces(ledger, self.settings, self.card)

            def take(rows: pa.Table) -> pa.Table:
                pieces.store_with_beside(rows)
                self.stored = pieces.stored
                return without_beside(rows)

            yield take
