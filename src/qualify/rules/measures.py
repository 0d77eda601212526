"""From selectors to measures: patterns become masks over the vocabularies, the kernel fills the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, Activities, BoolArray, FloatArray, IntArray
from qualify.rules import kernel
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


def plan(measures: Sequence[Measure], activities: Activities) -> Plan:
    """Match every selector once against the vocabularies of `activities`."""
    types = [folded(name) for name in activities.types]
    meant = np.array([selected_types(m.of, types) for m in measures], dtype=bool).reshape(
        len(measures), len(types)
    )
    set_of, masks = _topic_sets([m.of for m in measures], [folded(name) for name in activities.topics])
    distinct_of = np.cumsum([m.distinct_topics for m in measures], dtype=np.int64) - 1
    arrays = (
        np.cumsum([0, *meant.sum(axis=0)], dtype=np.int64),
        np.nonzero(meant.T)[1],
        set_of,
        masks,
        _floats([m.of.value_from for m in measures], -np.inf),
        _floats([m.of.value_below for m in measures], np.inf),
        np.array(
            [
                _FOREVER if m.window_days is None else round(m.window_days * MICROSECONDS_A_DAY)
                for m in measures
            ]
        ),
        np.array([_FOREVER if m.most is None else m.most for m in measures], dtype=np.int64),
        _floats([m.ages.half_life_days if m.ages else None for m in measures], np.inf),
        _floats([m.ages.linear_days if m.ages else None for m in measures], np.inf),
        np.where([m.distinct_topics for m in measures], distinct_of, -1).astype(np.int64),
    )
    return Plan(activities, arrays, len(measures), sum(m.distinct_topics for m in measures))


def _topic_sets(selectors: list[Selector], topics: Sequence[str]) -> tuple[IntArray, BoolArray]:
    """Match each different set of topic patterns once; most selectors share the empty one."""
    keys = [(s.topics, s.not_topics) for s in selectors]
    different = dict(zip(keys, selectors, strict=True))
    order = list(different)
    masks = np.array([selected_topics(s, topics) for s in different.values()], dtype=bool)
    set_of = np.array([order.index(key) for key in keys], dtype=np.int64)
    return set_of, masks.reshape(len(order), len(topics) + 1)


def _floats(values: list[float | None], otherwise: float) -> FloatArray:
    return np.array([otherwise if v is None else v for v in values], dtype=np.float64)


def age_factors(ages: Ageing | None, age_days: FloatArray) -> FloatArray:
    """Return what is left of a point, elementwise, as the kernel does."""
    if ages is None:
        return np.ones_like(age_days)
    if ages.half_life_days is not None:
        return np.asarray(0.5 ** (age_days / ages.half_life_days))
    return np.maximum(0.0, 1.0 - age_days / float(ages.linear_days or np.inf))
