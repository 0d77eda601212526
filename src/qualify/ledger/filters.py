"""From a query of the desk to conditions in SQL."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, ColumnElement, Connection, case, func, or_, select, true

from qualify.ledger.desk import BINS, QueueQuery
from qualify.ledger.tables import leads
from qualify.ledger.values import clean, folded

Cuts = tuple[float, ...]


def conditions(connection: Connection, query: QueueQuery, *, bins: bool = True) -> list[ColumnElement[bool]]:
    """Return what the leads of a result fulfil; `bins` False leaves the cell of the grid out."""
    found: list[ColumnElement[bool]] = [leads.c.open.is_(True)]
    if query.answered is not None:
        found.append(leads.c.answered.is_(query.answered))
    for name, values in (("band", query.bands), ("stage", query.stages),
                         ("recommended_stage", query.recommended_stages)):  # fmt: skip
        if values:
            found.append(leads.c[name].in_([clean(value) for value in values]))
    for name, value in (("source", query.source), ("disagreement", query.disagreement)):
        if value is not None:
            found.append(leads.c[name] == clean(value))
    found += [*_owner(query), *_waiting(query), *_words(connection, query.q)]
    return found + (_cell(connection, query) if bins else [])


def quartiles(connection: Connection, column: Column[float]) -> Cuts:
    """Return the values at a quarter, a half and three quarters of the stored leads.

    A cut at the lowest value stands just above it: leads that share it, such as all those that did nothing,
    have none below them, and belong into the lowest bin however many they are.
    """
    count = connection.scalar(select(func.count()).select_from(leads)) or 0
    if not count:
        return ()
    ordered = select(column).order_by(column).limit(1)
    found = [connection.scalar(ordered.offset(count * step // BINS)) for step in range(BINS)]
    lowest, *cuts = (float(value) for value in found if value is not None)
    above_lowest = math.nextafter(lowest, math.inf)
    return tuple(max(cut, above_lowest) for cut in cuts)


def bin_of(column: Column[float], cuts: Cuts) -> ColumnElement[int]:
    """Return the bin of a value: how many cuts are at or below it."""
    steps = [(column < cut, step) for step, cut in enumerate(cuts)]
    return case(*steps, else_=len(cuts))


def _owner(query: QueueQuery) -> list[ColumnElement[bool]]:
    owner = leads.c.owner
    found: list[ColumnElement[bool]] = []
    if query.owner is not None:
        found.append(owner.is_(None) if query.owner == "" else owner == clean(query.owner))
    if query.visible_to is not None:
        found.append(or_(*readers_parts(query)))
    return found


def readers_parts(query: QueueQuery) -> Sequence[ColumnElement[bool]]:
    """Return the parts, none of which overlap, of what the reader may see: an index counts each of them."""
    if query.visible_to is None:
        return (true(),)
    return leads.c.owner.is_(None), leads.c.owner == clean(query.visible_to)


def _waiting(query: QueueQuery) -> list[ColumnElement[bool]]:
    if query.waiting is None:
        return []
    limit = (query.now or datetime.now(UTC)) - timedelta(hours=query.limit_hours)
    since = leads.c.waiting_since
    return [since < limit if query.waiting == "over_limit" else since >= limit]


def _words(connection: Connection, q: str | None) -> list[ColumnElement[bool]]:
    # Not LIKE: folded text is compared as it is, and a % is a %.
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return [place(leads.c.search, word) > 0 for word in folded(clean(q or "")).split()]


def _cell(connection: Connection, query: QueueQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, wanted in ((leads.c.fit, query.fit_bin), (leads.c.engagement, query.engagement_bin)):
        if wanted is not None:
            found += _within(column, quartiles(connection, column), wanted)
    return found


def _within(column: Column[float], cuts: Sequence[float], wanted: int) -> list[ColumnElement[bool]]:
    """Return the conditions of one bin, as bounds that an index can serve."""
    low = [column >= cuts[wanted - 1]] if wanted > 0 and cuts else []
    high = [column < cuts[wanted]] if wanted < len(cuts) else []
    return [*low, *high]
