"""The ledger: what was scored, what sales answered, whom to tell, and who may come in.

SQLite in a file by default, PostgreSQL by URL; see :class:`Ledger`.
"""

from qualify.ledger.desk import Facets, GridCell, GridCounts, QueuePage, QueueQuery, QueueRow
from qualify.ledger.records import (
    REASONED,
    REASONS,
    VERDICTS,
    Answer,
    Forgotten,
    LeadFacts,
    LeadRecord,
    LedgerEvent,
    Origin,
    Recorded,
    ScoreRecord,
    Verdict,
)
from qualify.ledger.service_records import AlertRecord, AlertStatus, AuditRecord, TokenRecord
from qualify.ledger.store import Ledger

__all__ = [
    "REASONED",
    "REASONS",
    "VERDICTS",
    "AlertRecord",
    "AlertStatus",
    "Answer",
    "AuditRecord",
    "Facets",
    "Forgotten",
    "GridCell",
    "GridCounts",
    "LeadFacts",
    "LeadRecord",
    "Ledger",
    "LedgerEvent",
    "Origin",
    "QueuePage",
    "QueueQuery",
    "QueueRow",
    "Recorded",
    "ScoreRecord",
    "TokenRecord",
    "Verdict",
]
