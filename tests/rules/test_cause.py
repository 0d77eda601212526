"""Why a stage is recommended: by hand, and in agreement with the recommendation itself."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.rules import default_scorecard, evaluate, find_cause
from tests.rules.build import (
    NOW,
    act,
    activity,
    card,
    column,
    micros,
    score,
    stage,
    tables,
    trigger,
)

POINTS = activity(types="p", points=10)


def funnel(*more, enter=None, **rest):
    own = [
        stage("Inquiry", enter={"always": True}),
        stage("SAL"),
        stage(
            "SQL",
            enter=enter or {"points_at_least": 50},
            leave={"when": {"points_below": 30}, "to": "Recycled"},
        ),
        stage("Won", closed=True, names=["受注"]),
        stage("Recycled", reenters_at="SQL", rest_days=30),
    ]
    return card(POINTS, *more, stages=own, **rest)


def cause(scorecard, acts, *, now_in=None, columns=None):
    data = tables(acts, columns=columns, stages_of=[now_in] if now_in else None)
    return find_cause(scorecard, score(scorecard, data), 0)


def did(n, day=99):
    return [act("p", day)] * n


def test_points_are_told_with_those_that_were_needed():
    found = cause(funnel(), did(6))
    assert (found.stage.id, found.kind, found.triggers) == ("SQL", "earned", ())
    (met,) = found.tests
    assert (met.have, met.test.points_at_least) == (60, 50)


def test_a_trigger_is_told_with_when_it_fired():
    found = cause(funnel(triggers=[trigger(types="trial", window_days=30)]), [act("trial", 97)])
    ((label, when),) = found.triggers
    assert (found.stage.id, found.kind, found.tests) == ("SQL", "earned", ())
    assert (label.en, when.en, when.ja) == ("label", "once, 3 days ago", "1回、3日前")


def test_a_trigger_to_another_stage_or_out_of_its_window_is_not_told():
    lifted = funnel(triggers=[trigger(types="trial", window_days=30), trigger("u", "p", "SAL")])
    found = cause(lifted, [act("trial", 60), *did(6)])
    assert (found.triggers, len(found.tests)) == ((), 1)


def test_of_several_ways_the_first_that_holds_is_told_with_all_of_its_tests():
    enter = {
        "any": [
            {"points_at_least": 100},
            {"all": [{"rule": "r"}, {"attribute": {"column": "x", "from": 5}},
                     {"group_points": {"group": "g", "at_least": 20}},
                     {"activity": {"of": {"types": ["p", "q"]}, "window_days": 30}},
                     {"not": {"attribute": {"column": "x", "from": 50}}}]},
            {"always": True},
        ]
    }  # fmt: skip
    found = cause(funnel(enter=enter), did(2, 98), columns={"x": column(9)})
    by_rule, by_value, by_group, by_act, denied = found.tests
    assert (by_rule.label.en, by_rule.found.en) == ("label", "2 times, last 2 days ago")
    assert by_value.found.en == "9"
    assert (by_group.have, by_group.test.group_points.at_least) == (20, 20)
    assert (by_act.types, by_act.found.ja) == (("p",), "2回、直近は2日前")
    assert [each.found.en for each in denied.below] == ["9"]


@pytest.mark.parametrize(
    ("points", "now_in", "kind", "stage_id"),
    [
        (4, [("SQL", 90)], "stands", "SQL"),  # 40 points neither make an SQL nor end one
        (0, [("SAL", 90)], "stands", "SAL"),
        (9, [("受注", 90)], "closed", "Won"),
        (9, [("Recycled", 90)], "rests", "Recycled"),
        (9, [("Recycled", 60)], "earned", "SQL"),
        (9, [("SAL", 60)], "earned", "SQL"),
        (0, [("SQL", 90)], "left", "Recycled"),
        (9, [("what is this", 90)], "earned", "SQL"),
    ],
)
def test_where_the_lead_stands_can_be_the_cause(points, now_in, kind, stage_id):
    found = cause(funnel(), did(points), now_in=now_in)
    assert (found.kind, found.stage.id) == (kind, stage_id)
    if kind == "left":
        assert found.before.id == "SQL"
        assert [(met.have, met.test.points_below) for met in found.tests] == [(0, 30)]


def test_without_stages_there_is_no_cause():
    assert cause(card(POINTS), did(9)) is None


def test_what_is_unknown_does_not_hold():
    enter = {"any": [{"not": {"rule": "s"}}, {"points_at_least": 20}]}
    quiet = activity("s", types="never_seen")
    found = cause(funnel(quiet, enter=enter), did(3))
    assert [met.have for met in found.tests] == [30]


def test_of_an_address_only_its_domain_is_told():
    enter = {"attribute": {"column": "email", "domain": "acme.example"}}
    found = cause(funnel(enter=enter), [], columns={"email": column("naoki@acme.example")})
    assert [met.found.en for met in found.tests] == ["acme.example"]


def test_the_default_scorecards_cause_agrees_with_what_it_recommends():
    """A stage that is earned has a trigger or tests; over leads of all kinds, some in a stage."""
    own, random = default_scorecard(), np.random.default_rng(5)
    types = [
        "demo_request",
        "pricing_view",
        "product_view",
        "trial_signup",
        "document_download",
        "contact_form",
    ]
    leads = [
        [act(random.choice(types), 99 - random.integers(60), f"t{n % 4}") for n in range(random.integers(25))]
        for _ in range(80)
    ]  # fmt: skip
    stood = [[], [("SQL", 80)], [("Recycled", 50)], [("Won", 80)]]
    data = tables(
        *leads,
        columns={"job_title": column(*random.choice(["CEO", "Clerk", "Manager"], 80).tolist())},
        stages_of=[stood[i % 4] for i in range(80)],
    )
    result = evaluate(own, data, np.arange(80), np.full(80, micros(NOW)))
    kinds = set()
    for row in range(80):
        found = find_cause(own, result, row)
        kinds.add(found.kind)
        assert found.stage.id == own.stage_names[result.stage[row]]
        assert (found.kind == "earned") is bool(found.triggers or found.tests) or found.kind == "left"
        for met in found.tests:
            if met.test.points_at_least is not None:
                assert met.have == result.total[row] >= met.test.points_at_least
    assert {"earned", "closed", "left"} <= kinds


def test_a_stage_is_found_by_each_of_its_names():
    own = funnel()
    assert own.stage_named("受注").id == own.stage_named("ｗｏｎ").id == "Won"
    assert own.stage_named("Customer") is None
