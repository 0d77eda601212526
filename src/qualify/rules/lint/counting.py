"""Points that can't be reached, count twice, are cut by a cap, or are none."""

from __future__ import annotations

from itertools import combinations

from qualify.rules.bounds import awards, best_by_group, best_total
from qualify.rules.kinds import AttributeRule, Rule, SilenceRule
from qualify.rules.lint.finding import Finding
from qualify.rules.schema import Selector
from qualify.rules.scorecard import Scorecard
from qualify.rules.vocabulary import folded, glob_matches


def unreachable_thresholds(card: Scorecard) -> list[Finding]:
    """K001: a band or a criterion above the most points that can be had."""
    total, by_group = best_total(card), best_by_group(card)
    cuts = [(f"band:{band.id}", band.from_, total, "points") for band in card.bands]
    for place, criterion in card.criteria().items():
        stage = f"stage:{place.split('.')[0]}"
        for leaf in criterion.leaves():
            cuts.append((stage, leaf.points_at_least, total, "points"))
            if leaf.group_points:
                group = leaf.group_points.group
                cuts.append((stage, leaf.group_points.at_least, by_group[group], f"points in `{group}`"))
    return [
        Finding("K001", place, f"asks for {cut:g} {what}, but no lead can have more than {best:g}")
        for place, cut, best, what in cuts
        if cut is not None and cut > best
    ]


def double_counting(card: Scorecard) -> list[Finding]:
    """K007: two rules of different groups reward, or punish, the same thing; neither replaces the other."""
    return [
        Finding(
            "K007", b.id, f"counts what `{a.id}` counts in another group; let one of them replace the other"
        )
        for a, b in combinations(card.rules, 2)
        if a.group != b.group and a.id not in b.replaces and b.id not in a.replaces
        if _same_sign(a, b) and _same_thing(a, b)
    ]


def low_caps(card: Scorecard) -> list[Finding]:
    """K008: a cap, of a rule or of its group, below a single award."""
    found = []
    group_caps = {group.id: group.cap for group in card.groups}
    for rule in card.rules:
        single = max(abs(points) for points in awards(rule))
        for what, cap in (("the cap", rule.cap), (f"the cap of `{rule.group}`", group_caps[rule.group])):
            if cap is not None and cap < single:
                found.append(
                    Finding("K008", rule.id, f"{what}, {cap:g}, is below a single award of {single:g}")
                )
    return found


def no_points(card: Scorecard) -> list[Finding]:
    """K012: a rule all of whose awards are zero."""
    return [Finding("K012", r.id, "gives no points at all") for r in card.rules if not any(awards(r))]


def _same_sign(a: Rule, b: Rule) -> bool:
    return any(x * y > 0 for x in awards(a) for y in awards(b))


def _same_thing(a: Rule, b: Rule) -> bool:
    if isinstance(a, AttributeRule) or isinstance(b, AttributeRule):
        return isinstance(a, AttributeRule) and isinstance(b, AttributeRule) and a.column == b.column
    return _overlap(_counted(a), _counted(b))


def _counted(rule: Rule) -> Selector:
    if isinstance(rule, AttributeRule):
        raise TypeError(f"`{rule.id}` counts no activities")
    return rule.after if isinstance(rule, SilenceRule) else rule.of


def _overlap(a: Selector, b: Selector) -> bool:
    types = (
        _meet(a.types, b.types)
        and not _all_within(a.types, b.not_types)
        and not _all_within(b.types, a.not_types)
    )
    topics = not a.topics or not b.topics or _meet(a.topics, b.topics)
    values = max(_low(a), _low(b)) < min(_high(a), _high(b))
    return types and topics and values


def _meet(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Say whether two lists of patterns share a word: either one, read as a word, matches the other."""
    return bool(
        glob_matches(a, [folded(p) for p in b]).any() or glob_matches(b, [folded(p) for p in a]).any()
    )


def _all_within(words: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    return bool(glob_matches(patterns, [folded(word) for word in words]).all())


def _low(selector: Selector) -> float:
    return float("-inf") if selector.value_from is None else selector.value_from


def _high(selector: Selector) -> float:
    return float("inf") if selector.value_below is None else selector.value_below
