"""The registered model: MLflow reads this file as code, so nothing is pickled.

A frame of lead documents comes in (`lead_id`, attribute columns, `activities` and `stages` as arrays of
objects, optionally `created_at` and `as_of`); the rows of `qualify score` go out, in the order of the input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from qualify.errors import DataError, UserError
from qualify.leads.documents import document_times, tables_from_documents
from qualify.leads.rejects import Rejects
from qualify.leads.tables import NO_TIME, IntArray, LeadTables
from qualify.scorer import DEFAULT_REASONS, Scorer

_BEGIN = "2000-01-01T00:00:00Z"
_COMPANION = {
    "lead_id": "companion-of-these-documents",
    "created_at": _BEGIN,
    "activities": [{"type": "-", "occurred_at": _BEGIN}],
    "stages": [{"stage": "-", "entered_at": _BEGIN}],
}
"""A document that can be read: in its company what is wrong with all others is told of each."""


class QualifyModel(PythonModel):
    """Scores lead documents with the bundle that was logged with it."""

    def load_context(self, context: Any) -> None:
        """Read and check the bundle."""
        self._scorer = Scorer.load(context.artifacts["bundle"])

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Score lead documents.

        `params` may hold ``reasons`` (a number), ``language``, and ``rejects``: ``raise``, or ``keep`` (see
        :func:`keep_documents`).
        """
        chosen = params or {}
        rejects = chosen.get("rejects", "raise")
        if rejects not in _REJECTS:
            raise UserError("what is to become of rejects is not known", where="the parameter `rejects`",
                            got=rejects, expected=" or ".join(_REJECTS))  # fmt: skip
        return _REJECTS[rejects](
            self._scorer, model_input, int(chosen.get("reasons", DEFAULT_REASONS)),
            str(chosen.get("language", "en")),
        )  # fmt: skip


def score_documents(scorer: Scorer, documents: Any, reasons: int, language: str) -> pd.DataFrame:
    """Return one row a document, in the order of the documents; `rank` is the place among them.

    Raises
    ------
    DataError
        A document cannot be scored.
    """
    frame, left_out = _scored(scorer, _read(scorer, documents), reasons, language, len(documents))
    if len(left_out):
        raise DataError(
            f"{len(left_out)} of the lead documents cannot be scored",
            where=f"document {left_out.frame['row'].iloc[0]}",
            got=left_out.frame["message"].iloc[0],
            mend="send them without these leads, correct them, or set the parameter `rejects` to keep",
        )
    return frame.reset_index(drop=True)


def keep_documents(scorer: Scorer, documents: pd.DataFrame, reasons: int, language: str) -> pd.DataFrame:
    """Return one row a document as :func:`score_documents` does, also of those that cannot be scored.

    These have null figures and no reasons. Two more columns, `code` and `message`, say what is wrong, as in
    the rejects of a batch; they are null where nothing is. A document that cannot even be read is a
    ``bad_document``. Columns that hold nulls are of objects, so that JSON has nulls too.
    """
    documents = _named(documents)
    rows, unread = np.arange(len(documents)), dict[int, DataError]()
    try:
        read = _read(scorer, documents)
    except DataError:
        unread = _unread(scorer, documents, rows)
        rows = np.delete(rows, list(unread))
        read = _read(scorer, _accompanied(documents, rows))
    frame, left_out = _scored(scorer, read, reasons, language, len(rows))
    frame = frame.assign(code=None, message=None)
    frame.index = rows[frame.index.to_numpy(np.int64)]
    told = [
        (int(rows[row]), lead_id, code, message)
        for lead_id, row, code, message in left_out.frame.itertuples(index=False)
    ]
    told += [(row, documents["lead_id"].iloc[row], "bad_document", _told(e)) for row, e in unread.items()]
    return _with_rejects(frame, told, len(documents)) if told else frame


_REJECTS: dict[str, Callable[[Scorer, pd.DataFrame, int, str], pd.DataFrame]] = {
    "raise": score_documents,
    "keep": keep_documents,
}


def _read(scorer: Scorer, documents: Any) -> tuple[LeadTables, IntArray, Rejects]:
    """Return the documents as tables, the moment of each lead, and what was left out."""
    schema = scorer.parts.schema
    tables, rejects = tables_from_documents(documents, schema.data, schema.columns)
    given = document_times(documents, tables, schema.data)
    return tables, np.where(given == NO_TIME, scorer.moments(tables, None), given), rejects


def _scored(
    scorer: Scorer, read: tuple[LeadTables, IntArray, Rejects], reasons: int, language: str, count: int
) -> tuple[pd.DataFrame, Rejects]:
    """Return the rows of the first documents by their position, and what was left out."""
    tables, moments, rejects = read
    rows = np.flatnonzero(tables.source_row < count)
    table, late = scorer.score_rows(tables, rows, moments[rows], reasons=reasons, language=language)
    frame: pd.DataFrame = table.to_pandas()
    place = dict(zip(tables.lead_id.tolist(), tables.source_row.tolist(), strict=True))
    frame.index = pd.Index([place[lead_id] for lead_id in frame["lead_id"]], dtype=np.int64)
    return frame.sort_index(), rejects.joined(late)


def _named(documents: pd.DataFrame) -> pd.DataFrame:
    """Return the documents with an id each: without one a lead is called by its position among all."""
    given = documents["lead_id"] if "lead_id" in documents else [None] * len(documents)
    ids = [str(row) if pd.isna(each) else str(each) for row, each in enumerate(given)]
    return documents.assign(lead_id=ids)


def _unread(scorer: Scorer, documents: pd.DataFrame, rows: IntArray) -> dict[int, DataError]:
    """Return the documents that spoil the reading of all, found by halves: they are few, most often."""
    try:
        _read(scorer, _accompanied(documents, rows))
    except DataError as error:
        if len(rows) == 1:
            return {int(rows[0]): error}
        half = len(rows) // 2
        return _unread(scorer, documents, rows[:half]) | _unread(scorer, documents, rows[half:])
    return {}


def _accompanied(documents: pd.DataFrame, rows: IntArray) -> pd.DataFrame:
    """Return some documents, and after them one that can be read."""
    # What no document has stays away: with one creation date, leads without one would lack something.
    given = [name for name in _COMPANION if name in documents and documents[name].notna().any()]
    company = pd.DataFrame([_COMPANION])[given]
    # As objects whole numbers stay whole beside the companion's nulls.
    return pd.concat([documents.iloc[rows].astype(object), company.astype(object)], ignore_index=True)


def _told(error: DataError) -> str:
    """Return what is wrong with a document on one line; the place would be that in a part of the batch."""
    lines = str(DataError(error.what, None, error.got, error.expected, error.mend)).splitlines()
    return "; ".join(line.strip() for line in lines)


def _with_rejects(frame: pd.DataFrame, told: list[tuple[int, str, str, str]], count: int) -> pd.DataFrame:
    """Put rejects (position, id, code, message) into their places among the rows."""
    # As objects whole numbers stay whole beside nulls.
    whole = frame.astype(object).reindex(range(count))
    whole = whole.where(whole.notna(), None)
    rows, *columns = zip(*told, strict=True)
    for name, values in zip(("lead_id", "code", "message"), columns, strict=True):
        whole.loc[list(rows), name] = list(values)
    whole["reasons"] = [[] if each is None else each for each in whole["reasons"]]
    return whole


mlflow.models.set_model(QualifyModel())
