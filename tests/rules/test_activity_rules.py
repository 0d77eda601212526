import numpy as np
import pytest

from qualify.rules import evaluate, kernel
from tests.rules.build import act, activity, card, points, rule, score, tables


def test_half_life_by_hand():
    # 8 points, halved every 10 days: 8, 4 and 2 after 0, 10 and 20 days.
    half = card(activity(ages={"half_life_days": 10}))
    assert points(half, [act("visit", 100)], [act("visit", 90)], [act("visit", 80)], []) == [8, 4, 2, 0]


def test_linear_ageing_by_hand():
    # 8 points, gone after 40 days: three quarters after 10 days, nothing at and after 40.
    line = card(activity(ages={"linear_days": 40}))
    days = (100, 90, 60, 50)
    assert points(line, *[[act("visit", day)] for day in days]) == [8, 6, 0, 0]


def test_repeats_count_newest_first():
    # The two newest of three: 8 and 4; the third, 20 days old, would be 2.
    both = card(activity(most=2, ages={"half_life_days": 10}))
    assert points(both, [act("visit", 80), act("visit", 90), act("visit", 100)]) == [12]


def test_repeats_outside_the_window_do_not_count():
    # The window is closed: 30 days old counts, a moment more does not.
    within = card(activity(window_days=30))
    assert points(within, [act("visit", 70), act("visit", 69.999), act("visit", 100)]) == [16]


def test_cap_of_the_rule_by_hand():
    capped = card(activity(cap=14, most=3))
    assert points(capped, [act("visit", 99)] * 3) == [14]
    assert points(card(activity(points=-8, cap=14)), [act("visit", 99)] * 3) == [-14]


def test_cap_of_the_group_by_hand():
    groups = [{"id": "g", "label": {"en": "g", "ja": "g"}, "cap": 10}]
    both = card(activity("a"), activity("b", types="blog", points=5), groups=groups)
    result = score(both, tables([act("visit", 99), act("blog", 99)]))
    assert result.points.tolist() == [[8, 5]]
    assert result.group_points["g"].tolist() == [10]
    assert result.total.tolist() == [10]


def test_only_what_was_known_counts():
    late = [act("visit", 90, known=101)]
    assert points(card(activity()), late) == [0]
    assert score(card(activity()), tables(late), days=[101]).points.tolist() == [[8]]


def test_types_and_topics_by_pattern():
    prices = {"types": "*_view", "not_types": "blog_view", "topics": ["/pricing*"], "not_topics": ["*/old"]}
    only = card(rule("activity", of=prices, points=1))
    assert points(
        only,
        [act("page_view", 99, "/PRICING/plans")],
        [act("blog_view", 99, "/pricing")],
        [act("page_view", 99, "/blog")],
        [act("page_view", 99)],
        [act("page_view", 99, "/pricing/old")],
    ) == [1, 0, 0, 0, 0]


def test_brackets_are_no_wildcards():
    only = card(rule("activity", of={"types": "call [in]"}, points=1))
    assert points(only, [act("call [in]", 99)], [act("call i", 99)]) == [1, 0]


def test_values():
    long = card(rule("activity", of={"types": "visit", "value_from": 60, "value_below": 600}, points=1))
    values = (59.9, 60, 600, np.nan)
    assert points(long, *[[act("visit", 99, value=value)] for value in values]) == [0, 1, 0, 0]


def test_count_awards_the_highest_step_once():
    steps = [{"at_least": 2, "points": 4}, {"at_least": 4, "points": 6}]
    often = card(rule("count", of={"types": "visit"}, steps=steps, window_days=14))
    assert points(often, *[[act("visit", 99)] * n for n in (1, 2, 3, 4, 9)]) == [0, 4, 4, 6, 6]


def test_count_ages_from_the_newest():
    steps = [{"at_least": 2, "points": 4}]
    often = card(rule("count", of={"types": "visit"}, steps=steps, ages={"half_life_days": 10}))
    assert points(often, [act("visit", 20), act("visit", 90)]) == [2]


def test_count_of_different_topics():
    offers = card(
        rule("count", of={"types": "download"}, steps=[{"at_least": 2, "points": 5}], distinct_topics=True)
    )
    same = [act("download", 98, "a"), act("download", 99, "a"), act("download", 99)]
    two = [act("download", 98, "a"), act("download", 99, "b")]
    assert points(offers, same, two, same) == [0, 5, 0]


