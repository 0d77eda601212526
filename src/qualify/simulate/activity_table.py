"""The activities table: what each activity was about, and how long it took. Neither tells of intent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.simulate import names, tables
from qualify.simulate.activities import Activities
from qualify.simulate.arrays import DAY, FloatArray, IntArray
from qualify.simulate.lead_table import UTC, lead_ids, pick

__all__ = ["Content", "build_activities", "draw_content"]

_TYPES = [stream.name for stream in tables.STREAMS]
_OWN_FIELD = 0.7  # share of the topics that are about the lead's own field


@dataclass(frozen=True, eq=False)
class Content:
    """What activities were about.

    Attributes
    ----------
    topic : (rows,) int64
        Row of the list of all topics, whose last row is none.
    value : (rows,) float64
        Seconds, minutes or JPY, as the type has it; NaN where there is none.
    """

    topic: IntArray
    value: FloatArray


def _list_topics() -> tuple[list[str | None], IntArray, IntArray, IntArray]:
    """List all topics; by type: where its own begin, how many a field has, and whether it has fields."""
    topics: list[str | None] = []
    rows = []
    for name in _TYPES:
        by_field = names.TOPICS_BY_FIELD.get(name, ())
        own = names.TOPICS.get(name, ())
        rows.append((len(topics), max(1, len(own) + len(by_field)), int(bool(by_field))))
        topics += [pattern.format(field) for field in names.FIELDS for pattern in by_field]
        topics += own
    start, count, fielded = np.array(rows).T
    return topics, start, count, fielded


_TOPICS, _START, _COUNT, _FIELDED = _list_topics()
_HAS_TOPIC = np.isin(_TYPES, [*names.TOPICS, *names.TOPICS_BY_FIELD])
_IS_MAIL = np.isin(_TYPES, names.MAIL_TYPES)
_ALL_TOPICS = [*_TOPICS, *(name for _, name in names.MAIL_PLAN), None]
_MEDIAN, _SPREAD = np.array([names.VALUES.get(name, (np.nan, 0.0)) for name in _TYPES]).T


def draw_content(rng: np.random.Generator, activities: Activities, created: IntArray) -> Content:
    """Draw topics and values: they follow each lead's field of interest and the plan of mails."""
    rows = len(activities.lead)
    code = activities.code
    interest = rng.integers(0, len(names.FIELDS), len(created))
    other = rng.integers(0, len(names.FIELDS), rows)
    field = np.where(rng.random(rows) < _OWN_FIELD, interest[activities.lead], other)
    variant = (rng.random(rows) * _COUNT[code]).astype(np.int64)
    topic = _START[code] + _FIELDED[code] * field * _COUNT[code] + variant
    age = (activities.occurred - created[activities.lead]) / DAY
    mail = len(_TOPICS) - 1 + np.searchsorted([days for days, _ in names.MAIL_PLAN], age, side="right")
    topic = np.where(_IS_MAIL[code], mail, np.where(_HAS_TOPIC[code], topic, len(_ALL_TOPICS) - 1))
    value = np.rint(_MEDIAN[code] * np.exp(_SPREAD[code] * rng.standard_normal(rows)))
    return Content(topic=topic, value=value)


def build_activities(activities: Activities, content: Content) -> pa.Table:
    """Write down activities in the order given; a NaN value becomes a null."""
    return pa.table(
        {
            "lead_id": lead_ids(activities.lead),
            "type": pick(_TYPES, activities.code),
            "occurred_at": pa.array(activities.occurred).cast(UTC),
            "recorded_at": pa.array(activities.recorded).cast(UTC),
            "topic": pick(_ALL_TOPICS, content.topic),
            "value": pa.array(content.value, from_pandas=True),
        }
    )
