"""Requests that come in at the same moment are scored in one pass, each as if it had come alone.

A pass over eight leads takes twice as long as one over a single lead. While one runs, requests wait in their
sockets; those that can be read then share the next pass. Nobody waits for company that is not there yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualify.config import Desk
from qualify.leads.strings import without_fraction
from qualify.scorer import Scorer
from serving.api.problems import Problem
from serving.api.scoring import Answered, score_apart

__all__ = ["Together"]

MOST = 16
_CALM_TURNS = 2
"""A request that can be read in one turn of the event loop asks for its score in the next."""


@dataclass(frozen=True, slots=True)
class _Asked:
    document: Mapping[str, Any]
    scorer: Scorer
    answer: asyncio.Future[Answered | Problem]


class Together:
    """Collects the requests that can be read now.

    Parameters
    ----------
    desk
        See `serving.api.scoring.score_leads`.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: dict[tuple[int, str], list[_Asked]] = {}

    async def score(
        self, scorer: Scorer, document: Mapping[str, Any], reasons: int, language: str
    ) -> Answered | Problem:
        """Score one lead document."""
        loop = asyncio.get_running_loop()
        asked = _Asked(document, scorer, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._settle, loop, 0, 0)
        self._waiting.setdefault((reasons, language), []).append(asked)
        return await asked.answer

    def _settle(self, loop: asyncio.AbstractEventLoop, seen: int, calm: int) -> None:
        """Run once some turns of the loop, none of which waits, have brought no further request."""
        waiting = sum(map(len, self._waiting.values()))
        calm = calm + 1 if waiting == seen else 0
        if calm == _CALM_TURNS or waiting >= MOST:
            self._run()
        else:
            loop.call_soon(self._settle, loop, waiting, calm)

    def _run(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for (reasons, language), asked in waiting.items():
            for group in _groups(asked):
                self._score(group, reasons, language)

    def _score(self, group: Sequence[_Asked], reasons: int, language: str) -> None:
        documents = [each.document for each in group]
        try:
            answers = score_apart(group[0].scorer, documents, reasons, language, self._desk)
        except Exception as error:  # noqa: BLE001 - told to every caller, and answered as a fault
            for each in group:
                if not each.answer.done():
                    each.answer.set_exception(error)
            return
        for each, answer in zip(group, answers, strict=True):
            if not each.answer.done():  # the caller may have hung up
                each.answer.set_result(answer)


def _groups(asked: Sequence[_Asked]) -> list[list[_Asked]]:
    """Cut into groups of one model, at most `MOST`, each lead once: a table takes no id twice."""
    groups: list[list[_Asked]] = []
    ids: set[str] = set()
    for each in asked:
        lead_id = without_fraction(str(each.document["lead_id"]).strip())
        last = groups[-1] if groups else None
        if last is None or len(last) >= MOST or lead_id in ids or last[0].scorer is not each.scorer:
            groups.append([])
            ids.clear()
        groups[-1].append(each)
        ids.add(lead_id)
    return groups
