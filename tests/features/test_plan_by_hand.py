"""The plan and the raw features at their borders: how many leads a type needs, zones, points of rules."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from qualify.config import ColumnSpec, Label
from qualify.features.build import build_frame
from qualify.features.frame import FeatureFrame, field_values
from qualify.features.plan import MAX_TYPES, FeaturePlan
from qualify.features.text import fit_tokens
from qualify.features.zones import zone_offsets
from qualify.leads.tables import NO_TIME, Column
from qualify.rules import default_scorecard, evaluate
from tests.features.test_plan import fit
from tests.rules.build import act, activity, card, column, micros, rule, tables


def types_of(leads, doing, training=None):
    """The types with features of their own, where so many of the leads have done `rare`."""
    made = [[act("common", 1)] + ([act("rare", 1)] if i < doing else []) for i in range(leads)]
    return fit(tables(*made), leads=training).activity_types


@pytest.mark.parametrize(("leads", "needed"), [(20, 2), (100, 2), (150, 3), (500, 10), (800, 10)])
def test_a_fiftieth_of_the_leads_makes_a_type(leads, needed):
    assert types_of(leads, needed) == ("common", "rare")
    assert types_of(leads, needed - 1) == ("common",)


def test_at_most_sixty_types_the_most_frequent():
    leads = [[act(f"t{k:02}", 1) for k in range(70) if i < 3 + k] for i in range(100)]
    found = fit(tables(*leads)).activity_types
    assert found == tuple(f"t{k:02}" for k in range(69, 69 - MAX_TYPES, -1))


def test_half_of_the_values_are_not_enough():
    lead = [act("half", 1, value=1.0), act("half", 2), act("most", 1, value=1.0), act("most", 2, value=0.0),
            act("most", 3)]  # fmt: skip
    plan = fit(tables(lead, lead))
    assert dict(zip(plan.activity_types, plan.value_types, strict=True)) == {"half": False, "most": True}
    keys = {
        n.name for n in build_frame(plan, tables(lead), np.arange(1), np.array([micros(9)]), None).numeric
    }
    assert "activity:most:value_sum" in keys
    assert "activity:half:value_sum" not in keys


def test_the_fields_in_their_order():
    own = card(
        activity("seen", types="view", group="b"),
        activity("any", types="*"),
        rule(
            "ratio",
            "opened",
            "c",
            of={"types": "email_open"},
            among={"types": "email_sent"},
            at_least=0.5,
            points=1,
        ),
        rule("attribute", "size", "a", column="n", table=[{"from": 1, "points": 2}]),
    )
    found = tables(
        [act("view", 1), act("email_open", 1)], [act("view", 1), act("email_open", 2)],
        columns={"n": column(1, 2)}, stages_of=[[("MQL", 2)], []],
    )  # fmt: skip
    found = dataclasses.replace(found, created_at=np.array([micros(1), NO_TIME]))
    label = Label(en="Staff", ja="人数")
    plan = fit(found, {"n": ColumnSpec(type="number", group="history", label=label)}, own)
    told = [(f.name, f.kind, f.subject, f.group, f.topic) for f in plan.fields]
    assert told == [
        ("activity:email_open", "activity", "email_open", "engagement", "topic:email"),
        ("activity:view", "activity", "view", "engagement", None),
        ("silence", "silence", "", "engagement", None),
        ("topics", "topics", "", "engagement", None),
        ("stage", "stage", "", "history", None),
        ("age", "age", "", "history", None),
        ("clock", "clock", "", "history", None),
        ("column:n", "number", "n", "history", None),
        ("rule:any", "rule", "any", "engagement", None),
        ("rule:opened", "rule", "opened", "engagement", "topic:email"),
        ("points", "points", "", "engagement", None),
    ]
    assert next(f for f in plan.fields if f.name == "column:n").label == label
    assert plan.rule_groups == ("a", "b", "c", "g")
    assert plan.rules == (("seen", "activity:view"), ("any", None), ("opened", None), ("size", "column:n"))


def test_every_points_feature_is_the_scorecards_number():
    own = card(
        activity("any", types="*", points=3),
        activity("seen", types="view", group="h"),
        activity("gone", types="call", group="h", points=1),
    )
    found = tables([act("view", 9)] * 2, [act("call", 9), act("view", 8)], [act("call", 8)])
    plan = fit(found, scorecard=own)
    rows, as_of = np.array([2, 0, 1]), np.full(3, micros(10))
    points = evaluate(own, found, rows, as_of)
    frame = build_frame(plan, found, rows, as_of, points)
    told = {
        n.name: (n.field, n.part, n.values.tolist())
        for n in frame.numeric
        if "points" in n.part or n.part[:5] == "group"
    }
    assert told == {
        "rule:any": ("rule:any", "points", [3, 6, 6]),
        "rule:seen": ("activity:view", "points", [0, 16, 8]),
        "rule:gone": ("activity:call", "points", [1, 0, 1]),
        "points:g": ("points", "group g", [3, 6, 6]),
        "points:h": ("points", "group h", [1, 16, 9]),
        "points:total": ("points", "points", [4, 22, 15]),
    }
    without = build_frame(plan, found, rows, as_of, None)
    assert not any(n.name.startswith(("rule:", "points:")) for n in without.numeric)


def test_stage_features_by_hand():
    found = tables([], [], stages_of=[[("MQL", 2), ("SQL", 5), ("SAL", 7, 20)], []])
    frame = build_frame(fit(found), found, np.arange(2), np.full(2, micros(9)), None)
    told = {n.name: n.values.tolist() for n in frame.numeric}
    assert told["stage:entries"] == [2, 0]
    assert told["stage:days_since"][0] == 4


def test_a_date_of_an_undated_lead_is_hidden():
    made = Column("date", np.array([micros(5), micros(5)]))
    found = tables([], [], columns={"d": made})
    found = dataclasses.replace(found, created_at=np.array([NO_TIME, micros(4)]))
    plan = fit(found, {"d": ColumnSpec(type="date")})
    frame = build_frame(plan, found, np.arange(2), np.full(2, micros(9)), None)
    np.testing.assert_array_equal(field_values(frame, "column:d", np.arange(2))["days_before"], [np.nan, 4])


@pytest.mark.parametrize(
    "zone", ["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]
)
def test_offsets_are_those_of_the_calendar(zone):
    """Every five hours of a year, so that both changes of the clocks are in it; and half hours near one."""
    start = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    seconds = np.concatenate(
        [start + np.arange(0, 366 * 86_400, 18_000), 1_772_953_200 + np.arange(-8, 8) * 900]
    )
    found = zone_offsets(seconds.astype(np.int64) * 1_000_000, zone)
    expected = [
        datetime.fromtimestamp(int(s), ZoneInfo(zone)).utcoffset().total_seconds() * 1e6 for s in seconds
    ]
    assert found.tolist() == expected


def test_a_lead_without_a_date_has_some_offset():
    times = np.array([NO_TIME, micros(3)])
    assert zone_offsets(times, "Asia/Tokyo").tolist() == [9 * 3_600_000_000] * 2


def test_fields_can_be_left_out_of_a_frame():
    frame = FeatureFrame(2)
    frame.numbers((("a", "x", "p"), ("b", "y", "p")), np.array([[1.0, 2], [3, 4]]))
    frame.number("c", "x", "q", np.array([5.0, 6]))
    frame.category("d", "y", "r", np.array([0, -1], np.int32), ("u",), ("u",))
    assert frame.matrix.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert FeatureFrame(3).matrix.shape == (0, 3)
    left = frame.without({"x"})
    assert (left.rows, [n.name for n in left.numeric], [c.name for c in left.categorical]) == (
        2,
        ["b"],
        ["d"],
    )
    assert left.matrix.tolist() == [[3, 4]]
    assert frame.without({"y"}).categorical == []
    told = field_values(frame, "x", np.array([1]))
    assert {part: values.tolist() for part, values in told.items()} == {"p": [2], "q": [6]}


def test_an_empty_word_is_missing():
    frame = FeatureFrame(3)
    frame.category("c", "c", "value", np.array([0, 1, -1], np.int32), ("", "a"), ("a",))
    assert frame.categorical[0].values.tolist() == [-1, 0, -1]
    assert field_values(frame, "c", np.arange(3))["value"].tolist() == [None, "a", None]


@pytest.mark.parametrize(("count", "kept"), [(4, False), (5, True), (95, True), (96, False)])
def test_tokens_of_five_leads_to_nineteen_in_twenty(count, kept):
    """Of 100 leads; of 1,000, a token needs ten."""
    assert ("here" in fit_tokens(["here", "there"], np.array([count, 100 - count]))) is kept
    assert ("here" in fit_tokens(["here", "there"], np.array([9, 991]))) is False
    assert ("here" in fit_tokens(["here", "there"], np.array([10, 990]))) is True


def test_what_is_fitted_comes_from_the_scorecard_that_ships():
    plan = fit(tables([act("pricing_view", 1)], [act("pricing_view", 1)]), scorecard=default_scorecard())
    assert isinstance(plan, FeaturePlan)
    assert [name for name, _ in plan.rules] == list(default_scorecard().rule_ids)
    assert len(plan.rule_labels) == len(plan.rule_topics) == len(plan.rules)
