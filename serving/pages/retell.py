"""Reasons in the reader's language: told again where a score was stored in another one."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from qualify.leads.documents import document_times, tables_from_documents

if TYPE_CHECKING:
    from qualify.explain.words import Phrasebook
    from qualify.ledger import Ledger, QueueRow
    from qualify.scorer import Scorer

__all__ = ["Retelling"]

_KEPT = 4096
_SAME = 1e-6
_Key = tuple[str, str, str, str]
_Told = tuple[Mapping[str, Any], ...]


class Retelling:
    """Tells reasons in another language than they were stored in, and remembers what it told.

    A reason is a sentence made from the lead's values, so it takes the lead's document and the model that
    scored it. Where either is missing the reasons stay in the language they were stored in.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, _Told] = OrderedDict()
        self._lock = Lock()

    def tell(
        self, rows: Sequence[QueueRow], scorer: Scorer | None, ledger: Ledger, book: Phrasebook
    ) -> dict[str, _Told]:
        """Return the reasons of the rows that needed telling, by lead."""
        if scorer is None:
            return {}
        labels = {field.name: book.label(field) for field in scorer.fields}
        foreign = [row for row in rows if _is_foreign(row.reasons, labels)]
        keys = {row.lead_id: (row.lead_id, str(row.as_of), scorer.version, book.language) for row in foreign}
        missing = [row for row in foreign if keys[row.lead_id] not in self._kept]
        for lead_id, told in _told_again(missing, scorer, ledger, book.language).items():
            self._keep(keys[lead_id], told)
        with self._lock:
            return {lead: self._kept[key] for lead, key in keys.items() if key in self._kept}

    def _keep(self, key: _Key, told: _Told) -> None:
        with self._lock:
            self._kept[key] = told
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def _is_foreign(reasons: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> bool:
    return any(labels.get(str(reason["feature"]), reason["label"]) != reason["label"] for reason in reasons)


def _told_again(rows: Sequence[QueueRow], scorer: Scorer, ledger: Ledger, language: str) -> dict[str, _Told]:
    documents = []
    for row in rows:
        document = ledger.document(row.lead_id)
        if document is not None:
            documents.append({**document, "lead_id": row.lead_id, "as_of": row.as_of.isoformat()})
    if not documents:
        return {}
    schema = scorer.parts.schema
    tables, _ = tables_from_documents(documents, schema.data, schema.columns)
    moments = document_times(documents, tables, schema.data)
    most = max(len(row.reasons) for row in rows)
    table, _ = scorer.score_tables(tables, moments, reasons=most, language=language)
    told = table.select(["lead_id", "probability", "reasons"]).to_pylist()
    stored = {row.lead_id: row.probability for row in rows}
    # Another probability comes from another model or other facts: its reasons are not those of the score.
    return {
        row["lead_id"]: tuple(row["reasons"])
        for row in told
        if math.isclose(row["probability"], stored[row["lead_id"]], abs_tol=_SAME)
    }
