"""Rules at their borders: the moment, the share and the number at which they change their mind."""

import numpy as np
import pytest

from qualify.rules import evaluate
from qualify.rules.bounds import best_total, most_points
from qualify.rules.evaluate import stages_entered
from qualify.rules.reading import Reading, number, reading_of
from tests.rules.build import (
    WORDS,
    act,
    activity,
    card,
    column,
    dates,
    points,
    rule,
    score,
    stage,
    tables,
    trigger,
)
from tests.rules.test_stages import POINTS, did, recommended

UNREADABLE = {"attribute": {"column": "absent", "is": "a"}}
NEVER = {"points_at_least": 1000}


def test_what_becomes_known_at_the_moment_itself_counts():
    at_once = [act("visit", 99, known=100)]
    assert points(card(activity()), at_once) == [8]
    assert recommended(card(POINTS, stages=[stage("S")]), [], now_in=[[("S", 90, 100)]]) == ["S"]


def test_a_share_is_exact_in_spite_of_rounding():
    # 0.07 * 100 is a little more than 7 in floating point.
    asked = rule("ratio", of={"types": "open"}, among={"types": "sent"}, at_least=0.07, points=6)
    sent = [act("sent", 90)] * 100
    assert points(card(asked), sent + [act("open", 91)] * 7, sent + [act("open", 91)] * 6) == [6, 0]


def test_a_share_looks_at_the_window_and_ages_from_the_newest():
    asked = rule(
        "ratio", of={"types": "open"}, among={"types": "sent"}, at_least=0.5, points=6, window_days=30,
        ages={"half_life_days": 10},
    )  # fmt: skip
    leads = (
        [act("sent", 80), act("open", 85), act("open", 90)],
        [act("sent", 60), act("open", 90)],  # nothing was sent within 30 days
        [act("sent", 80), act("open", 60)],
    )
    assert points(card(asked), *leads) == [3, 0, 0]


def test_half_life_and_line_have_their_own_days():
    both = card(activity("a", ages={"half_life_days": 5}), activity("b", ages={"linear_days": 20}))
    assert score(both, tables([act("visit", 95)])).points.tolist() == [[4, 6]]


def test_topics_of_two_rules_are_counted_apart():
    def different(id_, types):
        return rule(
            "count", id_, of={"types": types}, distinct_topics=True, steps=[{"at_least": 2, "points": 5}]
        )

    both = card(different("a", "dl"), activity("b", points=1), different("c", "visit"))
    did_ = [act("dl", 98, "x"), act("dl", 98, "y"), act("visit", 99, "x"), act("visit", 99, "y")]
    one = [act("dl", 98, "x"), act("visit", 99, "y")]
    assert score(both, tables(did_, one, did_)).points.tolist() == [[5, 2, 5], [0, 1, 0], [5, 2, 5]]


def test_caps_bound_a_sum_on_both_sides():
    groups = [{"id": "g", "label": WORDS, "cap": 10}, {"id": "h", "label": WORDS}]
    taking = card(activity("a", points=-9), activity("b", group="h", points=-9), groups=groups)
    result = score(taking, tables([act("visit", 99)] * 2))
    assert {name: sums.tolist() for name, sums in result.group_points.items()} == {"g": [-10], "h": [-18]}
    assert result.total.tolist() == [-28]


def test_a_rule_replaces_only_where_it_gives_points():
    rules = [activity("a"), activity("b", types="blog", points=3, replaces=["a"], ages={"linear_days": 10})]
    gone = [act("visit", 99), act("blog", 80)]
    fresh = [act("visit", 99), act("blog", 100)]
    assert score(card(*rules), tables(gone, fresh)).points.tolist() == [[8, 0], [0, 3]]


@pytest.mark.parametrize(("cut", "band"), [(100, 0), (99.9, 1), (60, 1), (59.9, 2), (30, 2), (29.9, 3)])
def test_a_band_begins_at_its_cut(cut, band):
    assert score(card(activity(points=cut)), tables([act("visit", 99)])).band.tolist() == [band]


def test_a_trigger_lifts_and_never_lowers():
    own = card(
        POINTS,
        stages=[stage("MQL"), stage("SQL", enter={"points_at_least": 50})],
        triggers=[trigger(stage="MQL"), trigger("u", types="call", stage="SQL")],
    )
    trial, call = act("trial", 99), act("call", 99)
    assert recommended(own, [trial, *did(5)], [call], [call, trial], [trial]) == ["SQL", "SQL", "SQL", "MQL"]


