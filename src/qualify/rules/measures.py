"""From selectors to measures: patterns become masks over the vocabularies, the kernel fills the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from qualify.leads.tables import MICROSECONDS_A_DAY, Activities, BoolArray, FloatArray, IntArray
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


class Measuring(NamedTuple):
    """Measures laid out for the compiled loop; none of it depends on the activities.

    Attributes
    ----------
    topic_set, no_topic
        For each measure its set of topics; and for each set whether an activity without a topic is meant.
    low, high, window, most, half_life, linear
        The numbers of each measure; infinite, or the largest whole number, where one is not given.
    distinct_of
        The place of a measure among those that count different topics, -1 for the others.
    distinct
        How many measures count different topics.
    """

    topic_set: IntArray
    no_topic: BoolArray
    low: FloatArray
    high: FloatArray
    window: IntArray
    most: IntArray
    half_life: FloatArray
    linear: FloatArray
    distinct_of: IntArray
    distinct: int


class Meant(NamedTuple):
    """Which words of the activities the measures mean.

    Attributes
    ----------
    types
        Shape (activity types, measures).
    topics
        Shape (topics, sets of topics).
    """

    types: BoolArray
    topics: BoolArray


def selected_types(selector: Selector, types: Sequence[str]) -> BoolArray:
    """Say which activity types (folded) are meant, shape (types,)."""
    return glob_matches(selector.types, types) & ~glob_matches(selector.not_types, types)


def selected_topics(selector: Selector, topics: Sequence[str]) -> BoolArray:
    """Say which topics (folded) are meant, shape (topics + 1,); position 0 stands for "no topic"."""
    wanted = glob_matches(selector.topics, topics) if selector.topics else np.ones(len(topics), dtype=bool)
    wanted &= ~glob_matches(selector.not_topics, topics)
    return np.concatenate([[not selector.topics], wanted])


class Planner:
    """Measures made ready once; vocabularies of activities are matched word by word and remembered.

    Parameters
    ----------
    measures
        What is measured, in their order.
    """

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._measures = tuple(measures)
        different = {(m.of.topics, m.of.not_topics): m.of for m in measures}
        order = list(different)
        topic_set = np.array([order.index((m.of.topics, m.of.not_topics)) for m in measures], np.int64)
        self._topic_sets = tuple(different.values())
        self._types = Remembered(self._types_meant)
        self._topics = Remembered(self._topics_of_sets)
        no_topic = np.array([not selector.topics for selector in self._topic_sets], dtype=bool)
        self.measuring = _measuring(self._measures, topic_set, no_topic)

    def meant(self, activities: Activities) -> Meant:
        """Match every selector against the vocabularies of `activities`."""
        types = self._types.columns(activities.types, len(self._measures))
        topics = self._topics.columns(activities.topics, len(self._topic_sets))
        return Meant(np.ascontiguousarray(types.T), np.ascontiguousarray(topics.T))

    def _types_meant(self, names: Sequence[str]) -> BoolArray:
        types = [folded(name) for name in names]
        return np.array([selected_types(m.of, types) for m in self._measures], dtype=bool)

    def _topics_of_sets(self, names: Sequence[str]) -> BoolArray:
        topics = [folded(name) for name in names]
        return np.array([selected_topics(s, topics)[1:] for s in self._topic_sets], dtype=bool)


def _measuring(measures: Sequence[Measure], topic_set: IntArray, no_topic: BoolArray) -> Measuring:
    days = [m.window_days for m in measures]
    distinct_of = np.cumsum([m.distinct_topics for m in measures], dtype=np.int64) - 1
    return Measuring(
        topic_set=topic_set, no_topic=no_topic,
        low=_floats([m.of.value_from for m in measures], -np.inf),
        high=_floats([m.of.value_below for m in measures], np.inf),
        window=np.array([_FOREVER if d is None else round(d * MICROSECONDS_A_DAY) for d in days], np.int64),
        most=np.array([_FOREVER if m.most is None else m.most for m in measures], dtype=np.int64),
        half_life=_floats([m.ages.half_life_days if m.ages else None for m in measures], np.inf),
        linear=_floats([m.ages.linear_days if m.ages else None for m in measures], np.inf),
        distinct_of=np.where([m.distinct_topics for m in measures], distinct_of, -1).astype(np.int64),
        distinct=sum(m.distinct_topics for m in measures),
    )  # fmt: skip


def _floats(values: list[float | None], otherwise: float) -> FloatArray:
    return np.array([otherwise if v is None else v for v in values], dtype=np.float64)
