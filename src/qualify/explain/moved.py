"""Why a lead's chance moved between two moments: an exact split into what happened.

The score is looked at in a chain of states, from the lead as it was known at the first moment to the lead
as it is known at the second, one thing changing at a time: first time alone passes; then what the CRM has
heard of since is added, activities type by type, stages, attributes; then rules and model become the
later ones. Each part is the difference of two scores that follow each other, so the parts add up to the
whole change, in log-odds and in probability. Another order would share out differently what two changes
do only together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.special import expit

from qualify.errors import UserError
from qualify.explain.words import Phrasebook
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, Column, FloatArray, IntArray, LeadTables
from qualify.leads.variants import keep_events, stack

Cause = Literal["ageing", "activity", "stage", "attribute", "rules", "model"]

Score = Callable[[LeadTables, IntArray], FloatArray]
"""From leads and the moment of each (microseconds) to their calibrated log-odds."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that scores, and what made it."""

    score: Score
    model_version: str
    scorecard_version: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause did to the chance.

    Parameters
    ----------
    subject
        The activity type, stage or column; empty for causes of which there is one.
    log_odds, probability
        Differences: calibrated log-odds, and probability.
    text
        The cause in words.
    """

    cause: Cause
    subject: str
    log_odds: float
    probability: float
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead's chance at two moments, and the parts of the difference, in the order of the chain."""

    lead_id: str
    since: datetime
    until: datetime
    log_odds_before: float
    log_odds_after: float
    probability_before: float
    probability_after: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _State:
    """A link of the chain: the lead and the moment, and what has just changed."""

    lead: LeadTables
    at: int
    cause: Cause
    subject: str
    text: str


def split_change(
    lead: LeadTables,
    since: int,
    until: int,
    *,
    now: Judge,
    book: Phrasebook,
    earlier: LeadTables | None = None,
    between: Judge | None = None,
    then: Judge | None = None,
) -> Moved:
    """Split the change of one lead's chance.

    Parameters
    ----------
    lead
        The lead alone, with all that is known of it.
    since, until
        Microseconds; the first must be earlier, and the lead must have existed.
    now
        The model in use.
    earlier
        The same lead with its attributes of then; None: they are taken not to have changed.
    between
        The earlier model with the rules of now, where the rules alone can be exchanged.
    then
        The earlier model; None: the one in use.

    Raises
    ------
    UserError
        The moments are not in order, or the lead did not exist at the first.
    """
    _check(lead, since, until)
    chain = list(_chain(lead, earlier if earlier is not None else lead, since, until, book))
    first = then if then is not None else now
    moments = np.array([state.at for state in chain], dtype=np.int64)
    values: list[float] = first.score(stack([state.lead for state in chain]), moments).tolist()
    causes: list[tuple[Cause, str, str]] = [(s.cause, s.subject, s.text) for s in chain[1:]]
    for judge, cause, text in _exchanges(first, between, now, book):
        values.append(float(judge.score(chain[-1].lead, np.array([until], dtype=np.int64))[0]))
        causes.append((cause, "", text))
    chances = expit(np.array(values))
    parts = tuple(
        Part(cause, subject, after - before, float(chance_after - chance_before), text)
        for (cause, subject, text), (before, after), (chance_before, chance_after) in zip(
            causes, pairwise(values), pairwise(chances), strict=True
        )
    )
    return Moved(
        str(lead.lead_id[0]), _moment(since), _moment(until), values[0], values[-1],
        float(chances[0]), float(chances[-1]), parts,
    )  # fmt: skip


def _check(lead: LeadTables, since: int, until: int) -> None:
    if since >= until:
        raise UserError(
            "the first moment is not before the second", where="--since", got=_written(since),
            expected=f"a time before {_written(until)}",
        )  # fmt: skip
    created = int(lead.created_at[0])
    if created != NO_TIME and created > since:
        raise UserError(
            "the lead did not exist yet at the first moment", where="--since", got=_written(since),
            expected=f"a time from {_written(created)} on, when it was created",
        )  # fmt: skip


def _chain(
    lead: LeadTables, earlier: LeadTables, since: int, until: int, book: Phrasebook
) -> Iterator[_State]:
    """Yield the states from the lead as known at `since` to the lead as known at `until`."""
    acts, stages = lead.activities, lead.stages
    known, entered = acts.known_at <= since, stages.known_at <= since
    new, entered_since = (acts.known_at <= until) & ~known, (stages.known_at <= until) & ~entered
    start = replace(keep_events(lead, known, entered), columns=earlier.columns)
    yield _State(start, since, "ageing", "", "")
    passed = book.lasting((until - since) / MICROSECONDS_A_DAY)
    yield _State(start, until, "ageing", "", book.text("moved.ageing", lasting=passed))
    for code in dict.fromkeys(acts.type[new].tolist()):
        these = new & (acts.type == code)
        known = known | these
        text = book.text("moved.activity", label=book.activity(acts.types[code]), n=book.number(these.sum()))
        told = replace(keep_events(lead, known, entered), columns=earlier.columns)
        yield _State(told, until, "activity", acts.types[code], text)
    for place in np.flatnonzero(entered_since).tolist():
        entered = entered | (np.arange(len(stages)) == place)
        name = stages.stages[stages.stage[place]]
        told = replace(keep_events(lead, known, entered), columns=earlier.columns)
        yield _State(told, until, "stage", name, book.stage_entered(name))
    columns = dict(earlier.columns)
    for name in _changed(earlier, lead):
        old, columns[name] = columns[name], lead.columns[name]
        text = book.text(
            "moved.attribute", label=book.column(name), old=_said(old, book), new=_said(columns[name], book)
        )
        told = replace(keep_events(lead, known, entered), columns=dict(columns))
        yield _State(told, until, "attribute", name, text)


def _exchanges(
    first: Judge, between: Judge | None, now: Judge, book: Phrasebook
) -> Iterator[tuple[Judge, Cause, str]]:
    """Yield the judges that take over at the end of the chain, and why."""
    rules = first.scorecard_version != now.scorecard_version
    if between is not None and rules:
        text = book.text("moved.rules", old=book.clean(first.scorecard_version),
                         new=book.clean(now.scorecard_version))  # fmt: skip
        yield between, "rules", text
    if first is not now:
        key = "moved.model_and_rules" if between is None and rules else "moved.model"
        yield (
            now,
            "model",
            book.text(key, old=book.clean(first.model_version), new=book.clean(now.model_version)),
        )


def _changed(earlier: LeadTables, lead: LeadTables) -> list[str]:
    """Return the columns of which the value is another one."""
    return [
        name for name, column in lead.columns.items()
        if name in earlier.columns and _value(earlier.columns[name]) != _value(column)
    ]  # fmt: skip


def _value(column: Column) -> str | float | None:
    """Return the one value of a column; None where it is missing."""
    value = column.values[0]
    if column.kind in ("category", "text"):
        return column.vocabulary[value] if value >= 0 else None
    missing = value == NO_TIME if column.kind == "date" else np.isnan(value)
    return None if missing else float(value)


def _said(column: Column, book: Phrasebook) -> str:
    value = _value(column)
    if value is None:
        return book.text("missing.value")
    if isinstance(value, str):
        return book.clean(value)
    return book.day(int(value)) if column.kind == "date" else book.number(value)


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, UTC)


def _written(micros: int) -> str:
    return _moment(micros).isoformat(timespec="seconds")
