"""The queue of the sales desk: a page by keyset, the grid, the lists of filters."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import orjson
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from qualify.errors import UserError
from qualify.ledger.desk import BINS, Facets, GridCell, GridCounts, QueuePage, QueueQuery, QueueRow
from qualify.ledger.filters import bin_of, conditions, quartiles, readers_parts
from qualify.ledger.lead_records import SAME_SCORE
from qualify.ledger.tables import leads, scores
from qualify.ledger.values import clean

_WEEK = 7 * 86_400_000_000
_REASONS = 3
_ALL = 2**62
_NOT_A_FILTER = frozenset({"limit", "cursor", "now"})
_OF_LEAD = tuple(
    field.name for field in fields(QueueRow)
    if field.name not in ("rank", "reasons", "score_change", "last_answer")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The last row of a page, and for which query."""

    call_order: float
    lead_id: str
    rank: int
    query: str

    def text(self) -> str:
        parts = [self.call_order, self.lead_id, self.rank, self.query]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def queue_page(connection: Connection, query: QueueQuery) -> QueuePage:
    """Return a page of the open leads in the order of calls; see `Ledger.queue`."""
    every = conditions(connection, replace(query, visible_to=None))
    parts, after = readers_parts(query), _read_cursor(query)
    count = select(func.count()).select_from(leads)
    total = sum(connection.scalar(count.where(*every, part)) or 0 for part in parts)
    if total == 0:  # a search that finds nothing looks through all leads: not twice
        return QueuePage((), None, 0)
    asked = select(leads.c.lead_id, leads.c.call_order).where(*every, or_(*parts), *_beyond(after))
    asked = asked.order_by(leads.c.call_order.desc(), leads.c.lead_id).limit(query.limit + 1)
    found = connection.execute(asked).all()
    shown = found[: query.limit]
    begin = after.rank if after else 0
    rows = _rows(connection, [row.lead_id for row in shown], begin + 1)
    more = len(found) > query.limit
    last = shown[-1] if more else None
    cursor = last and _Cursor(last.call_order, last.lead_id, begin + len(shown), _mark(query)).text()
    return QueuePage(tuple(rows), cursor, total)


def grid_counts(connection: Connection, query: QueueQuery) -> GridCounts:
    """Count the leads of a result by fit and engagement; see `Ledger.grid`."""
    cuts = quartiles(connection, leads.c.fit), quartiles(connection, leads.c.engagement)
    cell = bin_of(leads.c.fit, cuts[0]) * BINS + bin_of(leads.c.engagement, cuts[1])
    if not cuts[0]:
        empty = (GridCell(*divmod(number, BINS), 0, None) for number in range(BINS * BINS))
        return GridCounts(tuple(empty), (), ())
    named = cell.label("cell")
    asked = select(named, func.count(), func.avg(leads.c.probability)).group_by(named)
    found = connection.execute(asked.where(*conditions(connection, query, bins=False)))
    told = {number: (count, mean) for number, count, mean in found}
    cells = (GridCell(*divmod(number, BINS), *told.get(number, (0, None))) for number in range(BINS * BINS))
    return GridCounts(tuple(cells), *cuts)


def facets(connection: Connection) -> Facets:
    """Count the open leads without an answer by what they can be filtered by; most frequent first."""
    owner, source = _count(connection, "owner"), _count(connection, "source")
    # One pass of one index for these three: few different rows come of it.
    three = _count(connection, "stage", "recommended_stage", "band")
    # No index tells which of these have an answer. Few open leads have one: they are taken off.
    done = _answered(connection)
    return Facets(
        owners=_left(owner, 0, done["owner"]), sources=_left(source, 0, done["source"]),
        stages=_left(three, 0, done["stage"]), bands=_left(three, 2, done["band"]),
        recommended_stages=_left(three, 1, done["recommended_stage"]),
        stored=connection.scalar(select(leads.c.lead_id).limit(1)) is not None,
    )  # fmt: skip


_Counts: TypeAlias = Mapping[tuple[str | None, ...], int]


