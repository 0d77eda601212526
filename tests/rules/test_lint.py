"""One test a code: what earns the finding, and the nearest thing that does not."""

import numpy as np
import pytest

from qualify.rules import lint
from tests.rules.build import WORDS, act, activity, card, column, rule, stage, stages, tables, trigger

BIG = activity("big", types="visit", points=200, most=1)


def codes(scorecard, data=None):
    return [(finding.code, finding.rule_id) for finding in lint(scorecard, data)]


def message(scorecard, data=None):
    (finding,) = lint(scorecard, data)
    return str(finding)


def attribute(*rows, id_="r", **rest):
    return rule("attribute", id_, column="x", table=list(rows), **rest)


def test_clean():
    assert codes(card(BIG)) == []


def test_k001_unreachable_band():
    small = activity(points=9, most=2, cap=14)
    bands = [
        {"id": "ABCD"[i], "label": WORDS} | ({"from": (15, 14, 2)[i]} if i < 3 else {}) for i in range(4)
    ]
    assert (
        message(card(small, bands=bands))
        == "K001 band:A: asks for 15 points, but no lead can have more than 14"
    )


def test_k001_knows_replacing_rules_and_group_caps():
    rules = [activity("a", most=1, points=60), activity("b", types="x", most=1, points=60, replaces=["a"])]
    assert ("K001", "band:A") in codes(card(*rules))
    groups = [{"id": "g", "label": WORDS, "cap": 99}]
    assert codes(card(activity(points=60, most=2), groups=groups)) == [("K001", "band:A")]


def test_k001_unreachable_criterion():
    enter = {
        "any": [{"points_at_least": 201}, {"group_points": {"group": "g", "at_least": 202}}, {"always": True}]
    }
    assert codes(card(BIG, stages=[stage("S", enter=enter)])) == [("K001", "stage:S")] * 2


def test_k001_endless_repeats_reach_everything():
    assert codes(card(activity(points=1))) == []


def test_k002_absent_column():
    own = card(
        BIG,
        attribute({"from": 1, "points": 1}),
        stages=[stage("S", enter={"attribute": {"column": "x", "from": 1}})],
    )
    there = tables([act("visit", 9)], columns={"X": column(1.0)})
    found = lint(own, there)
    assert [(f.code, f.rule_id) for f in found if f.code == "K002"] == [("K002", "r"), ("K002", "stage:S")]
    assert "Did you mean 'X'" in found[0].message
    assert codes(own, tables([act("visit", 9)], columns={"x": column(1.0)})) == []


def test_k003_absent_type():
    own = card(BIG, activity(types="visits"), triggers=[trigger(stage="S")], stages=[stage("S")])
    found = lint(own, tables([act("visit", 9)]))
    assert [(f.code, f.rule_id) for f in found] == [("K003", "r"), ("K003", "trigger:t")]
    assert "Did you mean 'visit'" in found[0].message


def test_k004_absent_value():
    own = card(BIG, attribute({"is": ["a", "b"], "points": 2}, {"is": "c", "points": 1}))
    there = tables([act("visit", 9)], [], columns={"x": column("b", "d")})
    assert message(own, there) == "K004 r: row 2 of the table holds for no lead: is: c"


def test_k004_for_titles_and_addresses():
    own = card(BIG, attribute({"rank": "head", "points": 2}, {"rank": "staff", "points": 1}))
    there = tables([act("visit", 9)], [], columns={"x": column("Head of IT", "部長")})
    assert codes(own, there) == [("K004", "r")]


def test_k005_topic_without_match():
    own = card(BIG, rule("activity", of={"types": "visit", "topics": "/price*"}, points=1))
    assert message(own, tables([act("visit", 9, "/pricing")])) == "K005 r: no topic matches '/price*'"
    assert codes(own, tables([act("visit", 9, "/prices")])) == []


@pytest.mark.parametrize(
    "rows",
    [
        [{"from": 10}, {"from": 50}],
        [{"below": 10}, {"from": 10, "below": 20}, {"from": 5, "below": 15}],
        [{"is": ["a", "B"]}, {"is": "b"}],
        [{"rank": "head"}, {"rank": "head"}],
        [{"missing": True}, {"is": "a"}, {"missing": True}],
    ],
)
def test_k006_shadowed_row(rows):
    shadowed = attribute(*[row | {"points": float(i + 1)} for i, row in enumerate(rows)])
    assert codes(card(BIG, shadowed)) == [("K006", "r")]
    assert f"row {len(rows)} " in message(card(BIG, shadowed))


def test_k007_double_counting():
    twice = [BIG, activity("again", types="vis*", points=1, group="h")]
    assert codes(card(*twice)) == [("K007", "again")]
    assert codes(card(BIG, activity("again", types="vis*", points=1))) == []  # in one group it is seen
    assert codes(card(BIG, activity("again", types="visit", points=-1, group="h"))) == []
    assert codes(card(BIG, activity("again", types="visit", points=1, group="h", replaces=["big"]))) == []


