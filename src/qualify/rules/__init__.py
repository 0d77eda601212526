"""The rules that marketing and sales wrote: points, bands, triggers and stage entry."""

from qualify.rules.default import default_scorecard
from qualify.rules.evaluate import RuleResult, evaluate
from qualify.rules.schema import Rule, rule_field
from qualify.rules.scorecard import Scorecard, columns_used

__all__ = ["Rule", "RuleResult", "Scorecard", "columns_used", "default_scorecard", "evaluate", "rule_field"]
