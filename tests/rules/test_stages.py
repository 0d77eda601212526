import pytest

from tests.rules.build import act, activity, card, column, rule, score, stage, tables, trigger

POINTS = activity(types="p", points=10)


def recommended(scorecard, *leads, now_in=None, days=None, columns=None):
    """Names of the recommended stages; `now_in` gives the stages that each lead has entered."""
    data = tables(*leads, columns=columns, stages_of=now_in)
    names = scorecard.stage_names
    return [names[code] if code >= 0 else None for code in score(scorecard, data, days=days).stage]


def funnel(*more, **rest):
    own = [
        stage("Inquiry", enter={"always": True}),
        stage("MQL", enter={"points_at_least": 20}),
        stage("SAL"),
        stage("SQL", enter={"points_at_least": 50}, leave={"when": {"points_below": 30}, "to": "Recycled"}),
        stage("Won", closed=True, names=["受注"]),
        stage("Recycled", reenters_at="SQL", rest_days=30),
    ]
    return card(POINTS, *more, stages=own, **rest)


def did(n, day=99):
    return [act("p", day)] * n


def test_entry_by_points_and_at_once():
    assert recommended(funnel(), did(0), did(2), did(5)) == ["Inquiry", "MQL", "SQL"]


def test_hysteresis_by_hand():
    # In at 50, out below 30: 40 points keep an SQL and do not make one.
    in_sql = [("SQL", 90)]
    assert recommended(funnel(), did(4), did(4), did(2), now_in=[in_sql, [], in_sql]) == [
        "SQL",
        "MQL",
        "Recycled",
    ]


def test_a_stage_without_leaving_is_kept():
    assert recommended(funnel(), did(0), did(5), now_in=[[("SAL", 90)], [("SAL", 90)]]) == ["SAL", "SQL"]


def test_leaving_without_a_place_goes_to_what_is_earned():
    own = [
        stage("Inquiry", enter={"always": True}),
        stage("MQL", enter={"points_at_least": 50}, leave={"when": {"points_below": 30}}),
    ]
    assert recommended(card(POINTS, stages=own), did(2), now_in=[[("MQL", 90)]]) == ["Inquiry"]


def test_closed_stays_closed_under_any_name():
    assert recommended(funnel(), did(9), now_in=[[("SQL", 80), ("受注", 90)]]) == ["Won"]


def test_recycled_rests_and_comes_in_again():
    rested, resting = [("Recycled", 70)], [("Recycled", 70.5)]
    leads = (did(5), did(5), did(3))
    assert recommended(funnel(), *leads, now_in=[rested, resting, rested]) == ["SQL", "Recycled", "Recycled"]


def test_a_trigger_lifts_whatever_the_points():
    lifted = funnel(triggers=[trigger(types="trial", window_days=30)])
    assert recommended(lifted, [act("trial", 71)], [act("trial", 69)], []) == ["SQL", "Inquiry", "Inquiry"]
    result = score(lifted, tables([act("trial", 71)], [act("trial", 69)]))
    assert result.triggered.tolist() == [[True], [False]]
    assert result.total.tolist() == [0, 0]


def test_a_trigger_ends_the_rest_only_when_it_came_later():
    lifted = funnel(triggers=[trigger(types="trial")])
    leads = ([act("trial", 95)], [act("trial", 80)], [act("trial", 90)])
    assert recommended(lifted, *leads, now_in=[[("Recycled", 90)]] * 3) == ["SQL", "Recycled", "Recycled"]


def test_a_trigger_can_ask_for_several():
    lifted = funnel(triggers=[trigger(types="call", at_least=2)])
    assert recommended(lifted, [act("call", 99)], [act("call", 98), act("call", 99)]) == ["Inquiry", "SQL"]


def test_the_current_stage_is_the_last_known_one():
    # The win of day 95 was told on day 101.
    told_late = [("SQL", 90), ("Won", 95, 101)]
    assert recommended(funnel(), did(0), now_in=[told_late]) == ["Recycled"]
    assert recommended(funnel(), did(0), now_in=[told_late], days=[102]) == ["Won"]
    assert recommended(funnel(), did(0), now_in=[told_late], days=[80]) == ["Inquiry"]


def test_a_stage_nobody_knows_counts_as_none():
    assert recommended(funnel(), did(2), now_in=[[("A_ACCEPTED", 90)]]) == ["MQL"]


def test_no_stages_no_recommendation():
    assert recommended(card(POINTS), did(9)) == [None]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"points_at_least": 20}, [False, True, True]),
        ({"points_below": 20}, [True, False, False]),
        ({"group_points": {"group": "g", "at_least": 30}}, [False, False, True]),
        ({"rule": "r"}, [False, True, True]),
        ({"trigger": "t"}, [False, True, False]),
        ({"activity": {"of": {"types": "p"}, "at_least": 3}}, [False, False, True]),
        ({"activity": {"of": {"types": "p"}, "at_least": 2, "distinct_topics": True}}, [False, False, True]),
        ({"activity": {"of": {"types": "p"}, "window_days": 1}}, [False, True, False]),
        ({"attribute": {"column": "x", "from": 5}}, [True, False, False]),
        ({"not": {"rule": "r"}}, [True, False, False]),
        ({"all": [{"rule": "r"}, {"trigger": "t"}]}, [False, True, False]),
        ({"any": [{"trigger": "t"}, {"attribute": {"column": "x", "from": 5}}]}, [True, True, False]),
        ({"always": True}, [True, True, True]),
    ],
)
def test_every_test_of_a_criterion(test, expected):
    # The trigger lifts to a stage below, so that only `test` can earn the upper one.
    own = card(POINTS, stages=[stage("SQL"), stage("S", enter=test)], triggers=[trigger()])
    leads = (
        [],
        [act("p", 99), act("p", 99), act("trial", 98)],
        [act("p", 90, "a"), act("p", 90, "b"), act("p", 91)],
    )
    result = score(own, tables(*leads, columns={"x": column(9, None, 1)}))
    assert (result.stage == 1).tolist() == expected


def test_bands_by_points():
    result = score(card(POINTS), tables(did(0), did(3), did(6), did(10), did(99)))
    assert result.band.tolist() == [3, 2, 1, 0, 0]


def test_a_rule_that_gave_nothing_did_not_fire():
    quiet = rule("count", "often", of={"types": "p"}, steps=[{"at_least": 3, "points": 1}])
    own = card(POINTS, quiet, stages=[stage("S", enter={"rule": "often"})])
    assert recommended(own, did(2), did(3)) == [None, "S"]