def test_k007_looks_at_topics_values_and_columns():
    def of(**more):
        return rule("activity", of={"types": "visit"} | more, points=1, group="h")

    apart = activity("big", points=200)
    prices = rule("activity", "big", of={"types": "visit", "topics": "/a*"}, points=200)
    assert codes(card(prices, of(topics="/b*"))) == []
    assert codes(card(prices, of(topics="/a/b"))) == [("K007", "r")]
    long = rule("activity", "big", of={"types": "visit", "value_from": 60}, points=200)
    assert codes(card(long, of(value_below=60))) == []
    assert (
        codes(card(rule("activity", "big", of={"types": "*", "not_types": "visit"}, points=200), of())) == []
    )
    both = [attribute({"from": 1, "points": 1}, id_=i, group=i) for i in ("a", "b")]
    assert codes(card(apart, *both)) == [("K007", "b")]


def test_k007_is_about_awards_of_one_sign():
    def pair(*points):
        return card(BIG, *[
            attribute({"from": 1, "points": p}, {"below": 1, "points": 0}, id_=f"r{i}", group=f"g{i}")
            for i, p in enumerate(points)
        ])  # fmt: skip

    assert codes(pair(1, 2)) == codes(pair(-1, -2)) == [("K007", "r1")]
    assert codes(pair(1, -2)) == []


def test_k003_and_r005_look_at_triggers_and_stages_too():
    of = {"types": "visit", "topics": "/price*"}
    own = card(
        BIG,
        triggers=[trigger(stage="S", types="trail")],
        stages=[
            stage("S", enter={"activity": {"of": of}}),
            stage("T", enter={"activity": {"of": {"types": "x"}}}),
        ],
    )
    there = tables([act("visit", 9, "/blog"), act("trial", 9)])
    found = [(code, place) for code, place in codes(own, there) if code in ("K003", "K005")]
    assert found == [("K003", "trigger:t"), ("K003", "stage:T"), ("K005", "stage:S")]


def test_k008_cap_below_an_award():
    assert message(card(BIG, activity("r", types="x", points=9, cap=8))) == (
        "K008 r: the cap, 8, is below a single award of 9"
    )
    assert codes(card(BIG, activity("r", types="x", points=9, cap=9))) == []
    groups = [{"id": "g", "label": WORDS}, {"id": "h", "label": WORDS, "cap": 8}]
    low = rule("count", "r", "h", of={"types": "x"}, steps=[{"at_least": 1, "points": -9}])
    assert codes(card(BIG, low, groups=groups)) == [("K008", "r")]


def test_k009_overlapping_ranges():
    overlap = attribute({"from": 10, "below": 20, "points": 1}, {"from": 15, "points": 2})
    assert message(card(BIG, overlap)) == "K009 r: the ranges of rows 1 and 2 overlap; say where each ends"
    assert codes(card(BIG, attribute({"from": 20, "points": 1}, {"below": 20, "points": 2}))) == []


def test_k010_missing_translation():
    assert message(card(BIG | {"label": {"en": "Big"}})) == "K010 big: the label 'Big' has no `ja`"
    assert codes(card(BIG, stages=[stage("S") | {"label": {"ja": "段階"}}])) == [("K010", "stage:S")]
    assert message(card(BIG, label={"en": "Ours"})) == "K010 scorecard: the label 'Ours' has no `ja`"


def test_k011_impossible_entry():
    own = card(BIG, stages=[stage("S", enter={"all": [{"always": True}, {"points_at_least": 300}]})])
    assert codes(own) == [("K001", "stage:S"), ("K011", "stage:S")]


def test_k011_no_lead_of_the_data():
    own = card(BIG, stages=[stage("S", enter={"activity": {"of": {"types": "visit"}, "at_least": 2}})])
    once = [act("visit", 9)]
    assert message(own, tables(once, once)) == "K011 stage:S: none of the 2 leads meets the entry criteria"
    # Met on the day of the last activity, though it would have aged out since.
    aged = card(BIG, stages=[stage("S", enter={"activity": {"of": {"types": "visit"}, "window_days": 1}})])
    assert codes(aged, tables(once, [act("visit", 99)])) == []
    assert codes(aged, tables(once)) == []


def test_k012_no_points():
    assert codes(card(BIG, activity("r", types="x", points=0))) == [("K012", "r")]


def test_k013_unknown_stage():
    own = card(BIG, stages=[stage("Won", names=["受注"])])
    there = tables([act("visit", 9)], stages_of=[[("won", 3), ("受注", 4), ("Wonn", 5)]])
    assert message(own, there) == "K013 stage:Wonn: the scorecard has no such stage. Did you mean 'Won'?"


def test_no_leads_no_trouble():
    own = card(BIG, attribute({"is": "a", "points": 1}), stages=[stage("S", enter={"always": True})])
    empty = tables(columns={"x": column()}, stages_of=None)
    assert ("K011", "stage:S") not in codes(own, empty)
    assert np.array_equal(empty.activities.offsets, [0])
    assert stages().offsets.tolist() == [0]
