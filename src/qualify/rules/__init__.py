"""The rules that marketing and sales wrote: points, bands, triggers and stage entry."""

from qualify.rules.card import CardLine, card_lines
from qualify.rules.cause import Cause, Met, find_cause
from qualify.rules.default import default_scorecard
from qualify.rules.draft import draft_scorecard
from qualify.rules.evaluate import RuleResult, evaluate
from qualify.rules.kinds import Rule, rule_field
from qualify.rules.lint import Finding, lint
from qualify.rules.scorecard import Scorecard, columns_used

__all__ = [
    "CardLine",
    "Cause",
    "Finding",
    "Met",
    "Rule",
    "RuleResult",
    "Scorecard",
    "card_lines",
    "columns_used",
    "default_scorecard",
    "draft_scorecard",
    "evaluate",
    "find_cause",
    "lint",
    "rule_field",
]
