"""The plan of the raw features: what is computed from which field, fitted once, then only read.

Fitting looks at the training tables alone: which activity types there are, which values a column takes.
Scoring maps an unseen table's dictionaries onto the plan's, so a plan and a lead give the same features in
any company.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field as JsonField

from qualify.config import ColumnSpec, ColumnType, Label
from qualify.features.fields import Field, Group
from qualify.features.text import fit_tokens, keys_by
from qualify.features.topics import activity_topic, rule_topic
from qualify.features.zones import zone_offsets
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, Column, LeadTables
from qualify.rules import Scorecard, rule_field

MAX_TYPES = 60
MIN_LEADS_A_TYPE = 10

# Left out where there are none: bundles without them stay as they were, to the byte.
Given = Annotated[str | None, JsonField(exclude_if=lambda value: value is None)]


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One user attribute: its type, and the values, tokens or parts of cells that training knew."""

    name: str
    type: ColumnType
    group: Group
    label: Label | None
    vocabulary: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    separators: Given = None
    unit: Given = None


@dataclass(frozen=True, slots=True)
class FeaturePlan:
    """Everything needed to compute the raw features of any table (kept in the bundle as JSON).

    Parameters
    ----------
    activity_types
        The types that have features of their own, by falling frequency.
    value_types
        Whether the activities of each of them carry values.
    known_types
        Every type that the training table held: a rule about another one is unknown, not false.
    rules
        Id of each rule, and the field it is about, where it is about exactly one.
    rule_topics
        The topic of each rule, where it has one; empty in bundles that were written before there were topics.
    timed
        Whether leads are created at times of the day; False where only dates are known.
    """

    columns: tuple[ColumnPlan, ...]
    activity_types: tuple[str, ...]
    value_types: tuple[bool, ...]
    stages: tuple[str, ...]
    timezone: str
    dated: bool
    known_types: tuple[str, ...]
    rules: tuple[tuple[str, str | None], ...] = ()
    rule_labels: tuple[Label | None, ...] = ()
    rule_groups: tuple[str, ...] = ()
    rule_topics: tuple[str | None, ...] = ()
    timed: bool = True

    @classmethod
    def fit(
        cls,
        tables: LeadTables,
        specs: Mapping[str, ColumnSpec],
        scorecard: Scorecard | None,
        timezone: str,
        training_leads: np.ndarray,
    ) -> FeaturePlan:
        """Look at the training leads and fix the vocabularies."""
        types, valued = _frequent_types(tables, training_leads)
        # A scorecard drafted from the labels would tell the model its own training answers.
        rules = scorecard.rules if scorecard is not None and scorecard.drafted_before is None else ()
        return cls(
            columns=tuple(
                _plan_column(name, spec, tables.columns[name], training_leads)
                for name, spec in specs.items()
                if name in tables.columns and spec.type != "id"
            ),
            activity_types=types,
            value_types=valued,
            known_types=tables.activities.types,
            stages=tables.stages.stages,
            timezone=timezone,
            dated=bool(np.any(tables.created_at > 0)),
            timed=_timed(tables.created_at[training_leads], timezone),
            rules=tuple((rule.id, rule_field(rule)) for rule in rules),
            rule_labels=tuple(rule.label for rule in rules),
            rule_groups=tuple(sorted({rule.group for rule in rules})),
            rule_topics=tuple(rule_topic(rule) for rule in rules),
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields in a fixed order: history, activities, columns, rules."""
        found = [
            Field(f"activity:{t}", "activity", t, "engagement", None, activity_topic(t))
            for t in self.activity_types
        ]
        if self.activity_types:
            found.append(Field("silence", "silence", "", "engagement"))
            found.append(Field("topics", "topics", "", "engagement"))
        if self.stages:
            found.append(Field("stage", "stage", "", "history"))
        if self.dated:
            found.append(Field("age", "age", "", "history"))
            found.append(Field("clock", "clock", "", "history"))
        kinds: dict[str, Any] = {}
        found += [
            Field(f"column:{c.name}", kinds.get(c.type, c.type), c.name, c.group, c.label, unit=c.unit)
            for c in self.columns
        ]
        named = {field.name for field in found}
        topics = self.rule_topics or (None,) * len(self.rules)
        for (rule, about), label, topic in zip(self.rules, self.rule_labels, topics, strict=True):
            if about not in named:
                found.append(Field(f"rule:{rule}", "rule", rule, "engagement", label, topic))
        if self.rules:
            found.append(Field("points", "points", "", "engagement"))
        return tuple(found)


def _timed(created: np.ndarray, timezone: str) -> bool:
    """Tell whether any lead was created at another time than midnight."""
    known = created[created != NO_TIME]
    return len(known) == 0 or bool(np.any((known + zone_offsets(known, timezone)) % MICROSECONDS_A_DAY))


def _frequent_types(tables: LeadTables, leads: np.ndarray) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """Return the types that enough training leads have, by falling count, and whether they carry values."""
    activities = tables.activities
    if not len(activities):
        return (), ()
    lead = np.repeat(np.arange(len(tables)), np.diff(activities.offsets))
    training = np.zeros(len(tables), dtype=bool)
    training[leads] = True
    used = training[lead]
    size = len(activities.types)
    pairs = np.unique(lead[used] * size + activities.type[used])
    leads_with = np.bincount(pairs % size, minlength=size)
    valued = np.bincount(activities.type[used], weights=~np.isnan(activities.value[used]), minlength=size)
    count = np.maximum(np.bincount(activities.type[used], minlength=size), 1)
    needed = min(MIN_LEADS_A_TYPE, max(2, len(leads) // 50))
    order = [int(k) for k in np.argsort(-leads_with, kind="stable")[:MAX_TYPES] if leads_with[k] >= needed]
    return tuple(activities.types[k] for k in order), tuple(bool(valued[k] > 0.5 * count[k]) for k in order)


def _plan_column(name: str, spec: ColumnSpec, column: Column, leads: np.ndarray) -> ColumnPlan:
    vocabulary: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    if column.kind in ("category", "text"):
        present = np.bincount(column.values[leads] + 1, minlength=len(column.vocabulary) + 1)[1:]
        if spec.type == "text":
            tokens = fit_tokens(column.vocabulary, present)
        elif spec.separators is not None:
            tokens = fit_tokens(column.vocabulary, present, keys_by(spec.separators))
        elif spec.type == "category":
            vocabulary = tuple(v for v, n in zip(column.vocabulary, present, strict=True) if n >= 2)
    return ColumnPlan(name, spec.type, spec.group, spec.label, vocabulary, tokens, spec.separators, spec.unit)
