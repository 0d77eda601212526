"""What the plan of the features fixes, and from whom it learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pydantic import TypeAdapter

from qualify.config import ColumnSpec
from qualify.features.build import build_frame
from qualify.features.frame import field_values
from qualify.features.plan import MIN_LEADS_A_TYPE, FeaturePlan
from qualify.rules import default_scorecard
from tests.rules.build import act, column, micros, tables

CATEGORY = {"c": ColumnSpec(type="category")}


def fit(found, specs=None, scorecard=None, leads=None):
    leads = np.arange(len(found)) if leads is None else np.asarray(leads)
    return FeaturePlan.fit(found, specs or {}, scorecard, "UTC", leads)


def test_only_training_leads_are_looked_at():
    found = tables(
        [act("view", 1)], [act("view", 1)], [act("call", 1)], [act("call", 1)],
        columns={"c": column("a", "a", "b", "b")},
    )  # fmt: skip
    plan = fit(found, CATEGORY, leads=[0, 1])
    assert plan.activity_types == ("view",)
    assert plan.columns[0].vocabulary == ("a",)
    # A rule about calls is not unknown: the table does hold them.
    assert plan.known_types == ("call", "view")


def test_types_need_enough_leads_and_come_by_falling_number_of_them():
    leads = [[act("often", 1), act("often", 2)] for _ in range(600)]
    for lead in leads[:100]:
        lead.append(act("some", 1))
    # Nine leads do it, each a hundred times.
    for lead in leads[: MIN_LEADS_A_TYPE - 1]:
        lead.extend(act("seldom", 1) for _ in range(100))
    assert fit(tables(*leads)).activity_types == ("often", "some")


def test_values_are_summed_only_where_most_activities_carry_one():
    leads = [
        [act("view", 1, value=2.0), act("open", 1)],
        [act("view", 1, value=np.nan), act("view", 2, value=1.0)],
    ]
    plan = fit(tables(*leads, [act("open", 3)]))
    assert dict(zip(plan.activity_types, plan.value_types, strict=True)) == {"view": True, "open": False}


def test_a_scorecard_drafted_from_labels_gives_no_features():
    found = tables([act("pricing_view", 1)], [act("pricing_view", 1)])
    card = default_scorecard()
    assert fit(found, scorecard=card).rules
    drafted = card.model_copy(update={"drafted_before": "2026-01-01"})
    assert fit(found, scorecard=drafted).rules == ()


def test_ids_and_absent_columns_are_no_features():
    found = tables([], [], columns={"c": column("a", "a"), "key": column("x", "y")})
    specs = {**CATEGORY, "key": ColumnSpec(type="id"), "gone": ColumnSpec(type="number")}
    assert [c.name for c in fit(found, specs).columns] == ["c"]


def test_a_plan_survives_json():
    found = tables([act("view", 1)], [act("view", 1)], columns={"c": column("a", "a")})
    plan = fit(found, CATEGORY, default_scorecard())
    adapter = TypeAdapter(FeaturePlan)
    read = adapter.validate_json(adapter.dump_json(plan))
    assert [field.name for field in read.fields] == [field.name for field in plan.fields]
    assert adapter.dump_json(read) == adapter.dump_json(plan)


def test_undated_tables_have_neither_age_nor_clock():
    found = tables([], [], columns={"c": column("a", "a")})
    # The tables of these tests are created at 1970-01-01: that counts as no date.
    assert [field.name for field in fit(found, CATEGORY).fields] == ["column:c"]


def test_leads_of_which_only_dates_are_known_have_no_hour():
    found = tables([act("view", 1)], [act("view", 1)])
    dates = replace(found, created_at=np.array([micros(3), micros(4)]))
    times = replace(found, created_at=np.array([micros(3), micros(4.25)]))
    assert not fit(dates).timed
    assert fit(times).timed
    # Midnight is another moment elsewhere.
    there = FeaturePlan.fit(dates, {}, None, "Asia/Tokyo", np.arange(2))
    assert there.timed
    rows, as_of = np.arange(2), np.full(2, micros(9))
    for plan, hours in ((fit(dates), [np.nan, np.nan]), (fit(times), [0.0, 6.0])):
        frame = build_frame(plan, times, rows, as_of, None)
        clock = field_values(frame, "clock", rows)
        np.testing.assert_array_equal(clock["hour"], hours)
        assert clock["weekday"].tolist() == [6.0, 0.0]