def test_ratio_by_hand():
    opened = card(
        rule("ratio", of={"types": "open"}, among={"types": "sent"}, at_least=0.5, among_at_least=4, points=6)
    )
    sent = [act("sent", 90)]
    assert points(
        opened,
        sent * 4 + [act("open", 91)] * 2,
        sent * 5 + [act("open", 91)] * 2,
        sent * 3 + [act("open", 91)] * 3,
        [],
    ) == [6, 0, 0, 0]


def test_silence_by_hand():
    quiet = rule(
        "silence",
        after={"types": "trial"},
        nothing_of={"types": "*", "not_types": "sent"},
        for_days=14,
        points=-15,
    )
    assert points(
        card(quiet),
        [act("trial", 86)],  # 14 days of silence
        [act("trial", 87)],  # 13
        [act("trial", 80), act("visit", 81)],  # came back
        [act("visit", 79), act("trial", 80), act("sent", 90)],  # only we wrote
        [act("trial", 60), act("visit", 61), act("trial", 80)],  # silent after the second trial
        [act("visit", 50)],
    ) == [-15, 0, 0, -15, -15, 0]


def test_silence_despite_a_mail():
    quiet = rule(
        "silence", after={"types": "trial"}, nothing_of={"types": "reply"}, despite={"types": "sent"},
        for_days=14, points=-15,
    )  # fmt: skip
    before, since = [act("sent", 70), act("trial", 80)], [act("trial", 80), act("sent", 85)]
    at_once = [act("trial", 80), act("sent", 80)]
    assert points(card(quiet), before, since, at_once) == [0, -15, 0]


def test_silence_after_one_download_only():
    once = rule("silence", after={"types": "dl"}, nothing_of={"types": "*"}, for_days=14, at_most=1, points=3)
    assert points(card(once), [act("dl", 80)], [act("dl", 70), act("dl", 80)]) == [3, 0]


def test_silence_ages_from_the_day_it_was_long_enough():
    # 14 days after day 66 is day 80; on day 100 that is 20 of 40 days ago.
    fading = rule(
        "silence", after={"types": "dl"}, nothing_of={"types": "*"}, for_days=14, points=4,
        ages={"linear_days": 40},
    )  # fmt: skip
    assert points(card(fading), [act("dl", 66)]) == [2]


def test_replaced_rules_give_nothing():
    rules = [
        activity("download", types="dl", points=7),
        rule("silence", "once", after={"types": "dl"}, nothing_of={"types": "*"}, for_days=14, points=3,
             replaces=["download"]),
    ]  # fmt: skip
    result = score(card(*rules), tables([act("dl", 80)], [act("dl", 99)]))
    assert result.points.tolist() == [[0, 3], [7, 0]]
    assert result.whole.tolist() == [[7, 3], [7, 0]]


def test_unknown_where_no_type_exists():
    rules = [
        activity("there"),
        activity("absent", types="nowhere"),
        rule("ratio", "half", of={"types": "visit"}, among={"types": "nowhere"}, at_least=0.5, points=1),
        rule("silence", "quiet", after={"types": "nowhere"}, nothing_of={"types": "*"}, for_days=1, points=1),
    ]
    data = tables([act("visit", 99)], [])
    assert score(card(*rules), data).unknown.tolist() == [[False, True, True, True]] * 2


def test_known_types_decide_what_is_unknown():
    both = card(activity("a"), activity("b", types="blog"))
    alone = tables([act("visit", 99)])
    told = evaluate(both, alone, np.array([0]), np.array([10**15]), known_types=["visit", "blog"])
    assert told.unknown.tolist() == [[False, False]]
    assert score(both, alone).unknown.tolist() == [[False, True]]


def test_many_rows_of_one_lead():
    half = card(activity(ages={"half_life_days": 10}))
    data = tables([act("visit", 80)], [])
    result = score(half, data, days=[80, 90, 100, 100, 79], rows=[0, 0, 0, 1, 0])
    assert result.points[:, 0].tolist() == [8, 4, 2, 0, 0]


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="got 2 and 1"):
        evaluate(card(activity()), tables([], []), np.arange(2), np.zeros(1, dtype=np.int64))


def test_rows_of_any_whole_number_are_read_by_the_same_machine_code():
    data = tables([act("visit", 99)], [])
    moments = np.full(2, 100 * 86_400_000_000)
    usual = evaluate(card(activity()), data, np.arange(2), moments)
    compiled = len(kernel.apply.signatures)
    for given in (np.arange(2, dtype=np.int32), np.array([0, 9, 1, 9])[::2], [0, 1]):
        result = evaluate(card(activity()), data, given, moments.astype(np.float64).tolist())
        assert result.points.tolist() == usual.points.tolist()
        assert result.rows.dtype == result.as_of.dtype == np.int64
    assert len(kernel.apply.signatures) == compiled