def _count(connection: Connection, *names: str) -> _Counts:
    """Count the open leads by the values of some columns."""
    columns = [leads.c[name] for name in names]
    asked = select(*columns, func.count()).where(leads.c.open.is_(True)).group_by(*columns)
    return {tuple(row[:-1]): row[-1] for row in connection.execute(asked)}


def _answered(connection: Connection) -> Mapping[str, Counter[str | None]]:
    """Count the open leads with an answer, by each of the columns."""
    names = ("owner", "source", "stage", "recommended_stage", "band")
    # The verdict is asked for because no index has it: SQLite would read all of the queue's index otherwise,
    # and not only the leads that another one finds.
    asked = select(*(leads.c[name] for name in names), leads.c.verdict)
    found = connection.execute(asked.where(leads.c.open.is_(True), leads.c.answered.is_(True))).all()
    return {name: Counter(row[place] for row in found) for place, name in enumerate(names)}


def _left(counts: _Counts, place: int, done: Counter[str | None]) -> Mapping[str, int]:
    """Add up by one of the columns less what is done, most frequent first, then by name."""
    found: Counter[str] = Counter()
    for values, count in counts.items():
        value = values[place]
        if value is not None:
            found[value] += count
    # Not below 0: an answer may come between the two counts.
    left = {value: max(count - done[value], 0) for value, count in found.items()}
    return dict(sorted(left.items(), key=lambda item: (-item[1], item[0])))


def _rows(connection: Connection, ids: Sequence[str], rank: int) -> list[QueueRow]:
    """Return the rows of leads in the given order."""
    earlier = scores.alias("earlier")
    before = (
        select(earlier.c.score)
        .where(earlier.c.lead_id == leads.c.lead_id, earlier.c.as_of <= _less(leads.c.as_of, _WEEK))
        .order_by(earlier.c.as_of.desc(), earlier.c.id.desc())
        .limit(1)
        .correlate(leads)
        .scalar_subquery()
    )
    columns = [leads.c[name] for name in _OF_LEAD]
    asked = select(*columns, leads.c.verdict, scores.c.reasons, before.label("before")).join(
        scores, SAME_SCORE
    )
    by_id = {
        row["lead_id"]: row for row in connection.execute(asked.where(leads.c.lead_id.in_(ids))).mappings()
    }
    return [_row(by_id[lead_id], rank + place) for place, lead_id in enumerate(ids)]


def _less(column: Any, micros: int) -> Any:
    """Return a time some microseconds earlier (times are whole numbers)."""
    return column.op("-", return_type=column.type)(micros)


def _row(row: Mapping[Any, Any], rank: int) -> QueueRow:
    plain = {name: row[name] for name in _OF_LEAD}
    change = None if row["before"] is None else row["score"] - row["before"]
    told = tuple(orjson.loads(row["reasons"])[:_REASONS])
    return QueueRow(**plain, rank=rank, reasons=told, score_change=change, last_answer=row["verdict"])


def _beyond(after: _Cursor | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    lower = leads.c.call_order < after.call_order
    # The first part alone bounds the index; the second sorts out what is equal.
    return [and_(leads.c.call_order <= after.call_order, or_(lower, leads.c.lead_id > after.lead_id))]


def _mark(query: QueueQuery) -> str:
    """Return a short digest of the filters: a cursor is good for its own query only."""
    told = {
        field.name: getattr(query, field.name) for field in fields(query) if field.name not in _NOT_A_FILTER
    }
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:12]


def _read_cursor(query: QueueQuery) -> _Cursor | None:
    if query.cursor is None:
        return None
    refused = UserError("the cursor cannot be read, or is of another query", where="cursor", got=query.cursor,
                        mend="begin again without a cursor")  # fmt: skip
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        parts = orjson.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, ValueError):
        raise refused from None
    match parts:
        case [float() as call_order, str() as lead_id, int() as rank, str() as mark]:
            if mark == _mark(query) and 0 <= rank <= _ALL:
                return _Cursor(call_order, clean(lead_id), rank, mark)
    raise refused
