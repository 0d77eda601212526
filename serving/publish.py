"""A score list put on the sales desk: scores, facts and documents go into the ledger."""

from __future__ import annotations

import pyarrow as pa

from qualify.config import Config
from qualify.console import progress
from qualify.ledger import Ledger, Recorded
from qualify.rules import Scorecard
from serving.batch import Scored
from serving.lead_facts import lead_facts, open_documents
from serving.publish_pieces import Pieces

__all__ = ["publish"]


def publish(ledger: Ledger, scored: Scored, leads: pa.Table, config: Config, card: Scorecard) -> Recorded:
    """Store a score list for the sales desk.

    Parameters
    ----------
    scored
        What the batch job made.
    leads
        The table of leads as it was read, for the desk's columns: the model need not know them.
    config
        For the desk, the closed stages and the receivers of alerts.
    card
        The scorecard that the list was made with: what it calls SQL, and on how old a score.

    Raises
    ------
    ConfigError
        A column of the desk is not in the table of leads.
    LedgerUnavailable
        The ledger's database does not answer; what was stored before stays (see `Pieces`).
    """
    tables, as_of, desk = scored.tables, scored.as_of, config.service.desk
    facts, documents = lead_facts(tables, as_of, leads, desk), open_documents(tables, as_of, leads, config)
    pieces = Pieces(ledger, config, card)
    with progress(scored.table.num_rows, "storing leads") as advance:
        for rows in pieces.of(scored.table):
            pieces.store(rows, {each: facts[each] for each in rows["lead_id"].to_pylist()}, documents)
            advance(rows.num_rows)
    return pieces.stored
