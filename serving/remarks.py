"""What a user should hear about an order that can be carried out, but may not be what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from qualify.config import Source
from qualify.leads.joined import STRANGERS
from qualify.leads.tables import MICROSECONDS_A_DAY
from qualify.moments import AsOf
from qualify.scorer import Scorer
from serving.batch import Sources
from serving.batch.summary import Summary

__all__ = [
    "lines_of_future",
    "lines_of_not_given",
    "lines_of_unjoined",
    "tables_not_given",
    "tables_unjoined",
]

_A_DAY = timedelta(days=1)

_LOOKS_LIKE = {"activities": "every lead looks as if it had done nothing",
               "stages": "every lead looks as if it had no stage yet"}  # fmt: skip

_OF_ACTIVITIES = ("activity", "silence", "topics")


def tables_not_given(scorer: Scorer, sources: Sources) -> tuple[str, ...]:
    """Return which tables of events the model knows, and the job lacks.

    A lead that has just come in has none, so that this is no error; of leads of last month it would give a
    wrong list that nobody notices.
    """
    given = _given(sources)
    return tuple(table for table in _tables_known(scorer) if given[table] is None)


def tables_unjoined(scorer: Scorer, sources: Sources, done: Summary) -> tuple[str, ...]:
    """Return which tables of events the model knows, and the job got without a row of one of its leads."""
    given = _given(sources)
    known = (table for table in _tables_known(scorer) if given[table] is not None)
    return tuple(table for table in known if done.events.get(table) == 0)


def _tables_known(scorer: Scorer) -> Iterator[str]:
    """Yield the tables of events that the model learned from."""
    if _learned_from_activities(scorer):
        yield "activities"
    if scorer.parts.plan.stages:
        yield "stages"


def _given(sources: Sources) -> dict[str, Source | None]:
    return {"activities": sources.activities, "stages": sources.stages}


def _learned_from_activities(scorer: Scorer) -> bool:
    """Return whether training saw activities: where the label has no time, all may come too late."""
    parts = scorer.parts
    if not parts.schema.flat or parts.evidence is None:
        return bool(parts.plan.activity_types)
    seen = parts.evidence.fields
    return any(field.kind in _OF_ACTIVITIES and field.name in seen for field in parts.plan.fields)


def lines_of_not_given(scorer: Scorer, sources: Sources) -> Iterator[str]:
    """Yield a line for people about each of them."""
    for table in tables_not_given(scorer, sources):
        yield (
            f"no table of {table} was given, and the model learned from one: {_LOOKS_LIKE[table]}; "
            f"add --{table} FILE unless that is so"
        )


def lines_of_unjoined(scorer: Scorer, sources: Sources, done: Summary) -> Iterator[str]:
    """Yield a line for people about each table of which no row belongs to a lead."""
    counts = done.counts()
    for table in tables_unjoined(scorer, sources, done):
        strangers = counts.get(STRANGERS[table], 0)
        found = f"none of its {strangers:,} rows belongs to a lead" if strangers else "no row can be used"
        mend = "compare the ids of both tables" if strangers else "see whether the export is whole"
        yield f"the table of {table} tells nothing: {found}; {_LOOKS_LIKE[table]}; {mend}"


def lines_of_future(as_of: AsOf, now: datetime | None = None) -> Iterator[str]:
    """Yield a line where the time of scoring lies more than a day ahead: a slip, most often."""
    now = now or datetime.now(UTC)
    if as_of.time is not None and as_of.time > _micros(now + _A_DAY):
        days = (as_of.time - _micros(now)) // MICROSECONDS_A_DAY
        yield f"--as-of lies {days:,} days ahead: leads look as if nothing more had happened to them by then"


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
