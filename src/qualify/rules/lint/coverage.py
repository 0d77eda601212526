"""Rules against the data: columns, activity types, values and topics that do not occur."""

from __future__ import annotations

import numpy as np

from qualify.errors import did_you_mean
from qualify.leads.tables import LeadTables
from qualify.rules.attributes import picker
from qualify.rules.kinds import AttributeRule
from qualify.rules.lint.finding import Finding
from qualify.rules.measures import selected_topics, selected_types
from qualify.rules.program import needed_selectors
from qualify.rules.schema import Selector, TableRow
from qualify.rules.scorecard import Scorecard
from qualify.rules.vocabulary import folded, glob_matches


def absent_columns(card: Scorecard, tables: LeadTables) -> list[Finding]:
    """K002: a column that the leads table does not have."""
    used = [(rule.id, rule.column) for rule in card.rules if isinstance(rule, AttributeRule)]
    for place, criterion in card.criteria().items():
        tests = [leaf.attribute for leaf in criterion.leaves() if leaf.attribute]
        used += [(f"stage:{place.split('.')[0]}", test.column) for test in tests]
    return [
        Finding(
            "K002", place, f"there is no column {column!r}. {did_you_mean(column, tables.columns)}".strip()
        )
        for place, column in used
        if column not in tables.columns
    ]


def absent_types(card: Scorecard, tables: LeadTables) -> list[Finding]:
    """K003: a selector none of whose activity types occurs."""
    types = [folded(name) for name in tables.activities.types]
    return [
        Finding("K003", place, _none_of("activity type", selector.types, tables.activities.types))
        for place, selector in _selectors(card)
        if not selected_types(selector, types).any()
    ]


def counts_activities(card: Scorecard, tables: LeadTables) -> bool:
    """Return whether a rule of the card is about an activity type that the tables hold."""
    types = [folded(name) for name in tables.activities.types]
    selectors = (selector for rule in card.rules for selector in needed_selectors(rule))
    return any(selected_types(selector, types).any() for selector in selectors)


def absent_values(card: Scorecard, tables: LeadTables) -> list[Finding]:
    """K004: a row of a table that holds for no lead at all, wherever it stands."""
    rows = np.arange(len(tables), dtype=np.int64)
    latest = np.full(len(tables), int(tables.created_at.max()) if len(tables) else 0)
    found = []
    for rule in card.rules:
        column = tables.columns.get(rule.column) if isinstance(rule, AttributeRule) else None
        if not isinstance(rule, AttributeRule) or column is None:
            continue
        for at, row in enumerate(rule.table, 1):
            if _asks_for_words(row) and not (picker([row], column)(rows, latest) == 0).any():
                found.append(
                    Finding("K004", rule.id, f"row {at} of the table holds for no lead: {_words(row)}")
                )
    return found


def unmatched_topics(card: Scorecard, tables: LeadTables) -> list[Finding]:
    """K005: a selector whose types occur but whose topic patterns match no topic."""
    types = [folded(name) for name in tables.activities.types]
    topics = [folded(name) for name in tables.activities.topics]
    return [
        Finding("K005", place, f"no topic matches {', '.join(map(repr, selector.topics))}")
        for place, selector in _selectors(card)
        if selector.topics and selected_types(selector, types).any()
        if not glob_matches(selector.topics, topics).any() or not selected_topics(selector, topics).any()
    ]


def _selectors(card: Scorecard) -> list[tuple[str, Selector]]:
    found = [(rule.id, selector) for rule in card.rules for selector in needed_selectors(rule)]
    found += [(f"trigger:{trigger.id}", trigger.of) for trigger in card.triggers]
    for place, criterion in card.criteria().items():
        tests = [leaf.activity for leaf in criterion.leaves() if leaf.activity]
        found += [(f"stage:{place.split('.')[0]}", test.of) for test in tests]
    return found


def _none_of(what: str, wanted: tuple[str, ...], there: tuple[str, ...]) -> str:
    guess = did_you_mean(wanted[0], there)
    return f"there is no {what} {' or '.join(map(repr, wanted))}. {guess}".strip()


def _asks_for_words(row: TableRow) -> bool:
    return bool(row.given & {"is_", "like", "rank", "department", "email_kind", "domain"})


def _words(row: TableRow) -> str:
    parts = row.model_dump(by_alias=True, exclude_none=True, exclude={"points", "otherwise", "missing"})
    return "; ".join(
        f"{key}: {', '.join(map(str, v)) if isinstance(v, tuple) else v}" for key, v in parts.items()
    )
