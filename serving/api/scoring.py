"""Lead documents to answers, by the path that every score takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualify.config import Desk
from qualify.errors import DataError
from qualify.leads.documents import document_times, tables_from_documents
from qualify.leads.rejects import Rejects
from qualify.leads.tables import NO_TIME, IntArray, LeadTables
from qualify.leads.typed import read_typed
from qualify.ledger import LeadFacts
from qualify.scorer import Scorer
from serving.api.problems import Problem, kind, problem_of
from serving.api.records import facts_of

__all__ = ["Answered", "score_apart", "score_documents", "score_leads"]


@dataclass(frozen=True, slots=True)
class Answered:
    """A row of the score list, and what the desk shows of the lead besides."""

    score: dict[str, Any]
    facts: LeadFacts


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
    answers = score_leads(scorer, documents, reasons, language, Desk())
    return [answer.score if isinstance(answer, Answered) else answer for answer in answers]


def score_leads(
    scorer: Scorer, documents: Sequence[Mapping[str, Any]], reasons: int, language: str, desk: Desk
) -> list[Answered | Problem]:
    """Score lead documents as :func:`score_documents` does, with the facts for the ledger."""
    if not documents:
        return []
    try:
        return _together(scorer, documents, reasons, language, desk)
    except DataError as error:
        if len(documents) == 1:
            return [problem_of(error)]
    # One document spoils the table that all are read as: each is read alone.
    answers = [score_leads(scorer, [document], reasons, language, desk)[0] for document in documents]
    _rank([answer.score for answer in answers if isinstance(answer, Answered)])
    return answers


def score_apart(
    scorer: Scorer, documents: Sequence[Mapping[str, Any]], reasons: int, language: str, desk: Desk
) -> list[Answered | Problem]:
    """Score lead documents of different callers: in one pass, and each as if it had come alone."""
    schema = scorer.parts.schema
    typed = read_typed(documents, schema.columns, schema.data.timezone)
    if typed is not None:
        answers = _scored(scorer, documents, typed.tables, typed.as_of, Rejects(), reasons, language, desk)
    else:
        answers = [score_leads(scorer, [document], reasons, language, desk)[0] for document in documents]
    for answer in answers:
        if isinstance(answer, Answered):
            answer.score["rank"] = 1
    return answers


def _together(
    scorer: Scorer, documents: Sequence[Mapping[str, Any]], reasons: int, language: str, desk: Desk
) -> list[Answered | Problem]:
    """Read the documents as one table, and score them."""
    schema = scorer.parts.schema
    tables, rejects = tables_from_documents(documents, schema.data, schema.columns)
    given = document_times(documents, tables, schema.data)
    return _scored(scorer, documents, tables, given, rejects, reasons, language, desk)


def _scored(
    scorer: Scorer,
    documents: Sequence[Mapping[str, Any]],
    tables: LeadTables,
    given: IntArray,
    rejects: Rejects,
    reasons: int,
    language: str,
    desk: Desk,
) -> list[Answered | Problem]:
    moments = given
    if np.count_nonzero(given == NO_TIME):
        moments = np.where(given == NO_TIME, scorer.moments(tables, None), given)
    scores, late = scorer.score_objects(tables, moments, reasons=reasons, language=language)
    rows = {lead_id: row for row, lead_id in enumerate(tables.lead_id.tolist())}
    answers: dict[int, Answered | Problem] = {}
    for score in scores:
        row = rows[score["lead_id"]]
        place = int(tables.source_row[row])
        answers[place] = Answered(score, facts_of(documents[place], desk, tables, row, score["as_of"]))
    if len(answers) < len(documents):
        answers.update(_problems(rejects.joined(late)))
    return [
        answers[place] if place in answers else _left_out("not-scored", "") for place in range(len(documents))
    ]


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
