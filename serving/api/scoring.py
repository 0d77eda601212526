"""Lead documents to answers, by the path that every score takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qualify.errors import DataError
from qualify.leads.documents import document_times, tables_from_documents
from qualify.leads.rejects import Rejects
from qualify.leads.tables import NO_TIME
from qualify.scorer import Scorer
from serving.api.problems import Problem, kind, problem_of

__all__ = ["score_documents"]


def score_documents(
    scorer: Scorer, documents: Sequence[Mapping[str, Any]], reasons: int, language: str
) -> list[dict[str, Any] | Problem]:
    """Score lead documents; one answer each, in their order.

    Parameters
    ----------
    documents
        As `serving.api.documents.check_document` returns them.
    reasons, language
        Reasons a lead, and the language of their texts.

    Returns
    -------
    list
        For each document the row of the score list, or the problem with it; `rank` is its place among them.
    """
    if not documents:
        return []
    try:
        return _together(scorer, documents, reasons, language)
    except DataError as error:
        if len(documents) == 1:
            return [problem_of(error)]
    # One document spoils the table that all are read as: each is read alone.
    answers = [score_documents(scorer, [document], reasons, language)[0] for document in documents]
    _rank([answer for answer in answers if isinstance(answer, dict)])
    return answers


def _together(
    scorer: Scorer, documents: Sequence[Mapping[str, Any]], reasons: int, language: str
) -> list[dict[str, Any] | Problem]:
    schema = scorer.parts.schema
    tables, rejects = tables_from_documents(documents, schema.data, schema.columns)
    given = document_times(documents, tables, schema.data)
    moments = np.where(given == NO_TIME, scorer.moments(tables, None), given)
    scores, late = scorer.score_objects(tables, moments, reasons=reasons, language=language)
    place = dict(zip(tables.lead_id.tolist(), tables.source_row.tolist(), strict=True))
    answers: list[dict[str, Any] | Problem] = [_left_out("not_scored", "")] * len(documents)
    for score in scores:
        answers[place[score["lead_id"]]] = score
    for row, problem in _problems(rejects.joined(late)):
        answers[row] = problem
    return answers


def _problems(rejects: Rejects) -> list[tuple[int, Problem]]:
    if not len(rejects):
        return []
    told = zip(rejects.frame["row"], rejects.frame["code"], rejects.frame["message"], strict=True)
    return [(int(row), _left_out(str(code), str(message))) for row, code, message in told]


def _left_out(code: str, message: str) -> Problem:
    return Problem(422, "The lead cannot be scored", message or None, kind(code))


def _rank(rows: list[dict[str, Any]]) -> None:
    """Number rows that were scored apart as the score list does: by probability, then by id."""
    for rank, row in enumerate(sorted(rows, key=lambda row: (-row["probability"], row["lead_id"])), start=1):
        row["rank"] = rank
