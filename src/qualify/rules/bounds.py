"""The most points that rules can give: one award, with repeats, and all together."""

from __future__ import annotations

import math
from collections.abc import Iterable

from qualify.rules.kinds import ActivityRule, AttributeRule, CountRule, Rule
from qualify.rules.scorecard import Scorecard

_EXACT_UP_TO = 10
"""Rules that replace others are tried in all combinations up to this many."""


def awards(rule: Rule) -> tuple[float, ...]:
    """Return the points that a rule can give at once: its rows, its steps, or its one award."""
    if isinstance(rule, AttributeRule):
        return tuple(row.points for row in rule.table)
    if isinstance(rule, CountRule):
        return tuple(step.points for step in rule.steps)
    return (rule.points,)


def most_points(rule: Rule) -> float:
    """Return the most that a rule can give, repeats and cap included; 0 for a rule that only takes."""
    best = max(0.0, *awards(rule))
    if isinstance(rule, ActivityRule) and best > 0:
        best *= math.inf if rule.most is None else rule.most
    return best if rule.cap is None else min(best, rule.cap)


def best_by_group(card: Scorecard, without: Iterable[str] = ()) -> dict[str, float]:
    """Return the most that each group can give when the rules `without` give nothing."""
    left_out = set(without)
    sums = {group.id: 0.0 for group in card.groups}
    for rule in card.rules:
        sums[rule.group] += 0.0 if rule.id in left_out else most_points(rule)
    return {g.id: sums[g.id] if g.cap is None else min(g.cap, sums[g.id]) for g in card.groups}


def best_total(card: Scorecard) -> float:
    """Return the most points that one lead can have, caps and `replaces` respected.

    A rule that replaces others either gives its points or lets theirs stand; all combinations are tried, or,
    where there are very many, the bound without `replaces` is returned.
    """
    replacing = [rule for rule in card.rules if rule.replaces and most_points(rule) > 0]
    if len(replacing) > _EXACT_UP_TO:
        return sum(best_by_group(card).values())
    best = 0.0
    for choice in range(2 ** len(replacing)):
        left_out: set[str] = set()
        for bit, rule in enumerate(replacing):
            left_out |= set(rule.replaces) if choice >> bit & 1 else {rule.id}
        best = max(best, sum(best_by_group(card, left_out).values()))
    return best
