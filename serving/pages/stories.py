"""What explains a stored score: made from the lead's document by the model in use, and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from qualify.leads.documents import document_times, tables_from_documents
from serving.lead_view import explain_lead

if TYPE_CHECKING:
    from qualify.explain.explanation import Explanation
    from qualify.ledger import LeadRecord, Ledger
    from qualify.scorer import Scorer

__all__ = ["Stories"]

_KEPT = 512
_Key = tuple[str, str, str, str]


class Stories:
    """Explains stored leads, and remembers the latest explanations."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, Explanation] = OrderedDict()
        self._lock = Lock()

    def tell(
        self, record: LeadRecord, scorer: Scorer | None, ledger: Ledger, language: str
    ) -> Explanation | None:
        """Explain a lead as of its latest score; None where its document was not kept."""
        if scorer is None:
            return None
        key = (record.lead_id, str(record.score["as_of"]), scorer.version, language)
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = _told(record, scorer, ledger, language)
            if found is not None:
                self._keep(key, found)
        return found

    def _keep(self, key: _Key, told: Explanation) -> None:
        with self._lock:
            self._kept[key] = told
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def _told(record: LeadRecord, scorer: Scorer, ledger: Ledger, language: str) -> Explanation | None:
    document = ledger.document(record.lead_id)
    if document is None:
        return None
    as_of = record.score["as_of"].isoformat()
    documents = [{**document, "lead_id": record.lead_id, "as_of": as_of}]
    schema = scorer.parts.schema
    tables, rejects = tables_from_documents(documents, schema.data, schema.columns)
    if len(rejects) and len(tables) == 0:
        return None
    moments = document_times(documents, tables, schema.data)
    return explain_lead(scorer, tables, 0, moments, language)
