"""One round with a new model before anybody waits for it."""

from __future__ import annotations

from qualify.config import Desk
from qualify.explain.words import phrasebook
from qualify.scorer import Scorer
from serving.api.problems import Problem
from serving.api.scoring import score_apart, score_documents

__all__ = ["warm_up"]

ROUNDS = 3


def warm_up(scorer: Scorer) -> None:
    """Score a small document in every language, so that all code is compiled and every cache is filled.

    It is read both ways, as tables and as typed values: a first request waits for neither.

    Raises
    ------
    QualifyError
        The model gives no score.
    """
    types = scorer.parts.plan.activity_types[:50]
    document = {
        "lead_id": "warm-up",
        "created_at": "2026-01-01T00:00:00Z",
        "as_of": "2026-04-01T00:00:00Z",
        "attributes": {},
        "activities": [{"type": name, "occurred_at": "2026-03-01T00:00:00Z", "topic": "-"} for name in types],
        "stages": [
            {"stage": name, "entered_at": "2026-02-01T00:00:00Z"} for name in scorer.parts.plan.stages[:1]
        ],
    }
    for _ in range(ROUNDS):
        for language in ("en", "ja"):
            phrasebook(language)
            answers = [
                *score_documents(scorer, [document], 3, language),
                *score_apart(scorer, [document], 3, language, Desk()),
            ]
            for answer in answers:
                if isinstance(answer, Problem):
                    raise answer