def test_any_of_the_triggers_ends_the_rest():
    own = card(
        POINTS,
        stages=[stage("SQL"), stage("Recycled", reenters_at="SQL", rest_days=30)],
        triggers=[trigger(), trigger("u", types="call")],
    )
    new_then_old = [act("call", 80), act("trial", 95)]
    old_then_new = [act("trial", 80), act("call", 95)]
    both_old = [act("trial", 80), act("call", 80)]
    leads = (new_then_old, old_then_new, both_old)
    assert recommended(own, *leads, now_in=[[("Recycled", 90)]] * 3) == ["SQL", "SQL", "Recycled"]


def test_who_still_earns_a_stage_does_not_leave_it():
    leave = {"when": {"always": True}, "to": "Out"}
    own = card(POINTS, stages=[stage("SQL", enter={"points_at_least": 50}, leave=leave), stage("Out")])
    in_sql = [("SQL", 90)]
    assert recommended(own, did(5), did(4), now_in=[in_sql, in_sql]) == ["SQL", "Out"]


def test_who_earns_less_stays_without_a_reason_to_leave():
    own = card(
        POINTS,
        stages=[
            stage("New", enter={"always": True}),
            stage("MQL", leave={"when": NEVER, "to": "Out"}),
            stage("Out"),
        ],
    )
    assert recommended(own, did(1), now_in=[[("MQL", 90)]]) == ["MQL"]


@pytest.mark.parametrize(
    ("test", "opens"),
    [
        ({"any": [UNREADABLE, {"always": True}]}, True),
        ({"any": [UNREADABLE, NEVER]}, False),
        ({"all": [UNREADABLE, {"always": True}]}, False),
        ({"not": {"all": [UNREADABLE, NEVER]}}, True),
        ({"not": {"any": [UNREADABLE, NEVER]}}, False),
        ({"not": {"any": [NEVER, {"not": {"always": True}}]}}, True),
        ({"all": [{"always": True}, {"any": [NEVER, {"always": True}, NEVER]}, {"not": NEVER}]}, True),
        ({"all": [{"always": True}, {"always": True}, NEVER]}, False),
        ({"not": {"rule": "lost"}}, False),
        ({"not": {"rule": "p"}}, True),
    ],
)
def test_unknown_is_neither_true_nor_false(test, opens):
    lost = activity("lost", types="nowhere")
    own = card(activity("p"), lost, stages=[stage("S", enter=test)])
    data = tables([], [act("visit", 1)])
    entered = stages_entered(own, data, np.array([0]), np.array([8_640_000_000_000]))
    assert entered["S"].tolist() == [opens]


def test_only_stages_with_criteria_are_said_to_be_entered():
    own = card(POINTS, stages=[stage("A"), stage("B", enter={"points_at_least": 20}), stage("C")])
    entered = stages_entered(own, tables(did(1), did(2)), np.arange(2), np.full(2, 8_640_000_000_000))
    assert {name: rows.tolist() for name, rows in entered.items()} == {"B": [False, True]}


OTHERWISE = {"otherwise": True, "points": 1}
TABLES = {
    "words": (
        [{"is": ["IT", 7.0], "points": 4}, {"like": "re*", "points": 3}, {"missing": True, "points": 2}],
        ["it", "retail", "7", "other", None],
    ),
    "ranges": ([{"from": 5, "below": 9, "points": 3}, OTHERWISE], ["5", "9", "8.9", "x", None]),
    "addresses": (
        [{"domain": "*.ac.jp", "points": 3}, {"email_kind": "free", "points": 2}],
        ["a@x.ac.jp", "b@gmail.com", "c@acme.com", "none", None],
    ),
    "addresses or words": (
        [{"email_kind": "free", "points": 3}, {"is": "a@b.jp", "points": 2}],
        ["a@b.jp", "c@b.jp", "b@gmail.com", None],
    ),
    "titles": (
        [{"rank": "head", "points": 3}, {"department": "it", "points": 2}],
        ["部長", "IT担当", "zzz", None],
    ),
    "numbers": (
        [{"is": [1, 2], "points": 3}, {"from": 5, "points": 2}, OTHERWISE],
        [1.0, 2.0, 3.0, 5.0, None],
    ),
    "there or not": ([{"missing": True, "points": 3}, OTHERWISE], [1.0, None]),
}


