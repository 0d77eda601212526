"""From tables to raw features: each kind of column, and what the sentences are made from."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from qualify.config import ColumnSpec
from qualify.errors import DataError
from qualify.features.build import build_frame
from qualify.features.frame import field_values
from qualify.features.plan import FeaturePlan
from qualify.leads.tables import NO_TIME, Column, LeadTables
from qualify.rules import Scorecard, default_scorecard, evaluate
from tests.rules.build import act, column, dates, micros, tables

NOW = micros(100)


def plan_of(found: LeadTables, scorecard: Scorecard | None = None, zone: str = "UTC", **types: str):
    specs = {name: ColumnSpec.model_validate({"type": kind}) for name, kind in types.items()}
    return FeaturePlan.fit(found, specs, scorecard, zone, np.arange(len(found)))


def frame_of(plan: FeaturePlan, found: LeadTables, as_of: int = NOW, points=None):
    rows = np.arange(len(found))
    return build_frame(plan, found, rows, np.full(len(rows), as_of), points)


def numbers(frame, name):
    return next(n.values for n in frame.numeric if n.name == name).tolist()


def codes(frame, name):
    return next(c.values for c in frame.categorical if c.name == name).tolist()


def text_column(*texts):
    made = column(*texts)
    return Column("text", made.values, made.vocabulary)


def test_numbers_and_booleans_are_taken_as_they_are():
    found = tables([], [], [], columns={"n": column(3, None, 5), "b": column(1, 0, None)})
    frame = frame_of(plan_of(found, n="number", b="boolean"), found)
    np.testing.assert_array_equal(numbers(frame, "column:n"), [3, np.nan, 5])
    np.testing.assert_array_equal(numbers(frame, "column:b"), [1, 0, np.nan])


def test_a_value_seen_once_is_no_value_of_the_model():
    found = tables([], [], [], [], columns={"c": column("x", "x", "rare", None)})
    plan = plan_of(found, c="category")
    assert plan.columns[0].vocabulary == ("x",)
    # Known, known, not known, missing.
    assert codes(frame_of(plan, found), "column:c") == [0, 0, 1, -1]


def test_codes_of_another_table_are_brought_to_the_plans():
    trained = tables([], [], [], [], columns={"c": column("b", "b", "a", "a")})
    plan = plan_of(trained, c="category")
    scored = tables([], [], [], columns={"c": column("new", "b", None)})
    frame = frame_of(plan, scored)
    assert plan.columns[0].vocabulary == ("a", "b")
    assert codes(frame, "column:c") == [2, 1, -1]


def test_a_value_new_to_the_model_is_still_shown_as_it_is():
    trained = tables([], [], columns={"c": column("a", "a")})
    scored = tables([], [], columns={"c": column("new", None)})
    frame = frame_of(plan_of(trained, c="category"), scored)
    shown = field_values(frame, "column:c", np.array([0, 1]))["value"]
    assert shown.tolist() == ["new", None]


def test_a_date_is_told_in_days_before_and_hidden_when_it_lies_ahead():
    found = tables([], [], [], [], columns={"d": dates(90, 100, 101, None)})
    frame = frame_of(plan_of(found, d="date"), found)
    np.testing.assert_array_equal(numbers(frame, "column:d"), [10, 0, np.nan, np.nan])


def test_titles_and_addresses_are_read():
    found = tables(
        [], [], [],
        columns={
            "title": column("IT Manager", "営業部 部長", None),
            "email": column("a@gmail.com", "b@acme.co.jp", None),
        },
    )  # fmt: skip
    frame = frame_of(plan_of(found, title="job_title", email="email"), found)
    told = field_values(frame, "column:title", np.arange(3))
    assert told["department"].tolist() == ["it", "sales", None]
    assert told["rank"].tolist()[0] == "manager"
    assert told["rank"].tolist()[2] is None
    assert field_values(frame, "column:email", np.arange(3))["value"].tolist() == ["free", "company", None]
    assert codes(frame, "column:email")[2] == -1


def test_free_text_is_its_length_and_its_frequent_words():
    texts = ["please call"] * 5 + ["price list"] * 5 + [None]
    found = tables(*[[]] * 11, columns={"t": text_column(*texts)})
    frame = frame_of(plan_of(found, t="text"), found)
    np.testing.assert_array_equal(numbers(frame, "column:t:length"), [11] * 5 + [10] * 5 + [np.nan])
    assert numbers(frame, "column:t:token:call") == [1] * 5 + [0] * 6


def test_age_and_clock_are_those_of_the_configured_zone():
    # 1970-01-04 22:30 UTC, a Sunday evening, is Monday 07:30 in Tokyo.
    found = tables([act("view", 10)] * 1, [])
    found = dataclasses.replace(found, created_at=np.array([micros(3) + 81_000_000_000, NO_TIME]))
    for zone, weekday, hour in (("UTC", 6, 22), ("Asia/Tokyo", 0, 7)):
        frame = frame_of(plan_of(found, zone=zone), found)
        np.testing.assert_array_equal(numbers(frame, "clock:weekday"), [weekday, np.nan])
        np.testing.assert_array_equal(numbers(frame, "clock:hour"), [hour, np.nan])
        np.testing.assert_array_equal(numbers(frame, "age:days"), [100 - 3.9375, np.nan])


def test_activities_have_a_field_a_type_and_common_ones():
    found = tables([act("view", 98, topic="/a", value=4.0)] * 3, [act("view", 50)])
    plan = plan_of(found)
    assert plan.activity_types == ("view",)
    frame = frame_of(plan, found)
    told = field_values(frame, "activity:view", np.array([0, 1]))
    assert told["count_7d"].tolist() == [3, 0]
    assert told["days_since"].tolist() == [2, 50]
    assert told["value_sum"].tolist() == [12, 0]
    assert field_values(frame, "silence", np.array([1]))["days_since"].tolist() == [50]
    assert field_values(frame, "topics", np.array([0, 1]))["distinct"].tolist() == [1, 0]


def test_the_stage_is_the_current_one():
    found = tables([], [], stages_of=[[("MQL", 90), ("SQL", 99, 105)], []])
    frame = frame_of(plan_of(found), found)
    told = field_values(frame, "stage", np.array([0, 1]))
    assert told["value"].tolist() == ["MQL", None]
    np.testing.assert_array_equal(told["days_since"], [10, np.nan])


def test_points_of_rules_belong_to_the_field_they_are_about():
    found = tables([act("pricing_view", 99), act("pricing_view", 98)], [act("pricing_view", 40)])
    card = default_scorecard()
    points = evaluate(card, found, np.arange(2), np.full(2, NOW))
    plan = plan_of(found, card)
    frame = frame_of(plan, found, points=points)
    about = {n.name: n.field for n in frame.numeric}
    pricing = [rule for rule, field in plan.rules if field == "activity:pricing_view"]
    assert pricing
    assert all(about[f"rule:{rule}"] == "activity:pricing_view" for rule in pricing)
    np.testing.assert_array_equal(numbers(frame, "points:total"), points.total)
    assert set(about.values()) <= {field.name for field in plan.fields}


def test_a_column_that_the_table_lacks_is_named_with_a_guess():
    trained = tables([], [], columns={"industry": column("a", "a")})
    scored = tables([], [], columns={"Industry ": column("a", "a")})
    with pytest.raises(DataError, match=r"lacks 1 column(.|\n)*expected: industry(.|\n)*Did you mean"):
        frame_of(plan_of(trained, industry="category"), scored)


def test_rows_are_taken_by_position_and_by_mask():
    found = tables([], [], [], columns={"n": column(1, 2, 3), "c": column("a", "a", "b")})
    frame = frame_of(plan_of(found, n="number", c="category"), found)
    for chosen in (np.array([2, 0]), np.array([True, False, True])):
        part = frame.take(chosen)
        assert part.rows == 2
        assert numbers(part, "column:n") == np.array([1.0, 2.0, 3.0])[chosen].tolist()
        assert len(codes(part, "column:c")) == 2


def test_every_feature_belongs_to_a_field_of_the_plan(world):
    scorer, found = world.scorer, world.tables
    made = scorer.explain_rows(found, np.arange(5), np.full(5, found.created_at[:5].max() + 1))
    names = {field.name for field in scorer.fields}
    features = [*made.frame.numeric, *made.frame.categorical]
    assert {feature.field for feature in features} <= names
    assert len({feature.name for feature in features}) == len(features)


def test_stages_are_named_as_in_the_training_table():
    trained = tables([], [], stages_of=[[("MQL", 90), ("SQL", 95)], []])
    scored = tables([], [], stages_of=[[("Brand new", 90)], [("SQL", 95)]])
    frame = frame_of(plan_of(trained), scored)
    assert codes(frame, "stage:current") == [2, 1]
    assert field_values(frame, "stage", np.array([0]))["value"].tolist() == ["Brand new"]
