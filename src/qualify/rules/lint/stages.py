"""Stages that no lead enters, and stages that the scorecard does not know."""

from __future__ import annotations

import numpy as np

from qualify.errors import did_you_mean
from qualify.leads.tables import NO_TIME, IntArray, LeadTables
from qualify.rules.bounds import awards, best_by_group, best_total
from qualify.rules.criteria import Criterion
from qualify.rules.evaluate import stages_entered
from qualify.rules.lint.finding import Finding
from qualify.rules.scorecard import Scorecard
from qualify.rules.vocabulary import folded


def impossible_entries(card: Scorecard) -> list[Finding]:
    """K011: entry criteria that the points of this file can never meet."""
    return [
        Finding("K011", f"stage:{stage.id}", "no lead can ever meet the entry criteria")
        for stage in card.stages
        if stage.enter and not _can_hold(stage.enter, card)
    ]


def unmet_entries(card: Scorecard, tables: LeadTables) -> list[Finding]:
    """K011: entry criteria that no lead of the data met on the day of its last activity."""
    rows = np.arange(len(tables), dtype=np.int64)
    entered = stages_entered(card, tables, rows, _last_seen(tables))
    return [
        Finding("K011", f"stage:{stage.id}", f"none of the {len(tables)} leads meets the entry criteria")
        for stage in card.stages
        if stage.enter and len(tables) and not entered[stage.id].any() and _can_hold(stage.enter, card)
    ]


def unknown_stages(card: Scorecard, tables: LeadTables) -> list[Finding]:
    """K013: stages in the data under no name that the scorecard gives."""
    names = [name for stage in card.stages for name in (stage.id, *stage.names)]
    known = {folded(name) for name in names}
    return [
        Finding(
            "K013", f"stage:{name}", f"the scorecard has no such stage. {did_you_mean(name, names)}".strip()
        )
        for name in tables.stages.stages
        if folded(name) not in known
    ]


def _can_hold(criterion: Criterion, card: Scorecard) -> bool:
    if criterion.all_of is not None:
        return all(_can_hold(part, card) for part in criterion.all_of)
    if criterion.any_of is not None:
        return any(_can_hold(part, card) for part in criterion.any_of)
    if criterion.points_at_least is not None:
        return criterion.points_at_least <= best_total(card)
    if criterion.group_points is not None:
        return criterion.group_points.at_least <= best_by_group(card)[criterion.group_points.group]
    if criterion.rule is not None:
        return any(awards(card.rule(criterion.rule)))
    return True


def _last_seen(tables: LeadTables) -> IntArray:
    """Return when each lead's last activity was known; its creation for a lead that did nothing."""
    acts = tables.activities
    seen = np.where(tables.created_at == NO_TIME, 0, tables.created_at)
    np.maximum.at(seen, np.repeat(np.arange(len(tables)), np.diff(acts.offsets)), acts.known_at)
    return seen
