"""The registered model: MLflow reads this file as code, so nothing is pickled.

A frame of lead documents comes in (`lead_id`, attribute columns, `activities` and `stages` as arrays of
objects, optionally `created_at` and `as_of`); the rows of `qualify score` go out, in the order of the input.
"""

from __future__ import annotations

from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from qualify.errors import DataError
from qualify.leads.documents import document_times, tables_from_documents
from qualify.leads.tables import NO_TIME
from qualify.scorer import DEFAULT_REASONS, Scorer


class QualifyModel(PythonModel):
    """Scores lead documents with the bundle that was logged with it."""

    def load_context(self, context: Any) -> None:
        """Read and check the bundle."""
        self._scorer = Scorer.load(context.artifacts["bundle"])

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Score lead documents; `params` may hold ``reasons`` (a number) and ``language``."""
        chosen = params or {}
        return score_documents(
            self._scorer, model_input, int(chosen.get("reasons", DEFAULT_REASONS)),
            str(chosen.get("language", "en")),
        )  # fmt: skip


def score_documents(scorer: Scorer, documents: Any, reasons: int, language: str) -> pd.DataFrame:
    """Return one row a document, in the order of the documents; `rank` is the place among them."""
    schema = scorer.parts.schema
    tables, rejects = tables_from_documents(documents, schema.data, schema.columns)
    default = scorer.moments(tables, None)
    given = document_times(documents, tables, schema.data)
    moments = np.where(given == NO_TIME, default, given)
    table, late = scorer.score_tables(tables, moments, reasons=reasons, language=language)
    left_out = rejects.joined(late)
    if len(left_out):
        raise DataError(
            f"{len(left_out)} of the lead documents cannot be scored",
            where=f"document {left_out.frame['row'].iloc[0]}",
            got=left_out.frame["message"].iloc[0],
            mend="send them without these leads, or correct them",
        )
    frame: pd.DataFrame = table.to_pandas()
    place = {lead: row for row, lead in enumerate(tables.lead_id)}
    order = np.argsort(frame["lead_id"].map(place).to_numpy(), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


mlflow.models.set_model(QualifyModel())
