"""Entry criteria in postfix order: every test after the tests it puts together."""

from __future__ import annotations

from collections.abc import Callable

from qualify.rules import kernel
from qualify.rules.criteria import Criterion
from qualify.rules.measures import Measure, Measures
from qualify.rules.schema import Condition
from qualify.rules.scorecard import Scorecard

__all__ = ["Postfix"]


class Postfix:
    """Collects the criteria of a scorecard.

    Parameters
    ----------
    card
        Whose rules, groups and triggers the criteria name.
    measures
        Gets the measures that they need.
    table
        Returns the position of an attribute table, from its conditions and its column.
    """

    def __init__(
        self, card: Scorecard, measures: Measures, table: Callable[[tuple[Condition, ...], str], int]
    ) -> None:
        self.tests: list[tuple[int, int, float]] = []
        self._measures, self._table = measures, table
        self._rules = {name: i for i, name in enumerate(card.rule_ids)}
        self._groups = {group.id: i for i, group in enumerate(card.groups)}
        self._triggers = {trigger.id: i for i, trigger in enumerate(card.triggers)}

    def add(self, criterion: Criterion | None) -> tuple[int, int]:
        """Append a criterion; return where its tests begin and end (the same place: there is none)."""
        first = len(self.tests)
        if criterion is not None:
            self._append(criterion)
        return first, len(self.tests)

    def _append(self, criterion: Criterion) -> None:
        for kind, parts in ((kernel.ALL, criterion.all_of), (kernel.ANY, criterion.any_of)):
            if parts is not None:
                for part in parts:
                    self._append(part)
                self._push(kind, len(parts))
                return
        if criterion.none_of is not None:
            self._append(criterion.none_of)
            self._push(kernel.NOT)
        else:
            self._push(*self._leaf(criterion))

    def _push(self, test: int, arg: int = 0, least: float = 0.0) -> None:
        self.tests.append((test, arg, least))

    def _leaf(self, criterion: Criterion) -> tuple[int, int, float]:
        if criterion.activity is not None:
            asked = criterion.activity
            measure = Measure(asked.of, asked.window_days, distinct_topics=asked.distinct_topics)
            test = kernel.DISTINCT_TEST if asked.distinct_topics else kernel.COUNT_TEST
            return test, self._measures.want(measure), asked.at_least
        if criterion.attribute is not None:
            return kernel.ATTRIBUTE_TEST, self._table((criterion.attribute,), criterion.attribute.column), 0.0
        if criterion.points_at_least is not None:
            return kernel.AT_LEAST, 0, criterion.points_at_least
        if criterion.points_below is not None:
            return kernel.BELOW, 0, criterion.points_below
        if criterion.group_points is not None:
            group = criterion.group_points
            return kernel.GROUP_AT_LEAST, self._groups[group.group], group.at_least
        if criterion.rule is not None:
            return kernel.FIRED, self._rules[criterion.rule], 0.0
        if criterion.trigger is not None:
            return kernel.TRIGGERED, self._triggers[criterion.trigger], 0.0
        return kernel.ALWAYS, 0, 0.0
