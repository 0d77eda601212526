"""Columns declared to rise or to fall with the chance, and what of the features has to follow.

Points of a rule about such a column, and every sum that holds them, move with it in ways of their own. A
model that keeps to a declaration can therefore not have them as features; the column itself it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qualify.config import ColumnSpec
from qualify.rules import Scorecard, rule_field

__all__ = ["Ordered", "ordered_of"]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is declared of the features.

    Parameters
    ----------
    signs
        By name of a feature: 1 where the chance may not fall as it grows, -1 where it may not rise.
    left_out
        Names of features that are none for the model.
    """

    signs: Mapping[str, int] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    def of(self, names: Iterable[str]) -> list[int] | None:
        """Return the sign of each named feature, 0 where nothing is declared; None where all are 0.

        Examples
        --------
        >>> Ordered({"column:size": 1}).of(["age:days", "column:size"])
        [0, 1]
        """
        found = [self.signs.get(name, 0) for name in names]
        return found if any(found) else None


def ordered_of(specs: Mapping[str, ColumnSpec], scorecard: Scorecard) -> Ordered:
    """Return what the configured columns declare, given the rules that could tell of them."""
    declared = {name: spec.monotone for name, spec in specs.items() if spec.monotone is not None}
    signs = {f"column:{name}": 1 if way == "rising" else -1 for name, way in declared.items()}
    moving = {rule.id for rule in scorecard.rules if rule_field(rule) in signs}
    if not moving:
        return Ordered(signs)
    for _ in scorecard.rules:  # what a moving rule replaces moves too, and so on
        moving |= {other for rule in scorecard.rules if rule.id in moving for other in rule.replaces}
    groups = {rule.group for rule in scorecard.rules if rule.id in moving}
    names = {*(f"rule:{rule}" for rule in moving), *(f"points:{group}" for group in groups), "points:total"}
    return Ordered(signs, frozenset(names))
