"""Variants of one lead are what tables of that lead would be."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from qualify.leads.variants import add_activity, keep_events, one_lead, stack, with_value
from tests.rules.build import act, column, micros, tables

LEADS = tables(
    [act("view", 3, "prices"), act("mail", 5, value=2.0)], [], [act("call", 1), act("view", 9)],
    columns={"source": column("fair", "ad", None), "size": column(10, None, 30)},
    stages_of=([("MQL", 4)], [("MQL", 1), ("SAL", 6)], []),
)  # fmt: skip


def same(one, other):
    """Compare tables value by value; codes by the words they stand for."""
    assert one.lead_id.tolist() == other.lead_id.tolist()
    assert one.created_at.tolist() == other.created_at.tolist()
    for name, found in one.columns.items():
        assert words(found.values, found.vocabulary) == words(
            other.columns[name].values, other.columns[name].vocabulary
        )
    for events, pairs in (
        ("activities", {"type": "types", "topic": "topics"}),
        ("stages", {"stage": "stages", "reason": "reasons"}),
    ):
        left, right = getattr(one, events), getattr(other, events)
        for field in fields(left):
            if field.name in pairs:
                key = field.name
                assert words(getattr(left, key), getattr(left, pairs[key])) == words(
                    getattr(right, key), getattr(right, pairs[key])
                )
            elif field.name not in pairs.values():
                np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name))


def words(values, vocabulary):
    if not vocabulary:
        return [None if np.isnan(value) or value < 0 else value for value in values.tolist()]
    return [vocabulary[code] if code >= 0 else None for code in values.tolist()]


def test_leads_taken_one_by_one_and_stacked_are_the_table():
    same(stack([one_lead(LEADS, row) for row in range(3)]), LEADS)


def test_one_lead_has_its_own_events():
    lead = one_lead(LEADS, 2)
    assert lead.activities.offsets.tolist() == [0, 2]
    assert words(lead.activities.type, lead.activities.types) == ["call", "view"]
    assert lead.stages.offsets.tolist() == [0, 0]
    assert words(lead.columns["source"].values, lead.columns["source"].vocabulary) == [None]


def test_events_are_kept_by_masks():
    lead = keep_events(one_lead(LEADS, 0), np.array([False, True]), np.array([False]))
    assert words(lead.activities.type, lead.activities.types) == ["mail"]
    assert lead.activities.value.tolist() == [2.0]
    assert len(lead.stages) == 0


@pytest.mark.parametrize("kind", ["view", "never seen"])
def test_an_activity_is_added_at_the_end(kind):
    lead = one_lead(LEADS, 0)
    more = add_activity(lead, kind, micros(12))
    assert words(more.activities.type, more.activities.types) == ["view", "mail", kind]
    assert more.activities.known_at[-1] == more.activities.occurred_at[-1] == micros(12)
    assert more.activities.topic[-1] == -1
    assert np.isnan(more.activities.value[-1])
    # The lead that it was made from is as it was.
    assert len(lead.activities) == 2


@pytest.mark.parametrize(("name", "value"), [("source", "fair"), ("source", "new"), ("size", 99.0)])
def test_a_value_is_changed(name, value):
    changed = with_value(one_lead(LEADS, 1), name, value).columns[name]
    assert words(changed.values, changed.vocabulary) == [value]
    assert changed.kind == LEADS.columns[name].kind


def test_variants_with_other_words_stand_together():
    lead = one_lead(LEADS, 0)
    both = stack([add_activity(lead, "webinar", micros(12)), with_value(lead, "source", "new"), lead])
    assert both.activities.offsets.tolist() == [0, 3, 5, 7]
    source = both.columns["source"]
    assert words(source.values, source.vocabulary) == ["fair", "new", "fair"]
    assert words(both.activities.type, both.activities.types).count("webinar") == 1
    assert both.order is None
    ordered = replace(lead, order=np.array([7.0]))
    np.testing.assert_array_equal(stack([ordered, ordered]).order, [7.0, 7.0])