@pytest.mark.parametrize("name", TABLES)
def test_few_values_and_many_are_read_alike(name):
    """Few values are looked up one by one, many at once, and the many hold 300 others besides."""
    table, values = TABLES[name]
    own = card(rule("attribute", column="x", table=table))
    others = [f"none of these {i}" if isinstance(values[0], str) else 1e6 + i for i in range(300)]
    few = score(own, tables(*[[]] * len(values), columns={"x": column(*values)}))
    again = score(own, tables(*[[]] * len(values), columns={"x": column(*values)}))
    many = score(own, tables(*[[]] * (len(values) + 300), columns={"x": column(*values, *others)}))
    for one in (few, again):
        assert one.points.tolist() == many.points[: len(values)].tolist()
        assert one.unknown.tolist() == many.unknown[: len(values)].tolist()
    assert len(set(few.points[:, 0].tolist())) >= 2


def test_many_dates_too():
    table = [{"below": 30, "points": 5}, {"from": 30, "points": 1}, {"missing": True, "points": 2}]
    own = card(rule("attribute", column="x", table=table))
    result = score(own, tables(*[[]] * 300, columns={"x": dates(*[70.5, 70, None] * 100)}))
    assert result.points[:, 0].tolist() == [5, 1, 2] * 100
    later = score(own, tables([], columns={"x": dates(70.5)}), days=[101])
    assert later.points.tolist() == [[1]]


def test_the_latest_readings_of_large_vocabularies_are_kept(monkeypatch):
    monkeypatch.setattr("qualify.rules.reading.MANY", 2)
    one, two, three = (tuple(f"{name}{i}" for i in range(300)) for name in "abc")
    first, second = reading_of(one), reading_of(two)
    assert reading_of(one) is first  # and is the latest now
    reading_of(three)
    assert reading_of(one) is first
    assert reading_of(two) is not second


def test_a_question_about_words_is_asked_once():
    asked = []
    reading = Reading(("a", "b"))
    assert [reading.once(lambda r: asked.append(len(r)) or len(asked), "this") for _ in range(3)] == [1, 1, 1]
    assert reading.once(lambda r: "other", "that") == "other"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("1,200", 1200.0),
        ("１２", 12.0),
        (" 3.5 ", 3.5),
        ("nan", None),
        ("inf", None),
        ("", None),
        (True, 1.0),
    ],
)
def test_what_is_a_number(value, read):
    assert number(value) == read


def test_the_most_points_by_hand():
    of = {"types": "visit"}
    steps = [{"at_least": 1, "points": 2}, {"at_least": 2, "points": 7}]
    table = [{"is": "a", "points": 4}, {"is": "b", "points": 9}, {"otherwise": True, "points": -3}]
    rules = {
        "often": (activity("often", points=5, most=3), 15),
        "capped": (activity("capped", points=5, cap=12), 12),
        "taking": (activity("taking", points=-5), 0),
        "count": (rule("count", "count", of=of, steps=steps), 7),
        "table": (rule("attribute", "table", column="x", table=table), 9),
        "low": (rule("count", "low", of=of, steps=steps, cap=3), 3),
    }
    whole = card(*[made for made, _ in rules.values()])
    assert {r.id: most_points(r) for r in whole.rules} == {name: most for name, (_, most) in rules.items()}
    assert best_total(whole) == 15 + 12 + 7 + 9 + 3
    assert most_points(card(activity(points=5)).rules[0]) == np.inf


def test_the_better_of_a_rule_and_what_it_replaces():
    def total(first, *replacing):
        others = [activity(f"b{i}", points=p, most=1, replaces=["a"]) for i, p in enumerate(replacing)]
        return best_total(card(activity("a", points=first, most=1), *others))

    assert total(10, 4) == 10
    assert total(4, 10) == 10
    assert total(10, 4, 3) == 10  # 4 + 3 replace the 10
    assert total(6, 4, 3) == 7
    assert total(10, *[2] * 10) == 20
    assert total(10, *[2] * 11) == 32  # too many to try: the bound without `replaces`


def test_a_share_of_the_known_types_only():
    """What is known of the data decides, not what these leads did."""
    own = card(rule("ratio", of={"types": "a"}, among={"types": "b"}, at_least=0.5, points=1))
    data = tables([act("a", 9)])
    rows, now = np.array([0]), np.array([10**15])
    assert evaluate(own, data, rows, now, known_types=["a"]).unknown.tolist() == [[True]]
    assert evaluate(own, data, rows, now, known_types=[" A ", "B"]).unknown.tolist() == [[False]]
