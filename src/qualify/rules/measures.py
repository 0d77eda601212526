"""From selectors to measures: patterns become masks over the vocabularies, the kernel fills the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, Activities, BoolArray, FloatArray, IntArray
from qualify.rules import kernel
from qualify.rules.remembered import Remembered
from qualify.rules.schema import Ageing, Selector
from qualify.rules.vocabulary import folded, glob_matches

_FOREVER = int(np.iinfo(np.int64).max)


class Measure(NamedTuple):
    """What is to be measured over a lead's activities."""

    of: Selector
    window_days: float | None = None
    most: int | None = None
    ages: Ageing | None = None
    distinct_topics: bool = False


@dataclass(slots=True)
class Measures:
    """The measures that a scorecard needs, each once."""

    items: dict[Measure, int] = field(default_factory=dict)

    def want(self, measure: Measure) -> int:
        """Return the position of `measure`, adding it when it is new."""
        return self.items.setdefault(measure, len(self.items))


@dataclass(frozen=True, slots=True)
class Measured:
    """The kernel's answers, each of shape (rows, measures)."""

    count: IntArray
    weight: FloatArray
    newest: IntArray
    distinct: IntArray


def selected_types(selector: Selector, types: Sequence[str]) -> BoolArray:
    """Say which activity types (folded) are meant, shape (types,)."""
    return glob_matches(selector.types, types) & ~glob_matches(selector.not_types, types)


def selected_topics(selector: Selector, topics: Sequence[str]) -> BoolArray:
    """Say which topics (folded) are meant, shape (topics + 1,); position 0 stands for "no topic"."""
    wanted = glob_matches(selector.topics, topics) if selector.topics else np.ones(len(topics), dtype=bool)
    wanted &= ~glob_matches(selector.not_topics, topics)
    return np.concatenate([[not selector.topics], wanted])


@dataclass(frozen=True, slots=True)
class Plan:
    """Measures made ready for one set of activities."""

    activities: Activities
    arrays: tuple[NDArray[np.generic], ...]
    measures: int
    distinct: int

    def __call__(self, rows: IntArray, as_of: IntArray) -> Measured:
        """Measure each row (a lead's position and a time)."""
        shape = (len(rows), self.measures)
        out = Measured(
            np.zeros(shape, dtype=np.int64),
            np.zeros(shape),
            np.full(shape, NO_TIME),
            np.zeros(shape, dtype=np.int64),
        )
        acts = self.activities
        seen = np.full((self.distinct, len(acts.topics)), -1, dtype=np.int64)
        columns = (acts.offsets, acts.type, acts.topic, acts.value, acts.occurred_at, acts.known_at)
        if len(acts):
            run: Any = kernel.run
            run(*columns, rows, as_of, *self.arrays, seen, out.count, out.weight, out.newest, out.distinct)
        return out


class Planner:
    """Measures made ready once; vocabularies of activities are matched word by word and remembered.

    Parameters
    ----------
    measures
        What is measured, in the order of the columns of :class:`Measured`.
    """

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._measures = tuple(measures)
        different = {(m.of.topics, m.of.not_topics): m.of for m in measures}
        order = list(different)
        self._set_of = np.array([order.index((m.of.topics, m.of.not_topics)) for m in measures], np.int64)
        self._topic_sets = tuple(different.values())
        self._meant = Remembered(self._types_meant)
        self._topics_meant = Remembered(self._topics_of_sets)
        no_topic = [not selector.topics for selector in self._topic_sets]
        self._no_topic = np.array(no_topic, dtype=bool).reshape(-1, 1)
        self._fixed = _fixed_arrays(self._measures)
        self._distinct = sum(m.distinct_topics for m in measures)

    def plan(self, activities: Activities) -> Plan:
        """Match every selector against the vocabularies of `activities`."""
        meant = self._meant.columns(activities.types, len(self._measures))
        topics = self._topics_meant.columns(activities.topics, len(self._topic_sets))
        arrays = (
            np.cumsum([0, *meant.sum(axis=0)], dtype=np.int64),
            np.nonzero(meant.T)[1],
            self._set_of,
            np.concatenate([self._no_topic, topics], axis=1),
            *self._fixed,
        )
        return Plan(activities, arrays, len(self._measures), self._distinct)

    def _types_meant(self, names: Sequence[str]) -> BoolArray:
        types = [folded(name) for name in names]
        return np.array([selected_types(m.of, types) for m in self._measures], dtype=bool)

    def _topics_of_sets(self, names: Sequence[str]) -> BoolArray:
        topics = [folded(name) for name in names]
        return np.array([selected_topics(s, topics)[1:] for s in self._topic_sets], dtype=bool)


def plan(measures: Sequence[Measure], activities: Activities) -> Plan:
    """Match every selector once against the vocabularies of `activities`."""
    return Planner(measures).plan(activities)


def _fixed_arrays(measures: Sequence[Measure]) -> tuple[NDArray[np.generic], ...]:
    """Return the kernel's inputs that do not depend on the activities."""
    windows = [m.window_days for m in measures]
    distinct_of = np.cumsum([m.distinct_topics for m in measures], dtype=np.int64) - 1
    return (
        _floats([m.of.value_from for m in measures], -np.inf),
        _floats([m.of.value_below for m in measures], np.inf),
        np.array([_FOREVER if w is None else round(w * MICROSECONDS_A_DAY) for w in windows], np.int64),
        np.array([_FOREVER if m.most is None else m.most for m in measures], dtype=np.int64),
        _floats([m.ages.half_life_days if m.ages else None for m in measures], np.inf),
        _floats([m.ages.linear_days if m.ages else None for m in measures], np.inf),
        np.where([m.distinct_topics for m in measures], distinct_of, -1).astype(np.int64),
    )


def _floats(values: list[float | None], otherwise: float) -> FloatArray:
    return np.array([otherwise if v is None else v for v in values], dtype=np.float64)


def age_factors(ages: Ageing | None, age_days: FloatArray) -> FloatArray:
    """Return what is left of a point, elementwise, as the kernel does."""
    if ages is None:
        return np.ones_like(age_days)
    if ages.half_life_days is not None:
        return np.asarray(0.5 ** (age_days / ages.half_life_days))
    return np.maximum(0.0, 1.0 - age_days / float(ages.linear_days or np.inf))
