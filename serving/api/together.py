"""Requests that come in at the same moment are scored in one pass, each as if it had come alone.

A pass over eight leads takes twice as long as one over a single lead. While one runs, requests wait in their
sockets; those that can be read then share the next pass. Nobody waits for company that is not there yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualify.config import ColumnSpec, Desk
from qualify.leads.strings import without_fraction
from qualify.scorer import Scorer
from serving.api.problems import Problem
from serving.api.scoring import Answered, score_leads

__all__ = ["Together", "reads_alone"]

MOST = 16
_CALM_TURNS = 2
"""A request that can be read in one turn of the event loop asks for its score in the next."""

_EXACT = 2**53
_NUMBERS = frozenset({int, float, type(None)})
_TEXTS = frozenset({str, type(None)})


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
        if not reads_alone(document, scorer.parts.schema.columns):
            return score_leads(scorer, [document], reasons, language, self._desk)[0]
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
            answers = score_leads(group[0].scorer, documents, reasons, language, self._desk)
        except Exception as error:  # noqa: BLE001 - told to every caller, and answered as a fault
            for each in group:
                if not each.answer.done():
                    each.answer.set_exception(error)
            return
        for each, answer in zip(group, answers, strict=True):
            if isinstance(answer, Answered):
                answer.score["rank"] = 1
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


def reads_alone(document: Mapping[str, Any], columns: Mapping[str, ColumnSpec]) -> bool:
    """Say whether every value of a document means the same whatever stands in the documents beside it.

    A column is read as a whole: whether ``1,234`` is a large number, or digits are a time, is seen from the
    other values. What is typed leaves no such question.
    """
    if not (_is_date(document.get("created_at")) and _is_date(document.get("as_of"))):
        return False
    if not _events_read_alone(document.get("activities") or (), "occurred_at"):
        return False
    if not _events_read_alone(document.get("stages") or (), "entered_at"):
        return False
    attributes = document.get("attributes") or {}
    return all(
        _value_reads_alone(attributes.get(name, document.get(name)), spec.type)
        for name, spec in columns.items()
    )


def _events_read_alone(events: Sequence[Mapping[str, Any]], at: str) -> bool:
    """Look at the events' values key by key: they are many, and hardly ever differ in type."""
    return (
        {type(event.get("value")) for event in events} <= _NUMBERS
        and {type(event.get("topic")) for event in events} <= _TEXTS
        and {type(event.get("reason")) for event in events} <= _TEXTS
        and all(_are_dates([event.get(name) for event in events]) for name in (at, "recorded_at"))
    )


def _value_reads_alone(value: Any, kind: str) -> bool:
    if value is None:
        return True
    if kind == "number":
        return type(value) is float or (type(value) is int and -_EXACT <= value <= _EXACT)
    if kind == "boolean":
        return type(value) is bool
    return _is_date(value) if kind == "date" else type(value) is str


def _are_dates(values: Sequence[Any]) -> bool:
    return set(map(type, values)) <= _TEXTS and {value[4:5] for value in values if value is not None} <= {"-"}


def _is_date(value: Any) -> bool:
    """Say whether a value is missing or begins as 2026-04-01 does: no number can be meant."""
    return value is None or (type(value) is str and value[4:5] == "-")
