import numpy as np
import pytest
from hypothesis import given

from qualify.rules import card_lines, default_scorecard
from tests.rules.build import act, activity, card, column, dates, rule, score, tables
from tests.rules.test_laws import EVERY, LEAD


def lines(scorecard, did, every=False, **columns):
    result = score(scorecard, tables(did, columns=columns))
    return {line.rule_id: line for line in card_lines(scorecard, result, 0, every=every)}


def found(scorecard, did, rule_id="r", **columns):
    line = lines(scorecard, did, every=True, **columns)[rule_id]
    return line.found.en, line.found.ja


def test_points_before_and_after():
    line = lines(card(activity(ages={"half_life_days": 10}, cap=7)), [act("visit", 90), act("visit", 100)])[
        "r"
    ]
    assert (line.before, line.points) == (16, 7)
    assert (line.label.en, line.label.ja, line.group) == ("label", "ラベル", "g")


@pytest.mark.parametrize(
    ("days", "en", "ja"),
    [
        ((), "none", "なし"),
        ((99.5,), "once, within the last 24 hours", "1回、24時間以内"),
        ((99,), "once, 1 day ago", "1回、1日前"),
        ((90, 98), "2 times, last 2 days ago", "2回、直近は2日前"),
    ],
)
def test_activities_in_words(days, en, ja):
    later = act("visit", 99, known=101)  # not known yet, but the type exists
    assert found(card(activity()), [later, *[act("visit", day) for day in days]]) == (en, ja)


def test_words_look_only_at_what_the_rule_counts():
    of = {"types": "visit", "topics": "/p", "value_from": 5, "value_below": 9}
    only = rule("activity", of=of, points=1, window_days=10)
    did = [
        act("visit", 99, "/p", 6),
        act("visit", 98, "/q", 6),
        act("visit", 97, "/p", 4),
        act("visit", 96, "/p", 9),
        act("visit", 80, "/p", 6),
        act("visit", 95, "/p", 6, known=101),
        act("blog", 95, "/p", 6),
    ]
    assert found(card(only), did) == ("once, 1 day ago", "1回、1日前")


def test_ratio_and_different_topics_in_words():
    half = rule("ratio", of={"types": "open"}, among={"types": "sent"}, at_least=0.5, points=6)
    assert found(card(half), [act("sent", 90)] * 4 + [act("open", 91)] * 2) == ("2 of 4", "4件中2件")
    assert found(card(half), [act("sent", 90), act("open", 90, known=101)]) == ("0 of 1", "1件中0件")
    topics = rule("count", of={"types": "dl"}, distinct_topics=True, steps=[{"at_least": 1, "points": 5}])
    assert found(card(topics), [act("dl", 9, "a"), act("dl", 9, "b"), act("dl", 9)]) == (
        "2 different",
        "2種類",
    )


def test_silence_in_words():
    quiet = card(rule("silence", after={"types": "dl"}, nothing_of={"types": "*"}, for_days=14, points=3))
    assert found(quiet, [act("dl", 80)]) == ("nothing since, 20 days ago", "20日前から反応なし")
    assert found(quiet, [act("dl", 80), act("visit", 90)]) == ("not silent", "その後も活動あり")


def test_values_in_words():
    def value(table, as_column):
        return found(card(rule("attribute", column="x", table=[table | {"points": 1}])), [], x=as_column)[0]

    assert value({"from": 1}, column(1234567.5)) == "1,234,567.5"
    assert value({"is": "IT"}, column("IT")) == "IT"
    assert value({"from": 1}, dates(0)) == "1970-01-01"
    assert value({"missing": True}, column(None)) == "none"
    assert value({"is": "IT"}, column(None)) == "not known"


def test_an_address_is_not_shown_whole():
    kind = rule("attribute", column="x", table=[{"email_kind": "free", "points": 1}])
    assert found(card(kind), [], x=column("taro.yamada@gmail.com")) == ("gmail.com", "gmail.com")


def test_unknown_and_replaced_rules_say_so():
    card_ = default_scorecard()
    got = lines(card_, [act("document_download", 80)], every=True)
    assert got["industry"].unknown
    assert got["industry"].found.ja == "不明"
    assert got["document_download"].replaced_by == "single_download"
    assert (got["document_download"].before, got["document_download"].points) == (7, 0)
    assert list(lines(card_, [act("document_download", 80)])) == ["document_download", "single_download"]


def test_a_group_cap_is_a_line():
    groups = [{"id": "g", "label": {"en": "G", "ja": "G"}, "cap": 10}]
    got = lines(card(activity(most=2), groups=groups), [act("visit", 99)] * 2)
    assert got["cap:g"].points == -6
    assert got["cap:g"].found.en == "no more than 10 in all"


@given(LEAD)
def test_the_lines_add_up_to_the_total(lead):
    result = score(EVERY, tables(lead, columns={"size": column(60.0)}))
    assert np.isclose(sum(line.points for line in card_lines(EVERY, result, 0)), result.total[0], atol=1e-9)
