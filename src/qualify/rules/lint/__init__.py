"""What is wrong with a scorecard although it can be read: findings with stable codes.

====  ==========================================================================================
K001  a threshold above the most points that can be had
K002  the column of a rule, or of a stage's criterion, is not in the data
K003  an activity type that is not in the data
K004  a value that no lead has
K005  a topic pattern that matches no topic
K006  a row of a table that can't be reached, since rows above it take everything
K007  the same thing earns points in two groups
K008  a cap below a single award
K009  overlapping ranges
K010  a label without a translation
K011  a stage whose entry criteria no lead meets
K012  a rule that gives no points at all
K013  a stage in the data that the scorecard does not know
====  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable

from qualify.leads.tables import LeadTables
from qualify.rules.lint import counting, coverage, stages, tables_of_rules, words
from qualify.rules.lint.finding import Finding
from qualify.rules.scorecard import Scorecard

__all__ = ["Finding", "lint"]

_ALWAYS: tuple[Callable[[Scorecard], list[Finding]], ...] = (
    counting.unreachable_thresholds,
    tables_of_rules.shadowed_rows,
    counting.double_counting,
    counting.low_caps,
    tables_of_rules.overlapping_ranges,
    words.untranslated,
    stages.impossible_entries,
    counting.no_points,
)
_WITH_DATA: tuple[Callable[[Scorecard, LeadTables], list[Finding]], ...] = (
    coverage.absent_columns,
    coverage.absent_types,
    coverage.absent_values,
    coverage.unmatched_topics,
    stages.unmet_entries,
    stages.unknown_stages,
)


def lint(scorecard: Scorecard, tables: LeadTables | None = None) -> list[Finding]:
    """Look for rules that can't do what they say.

    Parameters
    ----------
    scorecard
        What is looked at.
    tables
        The company's leads; without them only what the file itself says is looked at.

    Returns
    -------
    list of Finding
        By code, then in the order of the file. Empty: nothing was found.
    """
    found = [finding for check in _ALWAYS for finding in check(scorecard)]
    if tables is not None:
        found += [finding for check in _WITH_DATA for finding in check(scorecard, tables)]
    return sorted(found, key=lambda finding: finding.code)
