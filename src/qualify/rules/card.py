"""The rule card of one lead, line by line; the points of its lines add up to the total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.config import Label
from qualify.rules.card_words import found_words
from qualify.rules.evaluate import RuleResult
from qualify.rules.kinds import Rule
from qualify.rules.scorecard import Scorecard


@dataclass(frozen=True, slots=True)
class CardLine:
    """One rule, or one group whose cap was reached.

    Parameters
    ----------
    rule_id
        The rule; ``cap:GROUP`` for a line that takes off what is above a group's cap.
    group, group_label, label
        Where the rule belongs and what it is called.
    found
        What was found about this lead, in words.
    before, points
        Points before ageing, caps and `replaces`, and what was left of them.
    unknown
        The rule could not be read: its column or activity type is missing, or the value could not be read.
    replaced_by
        The rule that counts instead of this one.
    """

    rule_id: str
    group: str
    group_label: Label
    label: Label
    found: Label
    before: float
    points: float
    unknown: bool = False
    replaced_by: str | None = None


def card_lines(
    scorecard: Scorecard, result: RuleResult, row: int, every: bool = False, timezone: str = "UTC"
) -> list[CardLine]:
    """Write down how one row of a result got its points.

    Parameters
    ----------
    scorecard
        The one that made `result`.
    result
        From `evaluate`.
    row
        Position in `result`.
    every
        Also the rules that found nothing, and those that could not be read.
    timezone
        Whose days dates are.

    Returns
    -------
    list of CardLine
        In the order of the file, each group followed by its cap where it was reached.
    """
    lines: list[CardLine] = []
    for group in scorecard.groups:
        of_group = [(i, rule) for i, rule in enumerate(scorecard.rules) if rule.group == group.id]
        own = [_line(scorecard, result, row, i, group.label, timezone) for i, _ in of_group]
        lines += [line for line in own if every or line.before or line.points]
        over = float(result.group_points[group.id][row]) - sum(line.points for line in own)
        if abs(over) > 1e-9:
            found = Label(en=f"no more than {group.cap:g} in all", ja=f"合計{group.cap:g}点まで")
            lines.append(CardLine(f"cap:{group.id}", group.id, group.label, group.label, found, over, over))
    return lines


def _line(
    card: Scorecard, result: RuleResult, row: int, position: int, group_label: Label, timezone: str
) -> CardLine:
    rule = card.rules[position]
    unknown = bool(result.unknown[row, position])
    lead, as_of = int(result.rows[row]), int(result.as_of[row])
    before, points = float(result.whole[row, position]), float(result.points[row, position])
    return CardLine(
        rule_id=rule.id,
        group=rule.group,
        group_label=group_label,
        label=rule.label,
        found=found_words(rule, result.tables, lead, as_of, unknown, timezone),
        before=before,
        points=points,
        unknown=unknown,
        replaced_by=_replacing(card, result, row, rule) if before and not points else None,
    )


def _replacing(card: Scorecard, result: RuleResult, row: int, rule: Rule) -> str | None:
    fired = np.flatnonzero(result.points[row])
    return next((card.rules[i].id for i in fired if rule.id in card.rules[i].replaces), None)
